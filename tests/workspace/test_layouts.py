"""PiCode's layouts in a real Zellij: what each of them shows, and a living session that goes from one to another."""

from typing import Any

import pytest

from picode.paths import layout_names
from support.conversing import ALT_SHIFT_A, SEND, go_to_assistant, go_to_terminal, last_text
from support.model_script import say
from support.model_server import ModelServer
from support.screen import Terminal
from support.zellij import Workspace, wait_for

pytestmark = pytest.mark.zellij
SIZES = ((80, 24), (120, 35), (200, 50), (45, 60))
WITHOUT_EXPLORER = ("picode-minimal", "picode-review")


def open_layout(ready: Workspace, layout: str, session: str, columns: int = 140, rows: int = 45) -> Terminal:
    ready.session = session
    terminal = ready.start(layout, columns=columns, rows=rows)
    terminal.wait_until(
        lambda shown: "anthropic/" in shown and "shell>" in shown, f"{layout} with all its panes"
    )
    return terminal


def shown_panes(ready: Workspace, tab: int = 0) -> dict[str, dict[str, Any]]:
    """Title -> pane, of those that can be seen; Zellij's own bars have no title of ours."""
    found = [p for p in ready.panes() if p["tab_position"] == tab and not p.get("is_suppressed")]
    return {str(pane["title"]).split(" ", 1)[0]: pane for pane in found if pane["is_selectable"]}


def wait_panes(ready: Workspace, *titles: str, tab: int = 0) -> dict[str, dict[str, Any]]:
    def seen() -> dict[str, dict[str, Any]]:
        found = shown_panes(ready, tab)
        return found if set(found) == set(titles) else {}

    return wait_for(seen, f"the panes {titles}")


def titles(ready: Workspace, tab: int = 0) -> list[str]:
    """Each pane that can be worked in, in the alphabet's order."""
    found = [p for p in ready.panes() if p["tab_position"] == tab and p["is_selectable"]]
    return sorted(str(pane["title"]).split(" ", 1)[0] for pane in found)


def focused(ready: Workspace) -> str:
    """The focused pane of the tab that was added last."""
    last = max(pane["tab_position"] for pane in ready.panes())
    return next((str(p["title"]) for p in ready.panes() if p["tab_position"] == last and p["is_focused"]), "")


def switch(terminal: Terminal, name: str) -> None:
    """What a person types who is in the assistant's pane."""
    terminal.type(f"/layout {name}")
    terminal.wait_for(f"/layout {name}")
    terminal.type("\r")


@pytest.fixture
def checkout(ready: Workspace) -> Workspace:
    """The project is a checkout with a change in it."""
    (ready.project / "prices.py").write_text("price = 1\n")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        assert ready.run("git", *command).returncode == 0
    (ready.project / "prices.py").write_text("price = 2\n")
    return ready


@pytest.mark.parametrize("layout", layout_names())
def test_each_layout_shows_its_panes_at_every_size(checkout: Workspace, layout: str) -> None:
    terminal = open_layout(checkout, layout, "w")
    expected = {"assistant", "terminal"} | ({"diff"} if layout == "picode-review" else set())
    expected |= set() if layout in WITHOUT_EXPLORER else {"explorer"}
    for columns, rows in SIZES:
        terminal.resize(columns, rows)
        terminal.wait_until(lambda shown: "termin" in shown and "shell>" in shown, f"{columns}x{rows}")
        panes = wait_panes(checkout, *expected)
        assert panes["terminal"]["is_focused"]
        # nobody can work in less
        assert all(int(str(pane["pane_columns"])) >= 8 for pane in panes.values()), (columns, rows)
        assert all(int(str(pane["pane_rows"])) >= 4 for pane in panes.values()), (columns, rows)


def test_a_living_session_goes_through_all_layouts_and_no_program_ends(
    checkout: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Still the same shell."))
    terminal = open_layout(checkout, "picode", "w")
    terminal.type("kept=for-ever; echo is-se'cret'\r")
    terminal.wait_for("is-secret")
    programs = {pane["title"]: pane["id"] for pane in shown_panes(checkout).values() if not pane["is_plugin"]}
    go_to_assistant(terminal)
    for name in ("picode-wide", "minimal", "review", "picode-narrow", "picode"):
        # who typed the one before goes on typing where that was
        switch(terminal, name)
        full = name if name.startswith("picode") else f"picode-{name}"
        expected = {"assistant", "terminal"} | ({"diff"} if full == "picode-review" else set())
        panes = wait_panes(checkout, *expected, *([] if full in WITHOUT_EXPLORER else ["explorer"]))
        assert {title: panes[title]["id"] for title in programs} == programs, name
        if full == "picode-review":
            terminal.wait_for("-price = 1", "+price = 2")
    # the explorer is a new one, and it is connected again
    terminal.wait_for("prices.py", "● idle")
    go_to_terminal(checkout, terminal)
    terminal.type("echo it-is-$kept\r")
    terminal.wait_for("it-is-for-ever")
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    assert "for-ever" in last_text(request)
    terminal.wait_for("Still the same shell.")


def test_a_layout_that_is_none_is_named_with_those_that_are_and_tab_completes(ready: Workspace) -> None:
    terminal = open_layout(ready, "picode", "w")
    go_to_assistant(terminal)
    switch(terminal, "sideways")
    terminal.wait_for("There is no layout 'sideways'", "picode-wide")
    terminal.type("/layout mi")
    # the choices stand under the line while it is typed
    terminal.wait_until(lambda shown: "│ picode-minimal" in shown, "the choice")
    terminal.type("\t")
    terminal.wait_for("/layout picode-minimal")


def test_alt_brackets_go_through_the_arrangements_and_back(ready: Workspace) -> None:
    terminal = open_layout(ready, "picode", "w")
    for name in ("COLUMNS", "ROWS", "STACK", "BASE"):
        terminal.type("\x1b]")
        terminal.wait_for(name)
    terminal.type("\x1b[")
    terminal.wait_for("STACK")


def test_a_new_tab_has_an_explorer_and_a_terminal_and_closing_it_leaves_the_first_ones_explorer_at_work(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("From the first tab."), say("From the second tab."))
    (ready.project / "notes.md").write_text("1\n")
    terminal = open_layout(ready, "picode", "w")
    terminal.wait_for("notes.md")
    ready.action("new-tab")
    terminal.wait_for("Tab #2", "notes.md", "● idle")
    terminal.type("echo in-the-sec'ond'-tab\r")
    terminal.wait_for("✓ echo in-the")
    terminal.type(ALT_SHIFT_A)
    [request] = model_server.wait_for(1)
    assert "in-the-second-tab" in last_text(request)
    ready.action("close-tab")
    terminal.wait_gone("Tab #2")
    terminal.wait_for("From the first tab.")
    # its explorer hears of it, so its line to the daemon lives
    terminal.type("echo first-'tab'\r")
    terminal.wait_for("✓ echo first-")
    terminal.type(ALT_SHIFT_A)
    _, request = model_server.wait_for(2)
    assert "first-tab" in last_text(request)
    terminal.wait_for("From the second tab.")


def test_a_tab_that_is_added_from_inside_works_the_same(ready: Workspace, model_server: ModelServer) -> None:
    model_server.enqueue(say("From the first tab."), say("From the added tab."))
    terminal = open_layout(ready, "picode", "w")
    terminal.type("zellij --layout picode-minimal\r")
    panes = wait_panes(ready, "assistant", "terminal", tab=1)
    assert panes["terminal"]["is_focused"]
    terminal.wait_until(lambda shown: "explorer" not in shown and "anthropic/" in shown, "the added tab")
    terminal.type("echo in-the-ad'ded'-tab\r")
    terminal.wait_for("in-the-added-tab")
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    assert "in-the-added-tab" in last_text(request)
    terminal.wait_for("From the first tab.")
    # Zellij gave its panes a directory: a layout has to name it, or they are started once more
    go_to_assistant(terminal)
    wait_for(lambda: focused(ready) == "assistant", "the focus on the assistant")
    switch(terminal, "wide")
    wait_panes(ready, "explorer", "assistant", "terminal", tab=1)
    assert titles(ready, tab=1) == ["assistant", "explorer", "terminal"]
    # one conversation: the first tab's assistant shows it as well
    ready.action("go-to-tab", "1")
    terminal.wait_for("explorer", "From the first tab.")


def test_what_has_changed_is_shown_anew_when_a_file_changes_and_nothing_runs_meanwhile(
    checkout: Workspace,
) -> None:
    terminal = open_layout(checkout, "picode-review", "w")
    terminal.wait_for("project: 1 file, +1 -1", "+price = 2")
    (checkout.project / "prices.py").write_text("price = 3\n")
    terminal.wait_for("+price = 3")
    (checkout.project / "new.py").write_text("first = 'line'\n")
    terminal.wait_for("new file new.py", "+first = 'line'")
    [follower] = [p for p in checkout.processes() if "--follow" in " ".join(p.cmdline())]
    before = follower.cpu_times()
    (checkout.project / "prices.py").write_text("price = 1\n")
    terminal.wait_gone("price = 3")
    after = follower.cpu_times()
    assert after.user + after.system - before.user - before.system < 2


def test_up_takes_a_layout_by_name(ready: Workspace) -> None:
    ready.session = "project"
    terminal = ready.open("picode", "up", "--layout", "minimal")
    terminal.wait_for("Zellij (project)", "assistant", "shell>")
    wait_panes(ready, "assistant", "terminal")
