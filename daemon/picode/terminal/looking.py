"""Looking for a text in what a command prints, as it comes: pure.

The text is sought as a person reads it: escape sequences and carriage returns between its letters do not count.
"""

import codecs
import re

UNSEEN = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|[\x00-\x08\x0b-\x1a\x7f]"
)
BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")
LONGEST_BEGUN = 4096
"""Characters of a sequence that may still be without its end; what is longer is none."""


class Looking:
    """`feed` it all that is printed, in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""
        self._before = ""

    def skip(self, data: bytes) -> None:
        """What was printed before and does not count, but for the beginning of the text at its end."""
        self._take(data)

    def feed(self, data: bytes) -> bool:
        """Whether the text has come with this."""
        return self.text in self._take(data)

    def _take(self, data: bytes) -> str:
        found = self._begun + self._decoder.decode(data)
        begun = BEGUN.search(found, max(0, len(found) - LONGEST_BEGUN))
        self._begun = begun[0] if begun else ""
        seen = self._before + UNSEEN.sub("", found[: begun.start()] if begun else found)
        self._before = seen[max(0, len(seen) - len(self.text) + 1) :]
        return seen
