"""One marked line in a shell's rc file: put in at the end, found again by its mark, taken out byte for byte."""

import shlex
from pathlib import Path

from picode.installation.record import Line

MARK = "# picode: recorder and keys; `picode setup --uninstall` takes this line away"
SHELLS = ("bash", "zsh", "fish")


def line_for(shell: str, script: Path) -> str:
    """The line that reads `script` when it is there, and does nothing when it is not."""
    quoted = _quote(shell, str(script))
    if shell == "fish":
        return f"test -r {quoted}; and source {quoted}  {MARK}"
    return f"[ -r {quoted} ] && . {quoted}  {MARK}"


def put(content: bytes | None, line: str, known: Line | None = None) -> tuple[bytes, Line]:
    """The file with the line at its end in place of an older one of ours, and what is to be remembered."""
    text, _ = take(content or b"", known)
    broke = bool(text) and not text.endswith(b"\n")
    created = content is None or bool(known and known.created)
    return text + (b"\n" if broke else b"") + line.encode() + b"\n", Line(line, created, broke)


def take(content: bytes, known: Line | None = None) -> tuple[bytes, bool]:
    """The file without our line, and whether one was there."""
    pieces = content.splitlines(keepends=True)
    mark = MARK.encode()
    kept = [piece for piece in pieces if not piece.rstrip(b"\r\n").endswith(mark)]
    if len(kept) == len(pieces):
        return content, False
    was_last = pieces[-1].rstrip(b"\r\n").endswith(mark)
    without = b"".join(kept)
    if known and known.broke and was_last and without.endswith(b"\n"):
        without = without[:-1]
    return without, True


def has(content: bytes, line: str) -> bool:
    return line.encode() in content.splitlines()


def _quote(shell: str, text: str) -> str:
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return shlex.quote(text)
