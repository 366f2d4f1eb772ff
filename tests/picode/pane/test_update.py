"""The pane's decisions: an input and a state give the next state, and what is to be done."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from picode.errors import NotAllowed
from picode.messages import Assistant, BashExecution, Text, Thinking, ToolCall, ToolResult, Usage, User
from picode.pane.lines import plain
from picode.pane.state import (
    Copy,
    Did,
    Effect,
    Failed,
    Input,
    Leave,
    Lost,
    Open,
    Opened,
    Pressed,
    Print,
    PutInput,
    Replied,
    State,
    Submitted,
    Tell,
    Typed,
)
from picode.pane.update import update
from picode.pane.view import live, status_line
from picode.protocol import events, requests
from picode.protocol.replies import Cancelled, Conversations, Models, Snapshot
from picode.protocol.values import (
    Approval,
    ConversationInfo,
    Entry,
    ModelInfo,
    Queued,
    Receipt,
    Status,
)


def user(text: str, id: str = "u1", receipt: Receipt | None = None) -> Entry:
    return Entry(id, User([Text(part) for part in text.split("|")], 0), receipt)


def said(text: str, id: str = "a1", calls: Sequence[ToolCall] = (), stop: str = "stop") -> Entry:
    content = [*([Text(text)] if text else []), *calls]
    return Entry(id, Assistant(content, "demo", "demo", "demo", Usage(), stop, 0))  # type: ignore[arg-type]


def result(text: str, call: str = "c1", id: str = "r1", error: bool = False, **details: str) -> Entry:
    return Entry(id, ToolResult(call, "bash", [Text(text)], dict(details), error))


def snapshot(*entries: Entry, **more: object) -> Snapshot:
    given = {"status": Status(model="demo/demo"), "entries": list(entries), **more}
    return Snapshot(0, "c" * 12, "/s/c.jsonl", "/proj", 0, "b", **given)  # type: ignore[arg-type]


def run(state: State, *inputs: Input) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for given in inputs:
        state, more = update(state, given)
        effects += more
    return state, effects


def text_of(effects: Sequence[Effect]) -> str:
    return "\n".join(plain(line) for one in effects if isinstance(one, Print) for line in one.lines)


def tail(state: State) -> str:
    return "\n".join(plain(line) for line in live(state, 50))


OPEN = update(State(width=60), Opened(snapshot()))[0]
BUSY = replace(OPEN, status=Status("thinking", "demo/demo", since=1000))
ASKED = Approval("c1", "bash", "make test", "make test", "command")
ASKING = update(BUSY, events.ApprovalNeeded(ASKED))[0]


def test_the_end_of_a_conversation_is_shown_on_opening() -> None:
    entries = [user(f"question {n}", f"u{n}") for n in range(30)]
    state, effects = run(State(width=60), Opened(snapshot(*entries, earlier=70), history=5))
    shown = text_of(effects)
    assert "― 95 earlier messages ―" in shown
    assert "question 25" in shown
    assert "question 24" not in shown
    assert state.shown == "u29"


def test_an_answer_is_printed_block_by_block_and_only_once() -> None:
    state, effects = run(OPEN, events.AnswerBegun("demo/demo"), events.TextAdded("First.\n\nSec"))
    assert text_of(effects).strip() == "First."
    assert tail(state) == "Sec"
    state, more = run(state, events.TextAdded("ond."), events.EntryAdded(said("First.\n\nSecond.")))
    assert text_of(more).strip() == "Second."
    assert tail(state) == ""


THOUGHT = "First *this*,\nthen that."


def test_all_of_a_thought_is_shown_before_the_answer_where_that_is_wanted() -> None:
    begun = (
        events.AnswerBegun("demo/demo"),
        events.ThoughtAdded("First *this*,\n"),
        events.ThoughtAdded("then that."),
    )
    brief, effects = run(State(blank=True), *begun)
    assert (tail(brief), text_of(effects)) == ("… then that.", "")
    long, effects = run(State(blank=True, thoughts=True), *begun)
    assert "First this," in tail(long)
    long, effects = run(long, events.TextAdded("Yes.\n\n"), events.EntryAdded(said("Yes.\n\n")))
    assert text_of(effects).split() == ["First", "this,", "then", "that.", "Yes."]
    assert all("thinkingText" in style for one in effects[:1] if isinstance(one, Print) for line in one.lines
               for style, _ in line)  # fmt: skip
    # an answer that only calls tools has its thought, too, and no thought is shown twice
    call = ToolCall("c1", "read", {})
    _, effects = run(State(blank=True, thoughts=True), *begun, events.EntryAdded(said("", calls=[call])))
    assert text_of(effects).split() == ["First", "this,", "then", "that."]
    _, effects = run(brief, events.TextAdded("Yes."), events.EntryAdded(said("Yes.")))
    assert "First" not in text_of(effects)


def test_thoughts_of_the_past_are_shown_where_that_is_wanted_and_a_key_changes_it() -> None:
    answer = said("Yes.")
    assert isinstance(answer.message, Assistant)
    answer.message.content.insert(0, Thinking(THOUGHT))
    state, effects = run(State(), Opened(snapshot(user("hi"), answer)))
    assert "First this" not in text_of(effects)
    state, _ = run(state, Did("app.thinking.toggle"))
    _, effects = run(state, Opened(snapshot(user("hi"), answer), again=False))
    told = text_of(effects)
    assert told.index("First this") < told.index("Yes.")


def test_text_that_was_missed_is_made_up_for_by_the_entry() -> None:
    state, effects = run(
        OPEN, events.AnswerBegun("m"), events.TextAdded("One "), events.EntryAdded(said("One two"))
    )
    assert text_of(effects).strip() == "One two"
    assert state.said == "One two"


def test_an_entry_announced_twice_is_shown_once() -> None:
    _, effects = run(OPEN, events.EntryAdded(user("hi")), events.EntryAdded(user("hi")))
    assert text_of(effects).count("hi") == 1


def test_a_tool_call_is_folded_and_can_be_unfolded() -> None:
    call = ToolCall("c1", "bash", {"command": "ls"})
    state, effects = run(
        BUSY, events.EntryAdded(said("", calls=[call], stop="toolUse")), events.ToolStarted("c1", "bash", "ls"),
        events.ToolPrinted("c1", "one\ntwo\n"),
    )  # fmt: skip
    assert tail(state).split("\n") == ["▸ bash ls", "  one", "  two"]
    state, effects = run(state, events.EntryAdded(result("one\ntwo\nthree")))
    assert text_of(effects).strip() == "✓ bash ls · 3 lines"
    assert tail(state) == ""
    _, effects = run(state, Pressed("unfold"))
    assert text_of(effects).split("\n")[-5:] == ["▾ bash ls", "one", "two", "three", ""]


def test_unfolding_again_shows_the_call_before() -> None:
    state, _ = run(BUSY, *(events.EntryAdded(result(f"out{n}", id=f"r{n}")) for n in range(3)))
    shown = []
    for _ in range(4):
        state, effects = run(state, Pressed("unfold"))
        shown.append(text_of(effects).strip().split("\n")[-1])
    assert shown == ["out2", "out1", "out0", "out2"]


def test_a_failed_call_says_why() -> None:
    _, effects = run(BUSY, events.EntryAdded(result("trace\n\nCommand exited with code 3", error=True)))
    assert "✗ bash · Command exited with code 3" in text_of(effects)


def test_an_edit_tells_its_size() -> None:
    _, effects = run(BUSY, events.EntryAdded(result("done", diff="+1 a\n-2 b\n+3 c")))
    assert "+2 −1" in text_of(effects)


def test_a_receipt_tells_what_was_sent() -> None:
    receipt = Receipt("make", 2, "/proj", 10, 123456, 30000, cut=90000, redacted=["aws key"])
    _, effects = run(OPEN, events.EntryAdded(user("why?|$ make\n… output …", receipt=receipt)))
    shown = " ".join(text_of(effects).split())
    assert "❯ why?" in shown
    assert "… output …" not in shown
    for told in ("$ make", "exit 2", "123.5 KB", "30,000 characters sent", "90,000 cut", "redacted: aws key"):
        assert told in shown


@pytest.mark.parametrize(("key", "decision"), [("yes", "allow"), ("always", "always")])
def test_an_approval_is_answered_with_a_key(key: str, decision: str) -> None:
    state, effects = run(ASKING, Pressed(key))  # type: ignore[arg-type]
    assert effects == [Tell(requests.Answer(0, OPEN.conversation, "c1", decision))]  # type: ignore[arg-type]
    assert state.approval is None
    # a second key does nothing more
    assert update(state, Pressed("yes"))[1] == []


def test_an_approval_shows_the_whole_command_once() -> None:
    _, effects = run(
        BUSY, events.ApprovalNeeded(ASKED), events.StatusChanged(Status("waiting", approvals=[ASKED]))
    )
    assert text_of(effects).count("make test") == 1
    assert "allow? y yes" in tail(ASKING)


def test_a_no_takes_a_word_for_the_model() -> None:
    state, effects = run(ASKING, Pressed("no"))
    assert effects == []
    assert "why not?" in tail(state)
    state, effects = run(state, Submitted("use ninja"))
    assert effects == [Tell(requests.Answer(0, OPEN.conversation, "c1", "deny", "use ninja"))]


def test_a_no_can_be_taken_back() -> None:
    state, effects = run(ASKING, Pressed("no"), Pressed("cancel"))
    assert effects == []
    assert state.approval == ASKED
    assert "allow?" in tail(state)


def test_somebody_else_may_be_quicker() -> None:
    state, effects = run(ASKING, events.ApprovalSettled("c1", "allow", "pane 2"))
    assert text_of(effects).strip() == "✓ allowed, by pane 2"
    assert state.approval is None


def test_a_refused_answer_leaves_the_question_open() -> None:
    state, [told] = run(ASKING, Pressed("yes"))
    assert isinstance(told, Tell)
    state, effects = run(state, Failed(told.request, NotAllowed("No.")))
    assert state.approval == ASKED
    assert "✗ No." in text_of(effects)


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("hello", requests.Ask(0, OPEN.conversation, "hello")),
        ("/etc/hosts what is it", requests.Ask(0, OPEN.conversation, "/etc/hosts what is it")),
        ("!ls -l", requests.RunCommand(0, OPEN.conversation, "ls -l", True)),
        ("!!ls", requests.RunCommand(0, OPEN.conversation, "ls", False)),
        ("/model x/y", requests.SetModel(0, OPEN.conversation, "x/y")),
        ("/model", requests.GetModels(0)),
        ("/thinking high", requests.SetThinking(0, OPEN.conversation, "high")),
        ("/compact the tests", requests.Compact(0, OPEN.conversation, "the tests")),
        ("/resume", requests.GetConversations(0, "/proj", 1000)),
    ],
)
def test_what_is_typed_becomes_a_request(typed: str, request_: requests.AnyRequest) -> None:
    _, effects = run(OPEN, Submitted(typed))
    assert [one.request for one in effects if isinstance(one, Tell)] == [request_]


@pytest.mark.parametrize(
    ("typed", "effect"), [("/new", Open("new")), ("/q", Leave()), ("/resume ab", Open("named", "ab"))]
)
def test_commands_that_leave(typed: str, effect: Effect) -> None:
    assert run(OPEN, Submitted(typed))[1] == [effect]


def test_an_unknown_command_names_the_nearest() -> None:
    assert "Did you mean /model?" in text_of(run(OPEN, Submitted("/modle"))[1])


def test_help_names_every_command() -> None:
    shown = text_of(run(OPEN, Submitted("/help"))[1])
    assert all(f"/{name}" in shown for name in ("new", "resume", "model", "session", "copy", "quit"))


def test_copy_gives_the_last_answer() -> None:
    state, _ = run(OPEN, events.EntryAdded(said("**the** answer")))
    _, effects = run(state, Submitted("/copy"))
    assert effects[0] == Copy("**the** answer")


def test_a_printed_list_of_conversations_is_chosen_from_by_number_or_name() -> None:
    found = [ConversationInfo(f"id{n}", "", "", first=f"about {word}", messages=2)
             for n, word in enumerate(("apples", "pears", "plums"))]  # fmt: skip
    asked = requests.GetConversations(0)
    state, effects = run(replace(OPEN, plain=True), Replied(asked, Conversations(0, found)))
    assert "  2  about pears" in text_of(effects)
    assert run(state, Submitted("2"))[1] == [Open("named", "id1")]
    assert run(state, Submitted("plum"))[1] == [Open("named", "id2")]
    narrowed, effects = run(state, Submitted("about p"))
    assert run(narrowed, Submitted("1"))[1] == [Open("named", "id1")]
    assert run(state, Pressed("cancel"))[0].picker is None


@pytest.mark.parametrize("plain", [False, True])
def test_a_slash_in_a_list_chooses_nothing_and_a_command_leaves_it(plain: bool) -> None:
    models = Models(0, [ModelInfo("demo/demo", True), ModelInfo("a/b", True)])
    state, _ = run(replace(OPEN, plain=plain), Replied(requests.GetModels(0), models))
    state, _ = run(state, Typed("/"))
    assert not any(isinstance(one, Tell) for one in run(state, Submitted("/"))[1])
    left, effects = run(state, Typed("/quit"), Submitted("/quit"))
    assert left.picker is None
    assert effects == [Leave()]


def test_an_exclamation_mark_alone_runs_nothing_and_stays_in_the_line() -> None:
    for typed in ("!", "!!", "! ! "):
        _, effects = run(OPEN, Submitted(typed))
        assert not any(isinstance(one, Tell) for one in effects)
        assert PutInput(typed.strip()) in effects
        assert "Which command?" in text_of(effects)


def test_a_model_is_chosen_from_those_that_can_be_used() -> None:
    models = [ModelInfo("a/b", False, "no key"), ModelInfo("demo/demo", True)]
    state, effects = run(OPEN, Replied(requests.GetModels(0), Models(0, models)))
    assert "a/b" not in text_of(effects)
    assert run(state, Submitted(""))[1] == [Tell(requests.SetModel(0, OPEN.conversation, "demo/demo"))]


def test_cancel_brings_the_queue_back() -> None:
    assert run(BUSY, Pressed("cancel"))[1] == [Tell(requests.Cancel(0, OPEN.conversation))]
    queue = [Queued("one", "steer"), Queued("two", "follow_up")]
    _, effects = run(BUSY, Replied(requests.Cancel(0, ""), Cancelled(0, queue)))
    assert effects == [PutInput("one\ntwo", before=True)]


def test_leaving_takes_two_presses_on_an_empty_idle_line() -> None:
    state, effects = run(OPEN, Pressed("interrupt"))
    assert effects == []
    assert "once more" in plain(status_line(state, 0))
    assert run(state, Pressed("interrupt"))[1] == [Leave()]
    assert run(state, Submitted("hi"), Pressed("interrupt"))[1][-1] != Leave()


def test_what_was_typed_comes_back_when_it_is_refused() -> None:
    _, effects = run(OPEN, Failed(requests.Ask(0, "", "hi"), NotAllowed("No key."), "hi"))
    assert effects[0] == PutInput("hi", before=True)


def test_another_current_conversation_is_followed() -> None:
    assert run(OPEN, events.CurrentChanged("other"))[1] == [Open("named", "other")]
    assert run(OPEN, events.CurrentChanged(OPEN.conversation))[1] == []


def test_a_lost_daemon_is_told_once_and_nothing_is_shown_twice() -> None:
    state, _ = run(OPEN, events.EntryAdded(user("q")), events.AnswerBegun("m"), events.TextAdded("Half an"))
    state, effects = run(state, Lost(), Lost())
    assert text_of(effects).count("The daemon ended") == 1
    assert "Half an" in text_of(effects)
    again = snapshot(user("q"), said("Half an answer.", stop="error"))
    state, effects = run(state, Opened(again, again=True))
    assert "❯ q" not in text_of(effects)
    assert "Half an" not in text_of(effects)
    assert " answer." in text_of(effects)


def test_a_draft_is_taken_up_in_the_middle() -> None:
    draft = said("Almost\n\ndo").message
    state, effects = run(State(width=60), Opened(snapshot(user("q"), draft=draft)))
    assert "Almost" in text_of(effects)
    assert tail(state) == "do"
    state, effects = run(state, events.TextAdded("ne."), events.EntryAdded(said("Almost\n\ndone.")))
    assert text_of(effects).strip() == "done."


def test_a_command_of_the_users_own() -> None:
    bash = BashExecution("ls \x1b[2J", "a\x1b[31mb\n", exit_code=2)
    _, effects = run(OPEN, events.EntryAdded(Entry("b", bash)))
    assert text_of(effects).strip().split("\n") == ["! ls", "ab", "✗ exit 2"]


@pytest.mark.parametrize("width", [1, 3, 10, 20, 40, 80, 140])
def test_the_status_line_fits_any_width(width: int) -> None:
    status = Status(
        "thinking", "anthropic/claude", 0.1234, 50_000, 200_000, [Queued("x", "steer")], since=1000
    )
    line = plain(status_line(replace(BUSY, status=status, width=width), 13.5))
    assert len(line) <= width
    assert width < 20 or line.startswith("thinking 12 s")
    assert width < 140 or line == (
        "thinking 12 s · anthropic/claude · 25% of 200k · $0.1234 · 1 queued"
        " · Esc cancels · Alt-Enter sends after the turn"
    )
