"""One question to a model, without a conversation: for `picode batch`."""

from picode.protocol.unseen import Request


class Complete(Request, tag="complete"):
    """Reply: `Completed` when it is answered, which may take minutes; refused with what went wrong."""

    prompt: str
    system: str = ""
    model: str = ""
    """As a person names it; empty: the default."""
    max_tokens: int = 0
    """0: as `models.max_tokens` says."""
    cwd: str = ""
    """In whose project it is counted."""
    batch: str = ""
    """Under which name it is counted, in place of a conversation."""
    fresh: bool = False
    """Not from the answers that were kept."""
