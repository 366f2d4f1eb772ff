"""Prints how much of the corpus is redacted rightly: `make redaction`."""

import time

from support.redaction.corpus import LETTERS
from support.redaction.score import score


def main() -> None:
    found = score()
    print(f"secrets      {found.secrets:4}   taken out {found.taken:4}   recall    {found.recall:.3f}")
    print(f"look-alikes  {found.lookalikes:4}   left      {found.left:4}   precision {found.precision:.3f}")
    for text in found.missed:
        print(f"  not taken out: {text[:100]!r}")
    for text in found.wrong:
        print(f"  taken out, and no secret: {text[:100]!r}")
    print(f"speed        {_speed():.0f} MB of a build's output a second")


def _speed() -> float:
    from picode.context.redact import redact

    line = (
        f"[ 12%] Building src/{LETTERS['base36'][:12]}.c.o -> build/{LETTERS['hex']} in 0.12 s, key: value\n"
    )
    text = line * (2_000_000 // len(line))
    begun = time.perf_counter()
    redact(text)
    return len(text) / 1_000_000 / (time.perf_counter() - begun)


main()
