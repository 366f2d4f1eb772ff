"""Long output loses its middle: the beginning says what ran, the end says how it went."""

from dataclasses import dataclass

FIRST_PART = 0.4
"""How much of what is kept comes from the beginning."""
NEAR = 2_000
"""Characters (or bytes) within which the end of a line is looked for."""


@dataclass(frozen=True)
class Cut:
    text: str
    characters: int = 0
    """Left out of the middle."""
    missing: int = 0
    """Bytes that were gone before."""


def cut_middle(first: str, limit: int, last: str = "", missing: int = 0) -> Cut:
    """`first` and `last` (with `missing` bytes between them) in some `limit` characters, the mark not counted."""
    whole = first + last
    if len(whole) <= limit:
        return Cut(f"{first}{mark(0, 0, missing)}\n{last}" if missing else whole, 0, missing)
    near, first_part = min(NEAR, limit // 8), round(limit * FIRST_PART)
    begin = _up_to_line(whole, first_part, near)
    end = _from_line(whole, len(whole) - (limit - first_part), near)
    if missing:  # the gap lies between the two, so both sides reach at most to it
        begin, end = min(begin, len(first)), max(end, len(first))
    left_out = whole[begin:end]
    told = mark(len(left_out), left_out.count("\n"), missing)
    return Cut(f"{whole[:begin]}{_line_end(whole, begin)}{told}\n{whole[end:]}", len(left_out), missing)


def mark(characters: int, lines: int, missing: int) -> str:
    """`[… 12,345 characters (210 lines) left out …]`"""
    parts = []
    if characters:
        parts.append(f"{characters:,} characters ({lines:,} line{'' if lines == 1 else 's'})")
    if missing:
        parts.append(f"{missing:,} bytes that were no longer kept")
    return f"[… {' and '.join(parts)} left out …]"


def start_of(head: bytes) -> bytes:
    """`head` up to its last line's end, where one is near."""
    at = head.rfind(b"\n", max(len(head) - NEAR, 0))
    return head[: at + 1] if at >= 0 else head


def end_of(tail: bytes) -> bytes:
    """`tail` from its first line on, where one is near."""
    at = tail.find(b"\n", 0, NEAR)
    if at >= 0:
        return tail[at + 1 :]
    inside = 0  # of a character of several bytes
    while inside < min(3, len(tail)) and tail[inside] & 0xC0 == 0x80:
        inside += 1
    return tail[inside:]


def _up_to_line(text: str, at: int, near: int) -> int:
    end = text.rfind("\n", max(at - near, 0), at)
    return end + 1 if end >= 0 else at


def _from_line(text: str, at: int, near: int) -> int:
    end = text.find("\n", at - 1, at + near)
    return end + 1 if end >= 0 else at


def _line_end(text: str, at: int) -> str:
    return "" if at == 0 or text[at - 1] == "\n" else "\n"
