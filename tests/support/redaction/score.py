"""Precision and recall of the redaction on its corpus."""

import re
from dataclasses import dataclass

from picode.context.redact import redact
from support.redaction.corpus import OWN_PATTERNS, lookalikes, secrets


@dataclass(frozen=True)
class Score:
    secrets: int
    lookalikes: int
    missed: list[str]
    """Texts of which a secret, or a part of it, would be sent."""
    wrong: list[str]
    """Look-alikes that were changed, and texts of which more than the secret was taken out."""

    @property
    def taken(self) -> int:
        return self.secrets - len(self.missed)

    @property
    def left(self) -> int:
        return self.lookalikes - sum(text in self.wrong for text in lookalikes())

    @property
    def recall(self) -> float:
        return self.taken / self.secrets

    @property
    def precision(self) -> float:
        """Of all that was taken out, how much was a secret and nothing but one."""
        return self.taken / (self.taken + len(self.wrong))


MARK = re.compile(r"\[redacted: [^\]]*\]")
AROUND = ("{}", "a {} b", "x\n{}\ny", "2026-11-21 13:56 {}")


def score() -> Score:
    samples, alike = secrets(), lookalikes()
    missed = [one.text for one in samples if not all(_is_taken(one.text, one.secrets, put) for put in AROUND)]
    wrong = [one.text for one in samples if _is_too_much(one.text, one.secrets)]
    wrong += [text for text in alike if any(redact(put.format(text), OWN_PATTERNS)[1] for put in AROUND[:3])]
    return Score(len(samples), len(alike), missed, wrong)


def _is_taken(text: str, wanted: tuple[str, ...], put: str) -> bool:
    """Nothing is left of any secret that would help: no run of half of it, of at least four letters."""
    clean, _ = redact(put.format(text), OWN_PATTERNS)
    rest = MARK.sub("", clean)
    for secret in wanted:
        length = max(4, len(secret) // 2)
        if any(secret[at : at + length] in rest for at in range(max(1, len(secret) - length + 1))):
            return False
    return True


def _is_too_much(text: str, wanted: tuple[str, ...]) -> bool:
    """What stands around the secrets is gone too."""
    clean, kinds = redact(text, OWN_PATTERNS)
    if not kinds:
        return False
    outside = text
    for secret in wanted:
        outside = outside.replace(secret, "\0")
    return any(part not in clean for part in outside.split("\0"))
