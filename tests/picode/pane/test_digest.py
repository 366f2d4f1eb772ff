"""What who comes back reads."""

from picode.pane.digest import digest_lines
from picode.pane.lines import line_width, plain
from picode.pane.state import Print, State
from picode.pane.update import update
from picode.protocol.events import Returned
from picode.protocol.values import Digest

FULL = Digest(
    since=1_700_000_000_000, until=1_700_000_100_000, turns=2, failed=1, tools=3,
    commands=[f"make test{number}" for number in range(8)], files=["src/app.py"], waiting=["bash: rm -rf build"],
    denied=["bash: curl x | sh"], allowed=["edit: a.py"], cost=0.1234,
)  # fmt: skip


def test_it_tells_what_was_done_what_waits_and_what_it_cost() -> None:
    text = "\n".join(plain(line) for line in digest_lines(FULL, 100))
    assert "― While you were away, since" in text
    assert "done     2 turns ended (1 failed or cancelled), 3 tool calls ran" in text
    assert "commands make test3; make test4; make test5; make test6; make test7; and 3 more" in text
    assert "files    src/app.py" in text
    assert "waits    bash: rm -rf build" in text
    assert "denied   bash: curl x | sh" in text
    assert "allowed  edit: a.py" in text
    assert "cost     $0.1234" in text


def test_what_there_is_nothing_of_is_left_out() -> None:
    lines = [plain(line) for line in digest_lines(Digest(since=0, until=1, turns=1), 80)]
    assert [line for line in lines[1:] if line] == ["  done     1 turn ended"]


def test_names_of_others_do_no_harm_and_no_line_is_too_long() -> None:
    evil = Digest(since=0, commands=["\x1b]0;evil\x07printf", "x" * 300], waiting=["a\nb\x9b31m"])
    lines = digest_lines(evil, 40)
    text = "".join(plain(line) for line in lines)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert max(map(line_width, lines)) <= 40


def test_the_pane_prints_it_where_it_comes() -> None:
    _, effects = update(State(width=80), Returned(FULL))
    [printed] = effects
    assert isinstance(printed, Print)
    assert any("While you were away" in plain(line) for line in printed.lines)
