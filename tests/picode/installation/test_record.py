from pathlib import Path

import pytest

from picode.errors import BadData
from picode.installation.record import Line, Record, decode, digest

FILE = Path("/data/setup.json")


def test_what_was_written_is_read_back() -> None:
    record = Record(
        version="1", files={"/a": "00"}, lines={"/rc": Line("x", created=True)}, grants={"/p": Line("y", broke=True)},
        directories=["/d"], backups={"/b": "/rc"},
    )  # fmt: skip
    assert decode(record.encode(), FILE) == record


def test_a_file_is_ours_when_it_is_what_was_written() -> None:
    record = Record(files={"/a": digest(b"ours")})
    assert record.is_ours(Path("/a"), b"ours")
    assert not record.is_ours(Path("/a"), b"edited")
    assert not record.is_ours(Path("/b"), b"ours")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff"])
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(BadData, match="is not what set-up wrote"):
        decode(content, FILE)
