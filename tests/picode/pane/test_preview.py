"""What would be sent is shown whole, and Enter sends it, Esc drops it."""

from dataclasses import replace

import pytest

from picode.errors import Missing
from picode.pane.lines import plain
from picode.pane.state import Effect, Failed, Input, Opened, Pressed, Print, State, Submitted, Tell
from picode.pane.update import update
from picode.pane.view import live
from picode.protocol import events, requests
from picode.protocol.replies import Snapshot
from picode.protocol.values import Approval, Preview, Receipt, Status

LINES = 'why?\n\n<command status="2">\n' + "\n".join(f"line {number}" for number in range(300))
RECEIPT = Receipt("make", 2, "/", 5, 90_000, 30_000, cut=60_000, redacted=["password"])
HELD = Preview("preview_1", LINES, RECEIPT)
NEXT = Preview("preview_2", "more \x1b]0;x\x07")


def snapshot(status: Status) -> Snapshot:
    return Snapshot(0, "c" * 12, "/s/c.jsonl", "/proj", 0, "b", status)


def run(state: State, *inputs: Input) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for given in inputs:
        state, more = update(state, given)
        effects += more
    return state, effects


def text_of(effects: list[Effect]) -> str:
    return "\n".join(plain(line) for one in effects if isinstance(one, Print) for line in one.lines)


def tail(state: State) -> str:
    return "\n".join(plain(line) for line in live(state, 20))


def shown(
    *previews: Preview, state: str = "waiting", approvals: list[Approval] | None = None
) -> events.StatusChanged:
    return events.StatusChanged(Status(state, previews=list(previews), approvals=approvals or []))  # type: ignore[arg-type]


def opened(*previews: Preview) -> tuple[State, list[Effect]]:
    return run(
        State(), Opened(snapshot(status=Status("waiting" if previews else "idle", previews=list(previews))))
    )


def test_it_is_printed_whole_once_with_what_was_cut_and_taken_out() -> None:
    state, _ = opened()
    state, effects = run(state, shown(HELD), shown(HELD))
    text = text_of(effects)
    assert text.count("this would be sent") == 1
    assert text.count("line 0\n") == text.count("line 299\n") == 1
    assert "60,000 cut from the middle · redacted: password" in " ".join(text.split())
    assert "$ make" in tail(state)
    assert "send this? Enter sends  Esc drops it" in tail(state)


@pytest.mark.parametrize(("given", "send"), [(Submitted(""), True), (Pressed("cancel"), False)])
def test_enter_sends_and_escape_drops_one_after_the_other(given: Submitted | Pressed, send: bool) -> None:
    state, _ = opened()
    state, _ = run(state, shown(HELD, NEXT))
    assert "(1 more)" in tail(state)
    for held in (HELD, NEXT):
        state, effects = run(state, given)
        assert effects == [Tell(requests.SettlePreview(0, state.conversation, held.id, send))]
    state, effects = run(state, shown(state="idle"))
    assert "send this?" not in tail(state)
    assert run(state, Submitted(""))[1] == []


def test_what_is_typed_is_a_question_of_its_own_and_sends_nothing_else() -> None:
    state, _ = opened(HELD)
    state, effects = run(state, Submitted("hello"))
    assert [type(one.request) for one in effects if isinstance(one, Tell)] == [requests.Ask]
    # Escape clears nothing that somebody types, and drops nothing
    state, effects = run(state, Pressed("cancel", empty=False))
    assert not any(
        isinstance(one, Tell) and isinstance(one.request, requests.SettlePreview) for one in effects
    )
    assert state.preview == HELD


def test_a_pane_that_opens_later_shows_it_again() -> None:
    state, effects = opened(HELD)
    assert "line 299" in text_of(effects)
    assert "send this?" in tail(state)


def test_after_a_lost_connection_it_is_not_printed_twice_and_still_waits() -> None:
    state, _ = opened(HELD)
    again = Opened(snapshot(status=Status("waiting", previews=[HELD])), again=True)
    state, effects = run(state, again)
    assert "line 299" not in text_of(effects)
    assert state.preview == HELD


def test_a_tool_that_waits_is_asked_for_first() -> None:
    state, _ = opened()
    approval = Approval("c1", "bash", "make", kind="command")
    state, _ = run(state, shown(HELD, approvals=[approval]))
    assert "allow?" in tail(state)
    assert run(state, Submitted(""))[1] == []
    state, _ = run(state, shown(HELD))
    assert "send this?" in tail(state)


def test_a_refused_yes_leaves_it_waiting() -> None:
    state, _ = opened(HELD)
    state, [told] = run(state, Submitted(""))
    assert isinstance(told, Tell)
    assert state.preview is None
    state, effects = run(state, Failed(told.request, Missing("Too late.")))
    assert "Too late." in text_of(effects)
    assert state.preview == HELD


def test_nothing_in_it_reaches_the_terminal_alive() -> None:
    state, _ = opened()
    _, effects = run(replace(state, width=40), shown(NEXT))
    assert "\x1b" not in text_of(effects)
