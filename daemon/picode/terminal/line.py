"""What stands on a prompt's line, and what a shell prints around it: read from the bytes that the terminal showed."""

import re

PROMPT_END = re.compile(rb"\x1b\]133;B[^\x07\x1b]*(?:\x07|\x1b\\)")
SEQUENCES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[(=>][0B]?|[\r\x0f]")
# what fish prints itself between its preexec event and the command: paste mode off, the title, colours
LONGEST_PROLOGUE = 4096
FISH_PROLOGUE = re.compile(
    rb"(?:\x1b\[\?\d+l|\x1b\[[>=][\d;]*[um])*(?:\x1b\]0;.{0,2048}?\x07(?:\x1b\[[\d;]*m|\x1b\(B|\x0f)*\r)?",
    re.DOTALL,
)


def is_empty(shown: bytes) -> bool:
    """Nothing but a prompt was shown; false in doubt."""
    found = None
    for found in PROMPT_END.finditer(shown):  # noqa: B007 - the last one
        pass
    return found is not None and not SEQUENCES.sub(b"", shown[found.end() :])


def echoed(shown: bytes) -> str:
    """What stands on the line after the prompt, where the shell cannot tell."""
    from picode.plaintext import seen

    ends = list(PROMPT_END.finditer(shown))
    if not ends:
        return ""
    at = ends[-1].end()
    # the line editor moves about on the prompt's own line: both are drawn, and the prompt taken off
    prompt, line = seen(shown[:at] + b"|")[:-1], seen(shown)
    return (line.removeprefix(prompt) if line.startswith(prompt) else seen(shown[at:])).strip("\n")


def fish_prologue(output: bytes) -> int:
    """The bytes at the beginning of a command's output that fish itself printed."""
    found = FISH_PROLOGUE.match(output)
    return found.end() if found else 0
