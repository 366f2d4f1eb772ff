from dataclasses import replace
from pathlib import Path

import pytest

from picode import paths
from picode.installation import checkup
from support.installation import look, set_up


def states(findings: "object") -> dict[str, str]:
    return {finding.part: finding.state for finding in findings}  # type: ignore[attr-defined]


def test_after_set_up_all_files_are_in_order(home: Path) -> None:
    set_up(home, "bash")
    facts = look(home, "bash")
    assert states(checkup.files(facts)) == {"layout": "ok", "plugin": "ok", "permission": "ok"}
    assert states(checkup.shells(facts, {"SHELL": "/bin/bash"}))["bash"] == "ok"


def test_before_set_up_each_missing_part_is_told(home: Path) -> None:
    facts = look(home, "bash", "zsh")
    assert states(checkup.files(facts)) == {"layout": "fail", "plugin": "fail", "permission": "warn"}
    assert states(checkup.shells(facts, {"SHELL": "/bin/bash"})) == {"bash": "fail", "zsh": "warn"}


def test_an_edited_layout_is_in_order_and_a_changed_plugin_is_not(home: Path) -> None:
    set_up(home)
    facts = look(home)
    (facts.layouts / "picode.kdl").write_text("layout { }\n")
    facts.plugin_file.write_bytes(b"another one")
    found = list(checkup.files(look(home)))
    assert "edited by you" in found[0].found
    assert found[1].state == "fail"


def test_a_script_of_another_version_is_told(home: Path) -> None:
    set_up(home, "bash")
    facts = replace(look(home, "bash"), scripts={"bash": "# newer\n", "zsh": "", "fish": ""})
    assert states(checkup.shells(facts, {})) == {"bash": "fail"}


def test_without_zellij_it_is_said_how_to_get_it() -> None:
    [finding] = checkup.zellij(None)
    assert finding.state == "fail"
    assert "zellij" in finding.mend


@pytest.mark.parametrize(
    ("environment", "state", "found"),
    [
        ({"PICODE_NO_RECORD": "1", "ZELLIJ": "0"}, "ok", "switched off"),
        ({"ZELLIJ": "0"}, "warn", "not recorded"),
        ({"PICODE_TERMINAL": "/not/there"}, "warn", "has ended"),
        ({"PICODE_TERMINAL": "/dev/null"}, "ok", "is recorded"),
        ({}, "ok", "outside Zellij"),
    ],
)
def test_it_is_told_whether_this_terminal_is_recorded(
    environment: dict[str, str], state: str, found: str
) -> None:
    [finding] = checkup.recorder(environment)
    assert finding.state == state
    assert found in finding.found


def test_a_socket_path_that_is_too_long_is_told(where: paths.Paths) -> None:
    assert states(checkup.sockets(where)) == {"sockets": "ok"}
    [finding] = checkup.sockets(replace(where, runtime=Path("/" + "x" * 100)))
    assert finding.state == "fail"
    assert "PICODE_HOME" in finding.mend


def test_tools_disk_and_python_are_looked_at(where: paths.Paths) -> None:
    assert set(states(checkup.tools())) == {"git", "ripgrep", "fd"}
    assert states(checkup.python()) == {"python": "ok"}
    assert set(states(checkup.disk(where)).values()) <= {"ok", "warn"}
