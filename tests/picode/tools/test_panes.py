"""The tools for panes without any workspace: what is refused, what is asked for, what a model reads."""

import re
from pathlib import Path
from typing import Any

import pytest

from picode.config.describe import sentence
from picode.config.schema import Settings
from picode.errors import Missing, Unavailable
from picode.messages import ToolCall
from picode.protocol.values import CommandRecord
from picode.tools.base import Running
from picode.tools.pane_run import name_for
from picode.tools.panes import HELD, NO_WORKSPACE, Pane, Where, escaped
from picode.tools.permissions import Grants, always_means, decide, with_always
from picode.tools.registry import PANE_TOOLS
from picode.tools.toolbox import Prepared, Result, Toolbox
from support.toolbox import call, text

RED = CommandRecord(
    1, "make", "/p", status=3, duration=1500, head=b"\x1b[31mred\x1b[0m\r\nAKIAIOSFODNN7EXAMPLE\r\n"
)


class Workspace:
    """What the daemon gives, with one pane in it, or none at all."""

    def __init__(self, there: bool = True) -> None:
        self.there = there
        self.done: list[tuple[Any, ...]] = []

    def check(self, conversation: str) -> None:
        if not self.there:
            raise Unavailable(NO_WORKSPACE)

    def find(self, conversation: str, name: str) -> Pane:
        if name == "old":
            return Pane("old", "4", command="make serve", held=True)
        if name != "web":
            raise Missing(f"There is no pane {name} (any more).")
        return Pane("web", "3", 1, "make serve", None)

    def all(self, conversation: str) -> list[Pane]:
        return [self.find(conversation, "old"), self.find(conversation, "web")]

    async def run(self, conversation: str, cwd: str, name: str, command: str, where: Where) -> int:
        self.done.append(("run", name, command, where))
        return 1

    async def wait(
        self, conversation: str, name: str, number: int, *, seconds: float, running: Running, text: str = ""
    ) -> bool:
        self.done.append(("wait", name, number, seconds, *([text] if text else [])))
        return text == "red"

    async def record(self, conversation: str, name: str, number: int) -> CommandRecord:
        return RED

    async def give(self, conversation: str, name: str, data: bytes) -> None:
        self.done.append(("give", name, data))

    async def focus(self, conversation: str, name: str) -> None:
        self.done.append(("focus", name))

    async def close(self, conversation: str, name: str) -> None:
        raise Unavailable("Zellij did not close pane web.")


def box(home: Path, there: bool = True) -> tuple[Toolbox, Workspace]:
    workspace = Workspace(there)
    return Toolbox(Settings(), cache=home / "cache", state=home / "state", panes=workspace), workspace


async def prepared(tools: Toolbox, home: Path, tool: str, **arguments: Any) -> Prepared:
    wanted = ToolCall(id="call", name=tool, arguments=arguments)
    found = await tools.prepare(wanted, str(home), "conversation", tools.policy(frozenset(), False), Grants())
    assert isinstance(found, Prepared)
    return found


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("pane_run", {"command": "ls"}),
        ("pane_rerun", {"name": "web"}),
        ("pane_wait", {"name": "web"}),
        ("pane_read", {}),
        ("pane_write", {"name": "web", "text": "y"}),
        ("pane_focus", {"name": "web"}),
        ("pane_close", {"name": "web"}),
    ],
)
async def test_outside_of_a_workspace_one_sentence_says_why_not_and_nobody_is_asked(
    home: Path, tool: str, arguments: dict[str, Any]
) -> None:
    result = await call(box(home, there=False)[0], home, tool, **arguments)
    assert result.is_error
    assert text(result) == NO_WORKSPACE


@pytest.mark.parametrize("there", [True, False])
def test_a_model_is_told_of_panes_only_in_a_workspace(home: Path, there: bool) -> None:
    tools, _ = box(home, there)
    assert tools.has_panes("conversation") is there
    told = {spec.name for spec in tools.specs(panes=there)}
    assert (told & PANE_TOOLS.keys()) == (PANE_TOOLS.keys() if there else set())
    assert {"bash", "read"} <= told


def test_the_sentence_about_what_never_asks_names_what_would_ask(home: Path) -> None:
    tools, _ = box(home)
    names = {spec.name for spec in tools.specs()}
    asks = {name for name in names if not tools.reads(name)}
    assert asks == names & set(re.findall(r"\w+", sentence("tools.allow")))


async def test_a_command_is_run_waited_for_and_told_as_a_person_saw_it_without_secrets(home: Path) -> None:
    tools, workspace = box(home)
    result = await call(tools, home, "pane_run", command="make", name="build", where="tab", wait=3)
    assert workspace.done == [("run", "build", "make", "tab"), ("wait", "build", 1, 3.0)]
    assert text(result).startswith("red\n[redacted: ")
    assert text(result).endswith("[pane build: 'make' ended with exit status 3 after 1.5 s]")
    assert result.details["status"] == 3


async def test_who_waits_for_a_text_reads_whether_it_has_come(home: Path) -> None:
    tools, workspace = box(home)
    came = text(await call(tools, home, "pane_wait", name="web", text="red", wait=5))
    assert came.endswith("ended with exit status 3 after 1.5 s; 'red' has come]")
    not_yet = text(await call(tools, home, "pane_wait", name="web", text="blue"))
    assert not_yet.endswith("; 'blue' has not come]")
    assert workspace.done == [("wait", "web", 1, 5.0, "red"), ("wait", "web", 1, 60.0, "blue")]
    planned = await prepared(tools, home, "pane_wait", name="web", text="a\nb")
    assert planned.title == r"pane web, up to 60 s for 'a\nb'"


async def test_raw_output_has_every_byte(home: Path) -> None:
    result = await call(box(home)[0], home, "pane_read", name="web", raw=True)
    assert text(result).startswith("\\x1b[31mred\\x1b[0m\\x0d\n")


@pytest.mark.parametrize("data", [b"a\\x1b\x1b\r\n\xff\xc3\xa4\t\0\x7f\xe2\x80\xae", bytes(range(256))])
def test_what_is_escaped_can_be_had_back(data: bytes) -> None:
    shown = escaped(data)
    assert all(char == "\n" or char.isprintable() for char in shown)
    back = shown.encode().decode("unicode_escape").encode("latin-1")
    assert back.decode("utf-8", "surrogateescape") == data.decode("utf-8", "surrogateescape")


async def test_what_was_granted_for_bash_counts_letter_for_letter(home: Path) -> None:
    tools, _ = box(home)
    run = await prepared(tools, home, "pane_run", command="make serve")
    again = await prepared(tools, home, "pane_rerun", name="web")
    assert run.approval().detail == f"make serve\n\nin a new pane make, in {home}"
    assert again.approval().detail == f"make serve\n\nin pane web, in {home}"
    for where, told in (("tab", "in a new tab with a pane x"), ("floating", "in a new floating pane x")):
        asked = await prepared(tools, home, "pane_run", command="ls", name="x", where=where)
        assert told in asked.approval().detail
    grants = with_always(run.check, Grants())
    assert always_means(run.check) == "this exact command"
    policy = tools.policy(frozenset(), False)
    assert decide(again.check, policy, grants).decision == "allow"
    other = await prepared(tools, home, "pane_run", command="make serve; rm x")
    assert decide(other.check, policy, grants).decision == "ask"


async def test_always_for_typing_means_these_keys_into_this_pane(home: Path) -> None:
    tools, workspace = box(home)
    typed = await prepared(tools, home, "pane_write", name="web", text="y", key="enter")
    assert "'y' <enter>" in typed.approval().detail
    assert typed.approval().always == "exactly this"
    grants, policy = with_always(typed.check, Grants()), tools.policy(frozenset(), False)
    assert decide(typed.check, policy, grants).decision == "allow"
    for more in ({"text": "y; rm x", "key": "enter"}, {"text": "y"}, {"key": "ctrl-c"}):
        other = await prepared(tools, home, "pane_write", name="web", **more)
        assert decide(other.check, policy, grants).decision == "ask"
    assert not grants.programs
    await tools.run(typed, "conversation", Running())
    assert workspace.done == [("give", "web", b"y\r")]


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("pane_run", {"command": " "}, "1 to 32,768 characters"),
        ("pane_run", {"command": "a\0b"}, "none of them NUL"),
        ("pane_run", {"command": "ls", "name": "-x; y"}, "is no name for a pane"),
        ("pane_run", {"command": "ls", "wait": 601}, "between 0 and 600"),
        ("pane_run", {"command": "ls", "where": "moon"}, "where"),
        ("pane_wait", {"name": "web", "text": "x" * 1001}, "up to 1,000 characters"),
        ("pane_wait", {"name": "gone"}, "There is no pane gone"),
        ("pane_read", {"name": "../x"}, "is no name for a pane"),
        ("pane_write", {"name": "web"}, "Say what to type"),
        ("pane_write", {"name": "web", "key": "f13"}, "key"),
        ("pane_close", {"name": "web"}, "Zellij did not close pane web."),
    ],
)
async def test_what_does_not_fit_is_one_sentence(
    home: Path, tool: str, arguments: dict[str, Any], told: str
) -> None:
    result = await call(box(home)[0], home, tool, **arguments)
    assert isinstance(result, Result)
    assert result.is_error
    assert told in text(result)


async def test_the_panes_are_listed(home: Path) -> None:
    old, web = text(await call(box(home)[0], home, "pane_read")).splitlines()
    assert old == "old: 'make serve', waits since it came back with its session; pane_rerun runs it"
    assert web == "web: 'make serve', runs"


@pytest.mark.parametrize("tool", ["pane_read", "pane_wait", "pane_write"])
async def test_of_a_pane_that_came_back_one_sentence_says_what_it_waits_for(home: Path, tool: str) -> None:
    more: dict[str, Any] = {"key": "enter"} if tool == "pane_write" else {}
    result = await call(box(home)[0], home, tool, name="old", **more)
    assert result.is_error
    assert text(result) == HELD.format(name="old", command="'make serve'")
    again = await prepared(box(home)[0], home, "pane_rerun", name="old")
    assert again.check.command == "make serve"


@pytest.mark.parametrize(
    ("command", "taken", "name"),
    [
        ("pytest -q", [], "pytest"),
        ("pytest -q", ["pytest", "pytest-2"], "pytest-3"),
        ("./run.sh", [], "run.sh"),
        ("(;)", [], "pane"),
    ],
)
def test_a_pane_is_named_after_its_program(command: str, taken: list[str], name: str) -> None:
    assert name_for(command, taken) == name
