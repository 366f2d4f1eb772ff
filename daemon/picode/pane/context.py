"""Which files a question is about, as lines of text: score, tokens, path, what spoke for it, and which lines."""

from picode.pane.safe import safe_line
from picode.protocol.replies import Context
from picode.protocol.values import ContextFile


def lines(found: Context, most: int = 12) -> list[str]:
    """One line a file: score, tokens, path, lines, and what spoke for it."""
    chosen = {one.path: one for one in found.chosen}
    pinned = [one for one in found.chosen if one.path not in {file.path for file in found.ranked}]
    shown = [*pinned, *found.ranked[:most]]
    shown += [one for one in found.ranked[most:] if one.path in chosen]
    width = max((len(safe_line(one.path)) for one in shown), default=0)
    out = ["score  tokens  file"] if shown else ["Nothing in this project fits the question."]
    out += [_row(one, chosen.get(one.path), min(width, 60)) for one in shown]
    tokens = sum(one.tokens for one in found.chosen)
    some = "" if found.ready else ", and the index is not whole yet"
    plural = "" if len(chosen) == 1 else "s"
    out.append(
        f"{len(chosen)} file{plural} chosen, about {tokens:,} tokens; {found.files:,} in the index{some}. "
        f"Ranked in {found.ranking:.1f} ms, packed in {found.packing:.1f} ms."
    )
    return out


def _row(file: ContextFile, chosen: ContextFile | None, width: int) -> str:
    tokens = f"{chosen.tokens:,}" if chosen is not None else ""
    why = ", ".join(
        f"{name} {value:.2f}"
        for name, value in sorted(file.why.items(), key=lambda one: -one[1])
        if value >= 0.005
    )
    where = ""
    if chosen is not None:
        where = f"lines {_short(chosen.lines)}" if chosen.lines else "whole"
    said = "  ".join(filter(None, (why, where)))
    return f"{file.score:5.2f}  {tokens:>6}  {safe_line(file.path):{width}}  {said}".rstrip()


def _short(lines: str) -> str:
    parts = lines.split(", ")
    return ", ".join(parts[:4]) + (f" and {len(parts) - 4} more" if len(parts) > 4 else "")
