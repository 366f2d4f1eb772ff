from pathlib import Path

import pytest

from picode.errors import BadData
from support.installation import TEMPLATE, look, set_up, take_back, tree


def test_set_up_writes_layout_plugin_grant_scripts_and_one_line_each(home: Path) -> None:
    (home / ".bashrc").write_bytes(b"alias a=b")
    set_up(home, "bash", "zsh")
    facts = look(home)
    written = (facts.layouts / "picode.kdl").read_text()
    assert f'location="file:{facts.plugin_file}"' in written
    assert 'command="/opt/pi code/bin/picode" { args "chat"; }' in written
    assert facts.plugin_file.read_bytes() == facts.plugin
    assert str(facts.plugin_file) in facts.permissions.read_text()
    assert (facts.data / "shell" / "picode.fish").read_text() == "# fish\n"
    assert (home / ".bashrc").read_text().startswith("alias a=b\n[ -r ")
    assert (home / ".zshrc").read_text().count("\n") == 1


def test_the_second_time_changes_nothing(home: Path) -> None:
    set_up(home, "bash")
    before = tree(home)
    assert set_up(home, "bash").changes == []
    assert tree(home) == before


def test_an_edited_layout_is_kept_and_ours_lies_beside_it(home: Path) -> None:
    set_up(home)
    layout = look(home).layouts / "picode.kdl"
    layout.write_text("layout { }\n")
    done = set_up(home)
    assert layout.read_text() == "layout { }\n"
    assert (layout.parent / "picode.kdl.new").exists()
    assert "was edited and is kept" in done.notes[0]
    assert set_up(home).changes == []
    layout.unlink()
    set_up(home)
    assert not (layout.parent / "picode.kdl.new").exists()


def test_an_edited_script_is_kept_too(home: Path) -> None:
    set_up(home)
    script = look(home).script_file("zsh")
    script.write_text("# mine\n")
    assert "was edited and is kept" in set_up(home).notes[0]
    assert script.read_text() == "# mine\n"
    assert "left where it is" in take_back(home).notes[0]


def test_a_layout_of_an_older_version_is_replaced(home: Path) -> None:
    set_up(home)
    set_up(home, template="// newer\n" + TEMPLATE)
    assert (look(home).layouts / "picode.kdl").read_text().startswith("// newer\n")


def test_a_newer_plugin_gets_another_name_and_its_own_grant(home: Path) -> None:
    set_up(home)
    set_up(home, plugin=b"\0asm two")
    assert len(list((home / "data" / "plugin").iterdir())) == 2
    assert look(home).permissions.read_text().count(".wasm") == 2


def test_without_the_grant_the_permission_file_is_left_alone(home: Path) -> None:
    set_up(home, grant=False)
    assert not look(home).permissions.exists()


def test_a_damaged_permission_file_stops_set_up_before_anything_is_written(home: Path) -> None:
    file = look(home).permissions
    file.parent.mkdir(parents=True)
    file.write_text('"/a.wasm" {')
    before = tree(home)
    with pytest.raises(BadData):
        set_up(home, "bash")
    assert tree(home) == before


def test_a_line_that_the_user_took_out_stays_out_unless_set_up_is_asked_for(home: Path) -> None:
    set_up(home, "bash")
    (home / ".bashrc").write_text("# mine\n")
    assert "stays out" in set_up(home, "bash", again=False).notes[0]
    assert (home / ".bashrc").read_text() == "# mine\n"
    set_up(home, "bash")
    assert "picode.bash" in (home / ".bashrc").read_text()


def test_the_users_own_files_are_kept_as_copies(home: Path) -> None:
    (home / ".bashrc").write_bytes(b"alias a=b")
    set_up(home, "bash")
    (copy,) = (home / "data" / "backups").iterdir()
    assert copy.read_bytes() == b"alias a=b"
    assert copy.stat().st_mode & 0o777 == 0o600
