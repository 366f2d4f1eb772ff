"""The redaction corpus as data: two files of strings, whose random parts are made when they are read."""

import random
import re
import string
from pathlib import Path
from typing import NamedTuple

LETTERS = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "base36": string.ascii_lowercase + string.digits,
    "base64": string.ascii_letters + string.digits + "+/",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "digits": string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "upper": string.ascii_uppercase + string.digits,
    "url": string.ascii_letters + string.digits + "_-",
}
FILL = re.compile("«([0-9]+) ([A-Za-z0-9]+)»")
MARKED = re.compile("⟦(.*?)⟧", re.DOTALL)
OWN_PATTERNS = (r"ACME-[0-9]{4}-[0-9A-F]{12}", r"badge (B[0-9]{7})")
"""What a user would write in `redact.patterns`."""


class Sample(NamedTuple):
    kind: str
    text: str
    secrets: tuple[str, ...]
    """What must not be sent."""


def secrets() -> list[Sample]:
    return [_sample(*line.split(" | ", 1)) for line in _lines("secrets.txt")]


def lookalikes() -> list[str]:
    return [_filled(line) for line in _lines("lookalikes.txt")]


def _lines(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text()
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]


def _sample(kind: str, line: str) -> Sample:
    text = _filled(line)
    marked = tuple(MARKED.findall(text))
    return Sample(kind, text.replace("⟦", "").replace("⟧", ""), marked or (text,))


def _filled(line: str) -> str:
    """The same letters each time."""
    source = random.Random(line)

    def letters(found: re.Match[str]) -> str:
        return "".join(source.choices(LETTERS[found[2]], k=int(found[1])))

    text = FILL.sub(letters, line).replace("¦", "")
    return re.sub(r"\\([n\\])", lambda found: "\n" if found[1] == "n" else "\\", text)
