"""A layout in the words in which Zellij knows the panes that are there."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from picode.installation.layout import fill_in
from picode.paths import assets, layout_names
from picode.server.pane_forms import doubled, first_directory, forms


def layout(name: str = "picode", command: tuple[str, ...] = ("/opt/pi code/picode",)) -> str:
    template = (assets() / "layouts" / f"{name}.kdl").read_text()
    return fill_in(template, Path("/x.wasm"), command)


def tab(command: str = "/opt/pi code/picode chat", tab_id: int = 0) -> list[dict[str, Any]]:
    assistant = {"title": "assistant", "terminal_command": command, "pane_cwd": "/home/a"}
    both: list[dict[str, Any]] = [{"id": 0, **assistant}, {"id": 1, "title": "terminal", "pane_cwd": "/tmp"}]
    return [{"tab_id": tab_id, "is_plugin": False, **pane} for pane in both]


def shell(pane: str) -> str:
    return {"1": "/srv/deep"}[pane]


def test_the_first_tab_is_taken_as_the_layout_says_and_an_added_one_with_its_directory() -> None:
    text = layout()
    plain, inside, revived = forms(text, tab(), "0", "", shell)
    assert plain == text
    assert inside.count('\nlayout {\n    cwd "/home/a"\n') == 1
    assert forms(text, tab(tab_id=3), "0", "", shell) == [inside, plain, revived]


@pytest.mark.parametrize("name", layout_names())
def test_after_a_resurrection_the_assistant_is_a_process_that_waited_and_the_shell_where_it_was(
    name: str,
) -> None:
    revived, *_ = forms(layout(name), tab("/usr/bin/python /opt/pi code/picode chat"), "0", "", shell)
    assert 'command="/usr/bin/python" close_on_exit=false {' in revived
    assert 'args "/opt/pi code/picode" "chat"\n                start_suspended true' in revived
    assert 'name="terminal" cwd="/srv/deep"' in revived
    assert 'cwd "/home/a"' in revived


def test_a_process_that_is_called_as_the_layout_says_keeps_its_words() -> None:
    command = ("/usr/bin/python", "-m", "picode")
    revived = forms(layout(command=command), tab("/usr/bin/python -m picode chat"), "0", "", shell)[2]
    assert 'args "-m" "picode" "chat"\n                start_suspended true' in revived
    other, *_ = forms(layout(command=command), tab("/old/python -P -m picode chat"), "0", "", shell)
    assert 'command="/old/python"' in other
    assert 'args "-P" "-m" "picode" "chat"' in other


def test_where_the_assistant_or_its_directory_is_not_known_the_layout_stays_as_it_is() -> None:
    assert forms("layout { }", tab(), "7", "", shell) == ["layout { }"]
    unknown = [dict(pane, pane_cwd=None) for pane in tab()]
    assert 'cwd "/home/b"' in forms(layout(), unknown, "0", "/home/b", shell)[1]
    assert forms("layout { }", unknown, "0", "", shell) == ["layout { }"]


def test_what_was_started_once_more_in_the_same_tab_is_found_and_of_two_diffs_the_older() -> None:
    before = [*tab(), {"id": 2, "tab_id": 0, "is_plugin": False, "title": "diff"}]
    new = [{"id": 5 + at, "tab_id": 0, "is_plugin": False, "title": name} for at, name in enumerate(
        ("assistant  [ EXIT CODE: 1 ]", "diff", "logs")
    )]  # fmt: skip
    elsewhere = {"id": 9, "tab_id": 1, "is_plugin": False, "title": "assistant"}
    assert doubled(before, [*before, *new, elsewhere], "0") == [5, 2]
    assert doubled(before, before, "0") == []


def test_the_directory_in_which_a_process_began_is_in_its_environment() -> None:
    command = ["sh", "-c", "echo there; read line"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PWD": "/srv/deep"}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        assert first_directory(process.pid) == "/srv/deep"
        process.communicate(b"\n")
    assert first_directory(0) == ""
