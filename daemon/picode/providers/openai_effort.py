"""How hard a model of OpenAI's, or of a server like it, is asked to think."""

from picode.providers.catalog import ModelData

LEVELS = ("none", "minimal", "low", "medium", "high", "xhigh")


def effort(level: str, data: ModelData) -> str:
    """How hard this model can be asked to think, as near to `level` as it goes; empty: as it likes."""
    if level == "off":
        return data.least_thinking
    if level not in LEVELS:
        return "medium"
    least = "low" if data.least_thinking in ("", "none") else data.least_thinking
    most = data.most_thinking or "xhigh"
    place = min(max(LEVELS.index(level), LEVELS.index(least)), LEVELS.index(most))
    return LEVELS[place]
