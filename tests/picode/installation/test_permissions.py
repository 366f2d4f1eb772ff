from pathlib import Path

import pytest

from picode.errors import BadData
from picode.installation.permissions import NEEDED, grant, granted, revoke

FILE = Path("/cache/permissions.kdl")
PLUGIN = Path("/data/pi code/picode.wasm")
FOREIGN = b'"/else/where.wasm" {\n    RunCommands\n}\n'


@pytest.mark.parametrize(
    "before", [b"", FOREIGN, FOREIGN.rstrip(b"\n"), b"// only a comment", FOREIGN.replace(b"\n", b"\r\n")]
)
def test_an_entry_is_added_and_taken_back_byte_for_byte(before: bytes) -> None:
    after, known = grant(before, PLUGIN, FILE)
    assert after.startswith(before)
    assert granted(after, PLUGIN, FILE)
    assert revoke(after, [str(PLUGIN)], FILE, known) == before


def test_a_file_that_was_missing_is_remembered_as_such() -> None:
    after, known = grant(None, PLUGIN, FILE)
    assert known.created
    assert revoke(after, [str(PLUGIN)], FILE, known) == b""


def test_an_entry_that_grants_too_little_is_replaced_and_the_others_keep_every_byte() -> None:
    before = b'"/data/pi code/picode.wasm" {\n}\n' + FOREIGN
    assert not granted(before, PLUGIN, FILE)
    after, _ = grant(before, PLUGIN, FILE)
    assert after.startswith(FOREIGN)
    assert granted(after, PLUGIN, FILE)
    assert after.count(b"picode.wasm") == 1


def test_entries_of_two_versions_go_together_and_the_missing_end_comes_back() -> None:
    before = FOREIGN.rstrip(b"\n")
    once, known = grant(before, PLUGIN, FILE)
    twice, known = grant(once, Path("/data/newer.wasm"), FILE, known)
    assert revoke(twice, [str(PLUGIN), "/data/newer.wasm"], FILE, known) == before


def test_no_more_than_four_permissions_are_asked_for() -> None:
    assert set(NEEDED) == {"ReadApplicationState", "ChangeApplicationState", "ReadCliPipes", "Reconfigure"}


@pytest.mark.parametrize("damaged", [b'"/a.wasm" {\n RunCommands\n', b"\xff\xfe", b'"a'])
def test_a_damaged_file_is_refused_in_one_sentence(damaged: bytes) -> None:
    with pytest.raises(BadData, match="damaged .*nothing was written") as caught:
        grant(damaged, PLUGIN, FILE)
    assert "--no-grant" in caught.value.hint
