from pathlib import Path

import pytest

from support.installation import look, set_up, take_back, tree


@pytest.mark.parametrize("change", ["before", "after"])
def test_uninstalling_puts_everything_back_byte_for_byte(home: Path, change: str) -> None:
    if change == "before":
        (home / ".bashrc").write_bytes(b"alias a=b")
        (home / ".bashrc").chmod(0o640)
        permissions = look(home).permissions
        permissions.parent.mkdir(parents=True)
        permissions.write_bytes(b'"/other.wasm" {\n    RunCommands\n}')
    before = tree(home)
    set_up(home, "bash", "zsh")
    set_up(home, "bash", "zsh", plugin=b"\0asm two")
    assert take_back(home, "bash", "zsh").notes == []
    assert tree(home) == before


def test_uninstalling_keeps_what_was_changed_since(home: Path) -> None:
    (home / ".bashrc").write_bytes(b"alias a=b")
    set_up(home, "bash")
    with (home / ".bashrc").open("a") as rc:
        rc.write("alias c=d\n")
    layout = look(home).layouts / "picode.kdl"
    layout.write_text("layout { }\n")
    done = take_back(home, "bash")
    assert (home / ".bashrc").read_bytes() == b"alias a=b\nalias c=d\n"
    assert layout.read_text() == "layout { }\n"
    assert len(done.notes) == 2


def test_uninstalling_without_a_record_still_takes_the_line_out(home: Path) -> None:
    set_up(home, "bash")
    look(home).record_file.unlink()
    take_back(home, "bash")
    assert (home / ".bashrc").read_bytes() == b""


def test_a_damaged_permission_file_is_left_and_the_rest_goes(home: Path) -> None:
    set_up(home, "bash")
    look(home).permissions.write_text("{{{")
    assert "is damaged and is left" in take_back(home, "bash").notes[0]
    assert look(home).permissions.read_text() == "{{{"
    assert not look(home).plugin_file.exists()


def test_a_grant_that_zellij_wrote_elsewhere_in_the_file_goes_too(home: Path) -> None:
    set_up(home)
    permissions = look(home).permissions
    permissions.write_text(permissions.read_text() + '"/other.wasm" {\n    RunCommands\n}\n')
    take_back(home)
    assert permissions.read_text() == '"/other.wasm" {\n    RunCommands\n}\n'
