import os

from picode.protocol.values import CommandNote, Place, TerminalInfo
from picode.server.terminals import MOST_NOTES, MOST_TERMINALS, Terminals


def terminal(name: str = "1.sock", session: str = "s", pane: str = "3", pid: int = 0) -> TerminalInfo:
    return TerminalInfo(name, "bash", pid or os.getpid(), Place("/", session, pane))


def note(number: int, started: int = 0, status: int | None = None) -> CommandNote:
    return CommandNote(number, "make", "/tmp", status, started)


def test_the_first_terminal_of_a_session_is_told_from_the_others() -> None:
    terminals = Terminals()
    assert terminals.opened(terminal("1.sock")) is True
    assert terminals.opened(terminal("2.sock")) is False
    assert terminals.opened(terminal("3.sock", session="other")) is True
    # the same recorder once more, after it lost its connection
    terminals.closed("2.sock")
    assert terminals.opened(terminal("1.sock")) is True


def test_notes_are_listed_latest_last_over_all_terminals_of_a_session() -> None:
    terminals = Terminals()
    seen: list[tuple[str, int]] = []
    terminals.seen = lambda session, note: seen.append((session, note.number))
    for name in ("1.sock", "/some/where/2.sock"):
        terminals.opened(terminal(name))
    terminals.started("1.sock", note(1, 10))
    terminals.started("/some/where/2.sock", note(1, 5))
    terminals.finished("1.sock", note(1, 10, status=2))
    found = terminals.notes("s")
    assert [(one.terminal, one.status) for one in found] == [("2.sock", None), ("1.sock", 2)]
    assert seen == [("s", 1), ("s", 1), ("s", 1)]
    assert terminals.notes("other") == []


def test_one_that_was_here_before_is_known_with_its_commands_and_nobody_hears_of_them() -> None:
    terminals = Terminals()
    seen: list[str] = []
    terminals.seen = lambda session, note: seen.append(session)
    terminals.found(terminal("1.sock"), [note(1, 5, status=0), note(2, 10)])
    assert [one.number for one in terminals.notes("s")] == [1, 2]
    assert [one.last.number for one in terminals.all() if one.last] == [1]
    assert not seen


def test_notes_of_an_unknown_terminal_are_dropped() -> None:
    terminals = Terminals()
    terminals.started("9.sock", note(1))
    terminals.closed("9.sock")
    assert terminals.notes("") == []


def test_everything_is_bounded() -> None:
    terminals = Terminals()
    for number in range(MOST_TERMINALS + 10):
        terminals.opened(terminal(f"{number}.sock"))
    assert len(terminals) == MOST_TERMINALS
    for number in range(MOST_NOTES + 10):
        terminals.started(f"{MOST_TERMINALS}.sock", note(number))
    assert len(terminals.notes("s")) == MOST_NOTES


def test_a_recorder_that_was_killed_is_forgotten() -> None:
    terminals = Terminals()
    terminals.opened(terminal(pid=2**22 + 5))
    assert len(terminals) == 0
    assert terminals.all() == []


def test_a_terminal_is_found_by_its_pane() -> None:
    terminals = Terminals()
    terminals.opened(terminal(pane="7"))
    found = terminals.in_pane("s", "7")
    assert found is not None
    assert found.socket == "1.sock"
    assert terminals.in_pane("s", "8") is None


def test_a_command_that_turns_out_not_to_be_recorded_is_forgotten() -> None:
    terminals = Terminals()
    terminals.opened(terminal("1.sock"))
    terminals.started("1.sock", note(1))
    terminals.started("1.sock", note(2))
    terminals.finished("1.sock", CommandNote(2, "", "/tmp", 0, unrecorded=True))
    assert [one.number for one in terminals.notes("s")] == [1]
    assert terminals.all()[0].last is None
