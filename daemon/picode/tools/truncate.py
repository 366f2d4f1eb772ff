"""How much of a text a model gets: 2,000 whole lines or 50 KB, from the head or from the tail."""

from dataclasses import dataclass
from typing import Any, Literal

MOST_LINES = 2000
MOST_BYTES = 50 * 1024


@dataclass(frozen=True)
class Truncated:
    """`lines` is what is left; `by` says which limit was met. `partial`: only the end of one very long line is left."""

    text: str
    lines: int
    total_lines: int
    total_bytes: int
    by: Literal["", "lines", "bytes"] = ""
    partial: bool = False
    first_too_long: bool = False
    last_line: int = 0
    """Bytes of the last line before it was cut."""

    def details(self) -> dict[str, Any] | None:
        """As session files have it; None when nothing was cut."""
        if not self.by:
            return None
        return {
            "truncated": True, "truncatedBy": self.by, "totalLines": self.total_lines,
            "totalBytes": self.total_bytes, "outputLines": self.lines, "outputBytes": size_of(self.text),
            "lastLinePartial": self.partial, "firstLineExceedsLimit": self.first_too_long,
            "maxLines": MOST_LINES, "maxBytes": MOST_BYTES,
        }  # fmt: skip


def size_of(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def shown_size(count: int) -> str:
    """`512B`, `50.0KB`, `1.5MB`."""
    if count < 1024:
        return f"{count}B"
    if count < 1024 * 1024:
        return f"{count / 1024:.1f}KB"
    return f"{count / (1024 * 1024):.1f}MB"


def lines_of(text: str) -> list[str]:
    """Lines without their line feeds; a final line feed ends the last line and begins none."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def head(text: str, most_lines: int = MOST_LINES) -> Truncated:
    """The first whole lines within both limits."""
    lines, total = lines_of(text), size_of(text)
    if len(lines) <= most_lines and total <= MOST_BYTES:
        return Truncated(text, len(lines), len(lines), total)
    kept, used = 0, 0
    for line in lines[:most_lines]:
        used += size_of(line) + (1 if kept else 0)
        if used > MOST_BYTES:
            break
        kept += 1
    by: Literal["lines", "bytes"] = "lines" if kept == most_lines else "bytes"
    return Truncated(
        "\n".join(lines[:kept]), kept, len(lines), total, by, first_too_long=kept == 0 and bool(lines)
    )


def tail(text: str, earlier_lines: int = 0, earlier_bytes: int = 0) -> Truncated:
    """The last whole lines within both limits; what came before `text` was dropped already and counts as cut."""
    lines = lines_of(text)
    total, total_bytes = len(lines) + earlier_lines, size_of(text) + earlier_bytes
    if total <= MOST_LINES and total_bytes <= MOST_BYTES:
        return Truncated(text, len(lines), total, total_bytes)
    kept, used = 0, 0
    for line in reversed(lines[-MOST_LINES:]):
        used += size_of(line) + (1 if kept else 0)
        if used > MOST_BYTES:
            break
        kept += 1
    if kept == 0 and lines:
        end = lines[-1].encode("utf-8", "surrogatepass")[-MOST_BYTES:].decode("utf-8", "ignore")
        size = size_of(lines[-1]) + (earlier_bytes if len(lines) == 1 else 0)
        return Truncated(end, 1, total, total_bytes, "bytes", partial=True, last_line=size)
    by: Literal["lines", "bytes"] = "lines" if kept == MOST_LINES else "bytes"
    return Truncated("\n".join(lines[len(lines) - kept :]), kept, total, total_bytes, by)
