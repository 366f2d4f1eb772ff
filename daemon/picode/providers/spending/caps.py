"""Whether a request may be sent: what it may cost at worst, against what is left of each limit."""

from dataclasses import dataclass

from picode.errors import NotAllowed

SPANS = ("request", "turn", "conversation", "day", "workspace")
WORDS = {
    "turn": "this turn's limit", "conversation": "this conversation's limit", "day": "today's limit",
    "workspace": "this project's limit",
}  # fmt: skip
OTHERS = {
    "request": "ask with less", "turn": "ask again, which begins a turn", "conversation": "begin a new one with /new",
    "day": "wait until tomorrow", "workspace": "work in another project",
}  # fmt: skip


class SpendLimit(NotAllowed):
    """A request was not sent: it could have cost more than a limit leaves."""


@dataclass(frozen=True)
class Caps:
    """US dollars; 0: no limit."""

    request: float = 0
    turn: float = 0
    conversation: float = 0
    day: float = 0
    workspace: float = 0

    def __bool__(self) -> bool:
        return any(getattr(self, span) for span in SPANS)


@dataclass(frozen=True)
class Spent:
    """US dollars so far, of where a request belongs to; what is under way counts with its worst case."""

    turn: float = 0
    conversation: float = 0
    day: float = 0
    workspace: float = 0


def check(caps: Caps, spent: Spent, worst: float) -> None:
    """Raises SpendLimit with the tightest limit that the request could break."""
    if worst <= 0:
        return
    broken = []
    for span in SPANS:
        limit, used = getattr(caps, span), getattr(spent, span, 0.0)
        # sums of binary fractions: a tenth of a thousandth of a cent is nobody's limit
        if limit and used + worst > limit + 1e-6:
            broken.append((limit - used, span, limit, used))
    if broken:
        _, span, limit, used = min(broken)
        raise refusal(span, limit, used, worst)


def refusal(span: str, limit: float, used: float, worst: float) -> SpendLimit:
    could = f"This request was not sent: it could cost {dollars(worst)}"
    if span == "request":
        told = f"{could}, and one request may cost {dollars(limit)} (limits.spend.request)."
    else:
        told = f"{could}, and {dollars(used)} of {WORDS[span]} of {dollars(limit)} are spent (limits.spend.{span})."
    return SpendLimit(
        told,
        f"Raise it with `picode config set limits.spend.{span} {_next(used + worst)}`, lower models.max_tokens, "
        f"take a cheaper model with /model, or {OTHERS[span]}.",
    )


def dollars(amount: float) -> str:
    """`$0.0042`, `$1.25`: never so rounded that a cost looks like none."""
    if amount >= 0.995 or (amount >= 0.005 and abs(amount - round(amount, 2)) < 0.00005) or amount == 0:
        return f"${amount:,.2f}"
    return f"${amount:.4f}" if amount >= 0.0001 else f"${amount:.6f}"


def _next(amount: float) -> str:
    """A round number above `amount`."""
    for step in (0.01, 0.1, 1, 10, 100, 1000):
        if amount <= step * 10:
            return f"{(int(amount / step) + 1) * step:g}"
    return f"{amount * 2:.0f}"
