"""Which model a role gets: a policy that can be read, as a pure function that says why each model was taken or not.

A wish is a model's name, or one of `POLICIES`. `cheapest`: the least for a million tokens, three of four of a prompt;
`quickest`: the shortest answers so far, as the ledger has them; `ablest`: thinks, costs most, takes most.
"""

from dataclasses import dataclass

from picode.protocol.routing import Ruling

POLICIES = ("cheapest", "quickest", "ablest")
ROLES = {
    "main": "answers you", "fast": "writes summaries and titles", "strong": "is what `/model strong` takes",
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A model as far as it matters here. Prices in US dollars for a million tokens; `seconds`: an answer's, 0: nobody
    knows; `paused`: why its provider is left alone."""

    name: str
    usable: bool = True
    why: str = ""
    input: float = 0
    output: float = 0
    priced: bool = True
    context: int = 0
    thinks: bool = False
    seconds: float = 0
    paused: str = ""
    scoped: bool = True

    @property
    def price(self) -> float:
        return (3 * self.input + self.output) / 4


def route(policy: str, candidates: list[Candidate], tokens: int = 0) -> list[Ruling]:
    """The best first, then those that are left out; `tokens`: what it has to take. None is `taken` when none fits."""
    fitting = sorted((one for one in candidates if not _unfit(one, policy, tokens)), key=_order(policy))
    out = [_ruled(policy, one, fitting[0]) for one in fitting]
    return out + [Ruling(one.name, _unfit(one, policy, tokens)) for one in candidates if one not in fitting]


def _unfit(one: Candidate, policy: str, tokens: int) -> str:
    """Why it is none to choose from; empty: it is."""
    reasons = (
        (one.name.startswith("demo/"), "no language model"),
        (not one.usable, one.why or "it cannot be used"),
        (bool(one.paused), f"left alone for a while: {one.paused}"),
        (not one.scoped, "not among models.scoped"),
        (0 < one.context < tokens, f"it takes {one.context:,} tokens, and {tokens:,} are needed"),
        (policy != "quickest" and not one.priced, "its price is not known"),
    )
    return next((reason for true, reason in reasons if true), "")


def _order(policy: str):  # type: ignore[no-untyped-def]
    return {
        "cheapest": lambda one: (one.price, -one.context, one.name),
        "quickest": lambda one: (one.seconds or float("inf"), one.price, one.name),
        "ablest": lambda one: (not one.thinks, -one.output, -one.context, one.name),
    }[policy]


def _ruled(policy: str, one: Candidate, best: Candidate) -> Ruling:
    taken = one is best
    if policy == "cheapest":
        told = f"${one.price:,.2f} a million tokens"
        return Ruling(one.name, f"the cheapest: {told}" if taken else f"{told}", taken)
    if policy == "quickest":
        told = f"{one.seconds:.1f} s an answer" if one.seconds else "not measured yet"
        return Ruling(one.name, f"the quickest: {told}" if taken else told, taken)
    told = f"{'thinks' if one.thinks else 'does not think'}, ${one.output:,.2f} a million tokens of an answer"
    return Ruling(one.name, f"the ablest: {told}" if taken else told, taken)
