"""The command that a user's message carries: command line, status, directory and output."""

import re
from dataclasses import dataclass

BLOCK = re.compile(
    r"<command (?P<attributes>[^\n]*)>\n\$ (?P<command>.*?)\n</command>\n<output>\n(?P<output>.*)</output>",
    re.DOTALL,
)
PIPED = re.compile(r"<output>\n(?P<output>.*)</output>", re.DOTALL)
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Record:
    """`status` is None while the command runs, or where nobody knows it."""

    output: str
    command: str = ""
    status: int | None = None
    cwd: str = ""
    duration: str = ""
    running: bool = False


def find(text: str) -> tuple[str, Record | None]:
    """The question in front of the command, and the command; None when the message carries none."""
    if found := BLOCK.search(text):
        attributes = dict(ATTRIBUTE.findall(found["attributes"]))
        status = attributes.get("status", "")
        record = Record(
            output=_printed(found["output"]),
            command=found["command"],
            status=int(status) if re.fullmatch(r"-?\d{1,6}", status) else None,
            cwd=attributes.get("cwd", ""),
            duration=attributes.get("duration", ""),
            running=status == "running",
        )
        return text[: found.start()].strip(), record
    if found := PIPED.search(text):
        return text[: found.start()].strip(), Record(output=_printed(found["output"]))
    return text.strip(), None


def _printed(output: str) -> str:
    """What the command printed; a command that printed nothing is said to have done so."""
    output = output.rstrip("\n")
    return "" if output == "(no output)" else output
