"""Conversations that come and go."""

from pathlib import Path

import pytest

from picode.errors import BadData, DiskFailed, Missing, TryLater, UsageError
from picode.sessions import exchange
from picode.sessions.store import Store, folder_of
from support.sessions import PI_LINES, conversation, entry, header, written


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home / "sessions")


def test_a_session_of_pi_comes_in_byte_for_byte(store: Store, home: Path) -> None:
    content = PI_LINES.read_bytes() + b'{"type":"of the future"}\n\nnot JSON\n{"torn'
    source = home / "2026-11-20T21-42-15-497Z_x.jsonl"
    source.write_bytes(content)
    id_ = exchange.take_in(store, source)
    [info] = store.list()
    assert info.id == id_
    assert Path(info.path).read_bytes() == content == source.read_bytes()
    assert Path(info.path).parent.name == folder_of(info.cwd)
    assert Path(info.path).stem.endswith(f"_{id_}")
    assert exchange.take_in(store, source) == id_
    assert len(store.list()) == 1
    source.write_bytes(content + b"\n")
    with pytest.raises(UsageError, match="here already"):
        exchange.take_in(store, source)
    assert Path(info.path).read_bytes() == content


def test_a_file_name_of_pis_is_kept(store: Store, home: Path) -> None:
    source = written(home / "2026-11-20T21-42-15-497Z_s1.jsonl", header(), entry("a", None))
    exchange.take_in(store, source)
    assert Path(store.list()[0].path).name == source.name


@pytest.mark.parametrize(
    "lines",
    [
        ("garbage",),
        ("",),
        (header(),),
        (header(id="../../x"), entry("a", None)),
        (header(id=".x"), entry("a", None)),
        (header(id="x" * 200), entry("a", None)),
    ],
)
def test_what_is_no_session_is_refused(store: Store, home: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(BadData):
        exchange.take_in(store, written(home / "f.jsonl", *lines))
    assert store.list() == []
    assert not list(home.rglob("*.tmp"))


def test_what_is_not_there_is_told(store: Store, home: Path) -> None:
    with pytest.raises(Missing):
        exchange.take_in(store, home / "none")
    with pytest.raises((Missing, BadData, DiskFailed, IsADirectoryError)):
        exchange.take_in(store, home)


def test_what_is_deleted_is_gone_from_the_disk_and_the_index(store: Store, home: Path) -> None:
    session = conversation(home / "sessions", "unmistakable")
    assert len(store.search("unmistakable")[0]) == 1
    with pytest.raises(TryLater):
        exchange.remove(store, session.path)
    session.close()
    for end in (".torn-1", ".before-v3"):
        session.path.with_name(session.path.name + end).write_text("unmistakable")
    exchange.remove(store, session.path)
    assert store.search("unmistakable") == ([], 0)
    left = [path for path in home.rglob("*") if path.is_file() and b"unmistakable" in path.read_bytes()]
    assert left == []
    with pytest.raises(Missing):
        exchange.remove(store, session.path)
