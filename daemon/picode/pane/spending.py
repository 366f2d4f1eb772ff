"""What requests to models cost, as lines of text: sums against their limits, a table, and a bar for each row."""

from picode.pane.safe import safe_line
from picode.protocol.replies import Spending
from picode.protocol.spending import SpendRow, SpendSpan

HEADINGS = {"day": "DAY", "model": "MODEL", "conversation": "CONVERSATION", "workspace": "PROJECT"}
SPANS = {
    "request": "last request", "turn": "last turn", "conversation": "conversation", "day": "today",
    "workspace": "project",
}  # fmt: skip
BLOCKS = " ▏▎▍▌▋▊▉█"
LONGEST_BAR = 30
LONGEST_KEY = 44


def lines(spending: Spending, width: int = 100) -> list[str]:
    """Everything, in lines of at most `width` columns where the keys leave room for it."""
    told = [_sum(span) for span in spending.spans]
    out = [*told, ""] if told else []
    if not spending.rows:
        return [*out, "Nothing was asked of a model yet."]
    out += table(spending, width)
    total = spending.total
    if total is not None and total.guessed:
        requests = "1 request was" if total.guessed == 1 else f"{total.guessed:,} requests were"
        out.append(f"{requests} cut or not reported in full; what could be estimated of them is counted.")
    if (found := spending.estimates) is not None and found.requests:
        out.append(
            f"Estimates of prompts: half within {found.median:.0%}, nine of ten within {found.most:.0%} "
            f"({found.requests:,} requests)."
        )
    return out


def table(spending: Spending, width: int) -> list[str]:
    """A heading, the rows with their bars, and the sum."""
    cells = [_cells(row, spending.by) for row in spending.rows]
    heading = (HEADINGS[spending.by], "REQUESTS", "INPUT", "CACHED", "OUTPUT", "COST")
    total = _cells(spending.total, "") if spending.total is not None else ("",) * 6
    widths = [max(len(row[at]) for row in (heading, total, *cells)) for at in range(6)]
    room = max(0, min(LONGEST_BAR, width - sum(widths) - 2 * 6))
    most = max(row.cost for row in spending.rows)
    out = [_row(heading, widths)]
    for row, one in zip(spending.rows, cells, strict=True):
        out.append(f"{_row(one, widths)}  {bar(row.cost, most, room)}".rstrip())
    return [*out, _row(total, widths)] if spending.total is not None else out


def bar(value: float, most: float, room: int) -> str:
    """A line of blocks, in eighths of a column; something that is not nothing has at least one."""
    if most <= 0 or value <= 0 or room <= 0:
        return ""
    eighths = max(1, round(value / most * room * 8))
    return BLOCKS[8] * (eighths // 8) + BLOCKS[eighths % 8].strip()


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *rest = cells
    return "  ".join(
        [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(rest, widths[1:], strict=True))]
    )


def _cells(row: SpendRow, by: str) -> tuple[str, ...]:
    key = safe_line(row.key)
    if by == "conversation":
        key = f"{key[:8]} {safe_line(row.name)}".rstrip()
    if len(key) > LONGEST_KEY:
        key = "…" + key[1 - LONGEST_KEY :] if by == "workspace" else key[: LONGEST_KEY - 1] + "…"
    cached = row.cache_read
    return (
        key, f"{row.requests:,}", tokens(row.input + row.cache_write), tokens(cached), tokens(row.output),
        dollars(row.cost),
    )  # fmt: skip


def _sum(span: SpendSpan) -> str:
    told = f"{SPANS[span.span]:<13} {dollars(span.cost):>10}"
    if not span.limit:
        return told
    share = span.cost / span.limit
    return f"{told} of ${span.limit:,.2f}  {bar(min(share, 1), 1, 20):<20}  {share:.0%}"


def tokens(count: int) -> str:
    """`950`, `12.3k`, `1.2M`."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 1_000_000 else f"{count / 1_000_000:.1f}M"


def dollars(amount: float) -> str:
    """Cents where they tell enough, else four digits more."""
    return f"${amount:,.2f}" if amount == 0 or amount >= 9.995 else f"${amount:.4f}"
