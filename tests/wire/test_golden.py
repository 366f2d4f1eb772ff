"""What was once written on the wire is read for as long as its protocol number is spoken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from picode.protocol import codec, replies, requests, terminal
from picode.protocol.events import Announced
from picode.protocol.version import PROTOCOL
from support.examples import every_message

GOLDEN = Path(__file__).parent / "golden" / str(PROTOCOL)
FILES = sorted(GOLDEN.glob("*.msgpack"))
READERS: dict[str, tuple[Callable[[bytes], Any], Any]] = {
    "request": (codec.decode_request, requests.AnyRequest),
    "reply": (codec.decode_reply, replies.AnyReply),
    "event": (codec.decode_announced, Announced),
    "terminal_request": (codec.decode_terminal_request, terminal.AnyTerminalRequest),
    "terminal_reply": (codec.decode_terminal_reply, terminal.AnyTerminalReply),
}


def test_every_message_has_a_golden_file() -> None:
    missing = every_message().keys() - {path.stem for path in FILES}
    assert not missing, "run `python -m tests.wire.make_golden`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_message_is_still_read(path: Path) -> None:
    read, union = READERS[path.stem.partition(".")[0]]
    found = read(path.read_bytes())
    assert found == msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=union)
    # every field that it carries is still a field, with the same value
    carried = msgspec.msgpack.decode(path.read_bytes())
    written = msgspec.msgpack.decode(codec.encode(found))
    assert carried == written


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fields_that_nobody_knows_are_passed_over(path: Path) -> None:
    read, _ = READERS[path.stem.partition(".")[0]]
    carried = msgspec.msgpack.decode(path.read_bytes())
    carried["of a later version"] = [1, {"a": None}]
    assert read(msgspec.msgpack.encode(carried)) == read(path.read_bytes())
