"""The ledger's rows added up, by day, model, conversation or project; and how good the estimates were."""

from picode.protocol.spending import EstimateError, SpendRow, SpendSpan
from picode.providers.spending.ledger import Ledger

SUMS = (
    "count(*), total(cost), sum(input), sum(output), sum(cache_read), sum(cache_write), "
    "sum(CASE WHEN reported OR (settled AND cost = 0) THEN 0 ELSE 1 END)"
)
BY = ("day", "model", "conversation", "workspace")


def rows(ledger: Ledger, by: str, limit: int, where: tuple[str, str] | None = None) -> list[SpendRow]:
    """`by`: one of `BY`; `where`: a column and its value. Days: the latest last; all others: the dearest first."""
    assert by in BY
    only, values = _only(where)
    order = "1 DESC" if by == "day" else "3 DESC, 2 DESC"
    found = ledger.read(
        f"SELECT {by}, {SUMS} FROM requests{only} GROUP BY 1 ORDER BY {order} LIMIT ?", (*values, limit)
    )
    made = [SpendRow(*row) for row in found]
    return made[::-1] if by == "day" else made


def total(ledger: Ledger, where: tuple[str, str] | None = None) -> SpendRow:
    only, values = _only(where)
    [found] = ledger.read(f"SELECT {SUMS} FROM requests{only}", values)
    return SpendRow("", *(number or 0 for number in found))  # type: ignore[arg-type]


def spans(ledger: Ledger, conversation: str, workspace: str) -> list[SpendSpan]:
    """The last request and turn of the conversation, all of it, today, and the project."""
    last = ledger.read(
        "SELECT turn, cost FROM requests WHERE conversation=? ORDER BY number DESC LIMIT 1", (conversation,)
    )
    turn, cost = last[0] if conversation and last else ("", 0.0)
    spent = ledger.spent(turn, conversation, workspace)
    told = [SpendSpan("day", spent.day)]
    if workspace:
        told.append(SpendSpan("workspace", spent.workspace))
    if conversation:
        told = [
            SpendSpan("request", cost), SpendSpan("turn", spent.turn if turn else 0),
            SpendSpan("conversation", spent.conversation), *told,
        ]  # fmt: skip
    return told


def estimates(ledger: Ledger) -> EstimateError:
    """Of the last 1,000 requests whose prompts were estimated and reported."""
    found = ledger.read(
        "SELECT abs(estimated * 1.0 / (input + cache_read + cache_write) - 1) FROM requests "
        "WHERE reported AND estimated > 0 AND input + cache_read + cache_write > 0 ORDER BY number DESC LIMIT 1000"
    )
    errors = sorted(error for (error,) in found)
    if not errors:
        return EstimateError()
    return EstimateError(
        len(errors), errors[len(errors) // 2], errors[min(len(errors) - 1, len(errors) * 9 // 10)]
    )


def _only(where: tuple[str, str] | None) -> tuple[str, tuple[str, ...]]:
    if where is None:
        return "", ()
    assert where[0] in BY
    return f" WHERE {where[0]}=?", (where[1],)
