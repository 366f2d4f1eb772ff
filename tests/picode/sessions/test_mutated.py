"""Files that were damaged at random: one sentence or a conversation that goes on, never anything else."""

import random
from pathlib import Path

import pytest

from picode.errors import BadData
from picode.sessions.display import path_entries, spent
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of, paired
from picode.sessions.survey import survey
from support.sessions import PI_LINES, user

PIECES = (
    b"\n",
    b"{",
    b"}",
    b'"',
    b"null",
    b"\x00",
    b"\xff",
    b"[]",
    b'"id":"ea8e0c03"',
    b"\\ud800",
    b"-1e999",
    b"\r\n",
    b"",
)


def damaged(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(content))
        if chance.random() < 0.3:  # lines in another order, or twice
            lines = content.splitlines(keepends=True)
            lines.insert(chance.randrange(1, len(lines) + 1), lines[chance.randrange(len(lines))])
            content = b"".join(lines)
        else:
            content = content[:at] + chance.choice(PIECES) + content[at + chance.randrange(0, 6) :]
    return content


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_goes_on_or_is_told_and_keeps_its_bytes(home: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = PI_LINES.read_bytes()
    for number in range(40):
        content = damaged(whole, chance)
        path = home / f"{number}.jsonl"
        path.write_bytes(content)
        survey(path)
        try:
            session = SessionFile.open(path)
        except BadData:
            assert path.read_bytes() == content
            continue
        paired(context_of(session).messages)
        spent(session)
        session.append_message(user("on"))
        assert path_entries(session)[0][-1].message == user("on")
        session.close()
        again = SessionFile.open(path)
        assert path_entries(again)[0][-1].message == user("on")
        again.close()
        _nothing_is_lost(path, content)


def _nothing_is_lost(path: Path, content: bytes) -> None:
    copy = path.with_name(f"{path.name}.before-v3")
    if copy.exists():
        assert copy.read_bytes() == content
        return
    aside = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}.torn-*"))
    kept = content.removesuffix(aside) if aside else content
    assert kept + aside == content
    assert path.read_bytes().startswith(kept)
