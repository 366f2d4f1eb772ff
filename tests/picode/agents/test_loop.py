from picode.agents import effects as do
from picode.agents import inputs as told
from picode.agents.loop import NOT_RUN, Limits, Turn, step
from picode.messages import Assistant, AssistantContent, StopReason, Text, ToolCall, ToolResult, Usage, User
from picode.protocol.values import Approval, Delivery, Queued

READERS = ("read", "grep")


def question(text: str = "hello", delivery: Delivery = "steer", **more: object) -> told.Question:
    return told.Question(User(content=[Text(text)], timestamp=1), text, delivery=delivery, **more)  # type: ignore[arg-type]


def answer(*calls: str, text: str = "hm", reason: StopReason | None = None) -> Assistant:
    """`answer("a:read", "b:bash")` calls tools under these ids."""
    content: list[AssistantContent] = [Text(text)] if text else []
    content += [
        ToolCall(id=id_, name=name, arguments={}) for id_, name in (call.split(":") for call in calls)
    ]
    return Assistant(
        content=content, api="x", provider="x", model="m", usage=Usage(), timestamp=1,
        stop_reason=reason or ("toolUse" if calls else "stop"),
    )  # fmt: skip


def result(id_: str) -> ToolResult:
    return ToolResult(tool_call_id=id_, tool_name="t", content=[Text(f"result {id_}")])


def play(*events: told.Input, state: Turn | None = None) -> tuple[Turn, list[do.Effect]]:
    """The state after all events, and what the last one wants done."""
    state = state or Turn()
    effects: list[do.Effect] = []
    for event in events:
        state, effects = step(state, event, READERS.__contains__)
    return state, effects


def kinds(effects: list[do.Effect]) -> list[str]:
    return [type(effect).__name__ for effect in effects]


def saved(effects: list[do.Effect]) -> list[str]:
    """The texts that are saved."""
    return [
        block.text
        for effect in effects
        if isinstance(effect, do.Save)
        for block in effect.message.content
        if isinstance(block, Text)
    ]


def done(id_: str) -> told.ToolFinished:
    return told.ToolFinished(id_, result(id_))


ASKED = told.Asked(question())


def test_a_question_is_saved_before_the_model_is_called() -> None:
    state, effects = play(ASKED)
    assert kinds(effects) == ["BeginTurn", "Save", "CallModel"]
    assert state.doing() == "thinking"


def test_an_answer_without_calls_ends_the_turn_after_the_sync() -> None:
    state, effects = play(ASKED, told.AnswerFinished(answer()))
    assert kinds(effects) == ["Save", "Sync"]
    state, effects = play(told.Synced(), state=state)
    assert effects == [do.EndTurn("done")]
    assert state.doing() == "idle"


def test_reading_calls_run_side_by_side_and_results_keep_their_order() -> None:
    state, effects = play(ASKED, told.AnswerFinished(answer("a:read", "b:grep")))
    assert kinds(effects) == ["Save", "Prepare", "Prepare"]
    state, effects = play(told.CallReady("b"), state=state)
    assert effects == [do.RunTool("b")]
    state, effects = play(told.CallReady("a"), done("b"), state=state)
    assert effects == []
    state, effects = play(done("a"), state=state)
    assert saved(effects) == ["result a", "result b"]
    assert kinds(effects) == ["Save", "Save", "CallModel"]


def test_a_call_that_changes_something_waits_for_those_before_it_and_holds_those_behind_it() -> None:
    state, effects = play(ASKED, told.AnswerFinished(answer("a:read", "b:edit", "c:edit", "d:read")))
    assert [effect.call.id for effect in effects if isinstance(effect, do.Prepare)] == ["a"]
    state, effects = play(told.CallReady("a"), done("a"), state=state)
    assert [effect.call.id for effect in effects if isinstance(effect, do.Prepare)] == ["b"]
    state, effects = play(told.CallReady("b"), done("b"), state=state)
    assert [effect.call.id for effect in effects if isinstance(effect, do.Prepare)] == ["c"]
    state, effects = play(told.CallReady("c"), done("c"), state=state)
    assert [effect.call.id for effect in effects if isinstance(effect, do.Prepare)] == ["d"]


def asking() -> Turn:
    approval = Approval("a", "bash", "rm x")
    state, effects = play(
        ASKED, told.AnswerFinished(answer("a:bash", "b:bash")), told.CallReady("a", approval)
    )
    assert effects == [do.AskPerson(approval)]
    assert state.doing() == "waiting"
    assert state.approvals() == [approval]
    return state


def test_what_is_allowed_runs() -> None:
    state, effects = play(told.Answered("a", "allow"), state=asking())
    assert effects == [do.Settle("a", "allow"), do.RunTool("a")]
    assert state.doing() == "tool"


def test_what_is_refused_goes_back_to_the_model_with_the_persons_word() -> None:
    _, effects = play(told.Answered("a", "deny", "use git mv"), state=asking())
    assert isinstance(effects[1], do.Refuse)
    assert effects[1].text == "The user did not allow this call. They said: use git mv"


def test_a_second_answer_changes_nothing() -> None:
    state, _ = play(told.Answered("a", "allow"), state=asking())
    assert play(told.Answered("a", "deny"), state=state) == (state, [])


def test_a_call_with_broken_arguments_is_refused_and_never_prepared() -> None:
    broken = told.AnswerFinished(answer("a:bash"), {"a": "its arguments are not complete JSON"})
    _, effects = play(ASKED, broken)
    assert kinds(effects) == ["Save", "Refuse"]
    assert isinstance(effects[1], do.Refuse)
    assert effects[1].text == (
        "The call of bash was not run: its arguments are not complete JSON. Send the whole call again."
    )


def test_steering_comes_after_all_current_calls_and_before_the_next_model_call() -> None:
    state, _ = play(ASKED, told.AnswerFinished(answer("a:read", "b:read")), told.Asked(question("wait")))
    state, effects = play(told.CallReady("a"), told.CallReady("b"), done("a"), state=state)
    assert saved(effects) == ["result a"]
    state, effects = play(done("b"), state=state)
    assert saved(effects) == ["result b", "wait"]
    assert kinds(effects)[-1] == "CallModel"


def test_queued_messages_come_one_at_a_time_steering_first() -> None:
    state, _ = play(
        ASKED,
        told.Asked(question("later", "follow_up")),
        told.Asked(question("one")),
        told.Asked(question("two")),
    )
    assert state.queued() == [Queued("later", "follow_up"), Queued("one", "steer"), Queued("two", "steer")]
    order = []
    for _ in range(4):
        state, effects = play(told.AnswerFinished(answer()), state=state)
        order.append(saved(effects)[1:])
    assert order == [["one"], ["two"], ["later"], []]
    assert kinds(effects) == ["Save", "Sync"]


def test_all_queued_steering_can_come_at_once() -> None:
    state, _ = play(
        ASKED,
        told.Asked(question("one")),
        told.Asked(question("two")),
        state=Turn(Limits(together=frozenset({"steer"}))),
    )
    _, effects = play(told.AnswerFinished(answer()), state=state)
    assert saved(effects) == ["hm", "one", "two"]


def test_grants_hold_for_the_message_that_brought_them() -> None:
    first = question(allow=frozenset(["bash"]), unattended=True)
    state, _ = play(told.Asked(first))
    assert (state.allow, state.unattended) == (frozenset(["bash"]), True)
    state, _ = play(told.Asked(question("more")), told.AnswerFinished(answer()), state=state)
    assert (state.allow, state.unattended) == (frozenset(), False)


def test_a_failed_call_is_tried_again_while_nothing_has_come() -> None:
    empty = answer(text="", reason="error")
    failure = told.AnswerFailed(empty, "Overloaded.", "Unavailable", again=2)
    state, effects = play(ASKED, failure)
    assert effects == [do.CallModel(2, 1, "Overloaded.")]
    state, effects = play(failure, failure, state=state)
    assert effects == [do.CallModel(2, 3, "Overloaded.")]
    state, effects = play(failure, state=state)
    assert kinds(effects) == ["Save", "Sync"]
    _, effects = play(told.Synced(), state=state)
    assert effects == [do.EndTurn("failed", "Overloaded.", "Unavailable")]


def test_the_count_of_retries_begins_again_with_each_answer() -> None:
    failure = told.AnswerFailed(answer(text="", reason="error"), "Overloaded.", "Unavailable", again=2)
    state, _ = play(
        ASKED, failure, failure, told.AnswerFinished(answer("a:read")), told.CallReady("a"), done("a")
    )
    _, effects = play(failure, state=state)
    assert effects == [do.CallModel(2, 1, "Overloaded.")]


def test_a_partial_answer_is_kept_and_not_tried_again() -> None:
    failure = told.AnswerFailed(answer(text="half", reason="error"), "Cut.", "Unavailable", again=2)
    _, effects = play(ASKED, failure)
    assert saved(effects) == ["half"]
    assert kinds(effects) == ["Save", "Sync"]


def test_cancel_keeps_the_partial_answer_and_drops_the_queue() -> None:
    state, effects = play(ASKED, told.Asked(question("queued")), told.CancelPressed())
    assert effects == [do.Abort()]
    assert state.queued() == []
    assert play(told.CancelPressed(), state=state) == (state, [])
    partial = told.AnswerFailed(answer(text="half", reason="aborted"), "Request was aborted", "")
    state, effects = play(partial, state=state)
    assert saved(effects) == ["half"]
    _, effects = play(told.Synced(), state=state)
    assert effects == [do.EndTurn("cancelled")]


def test_a_turn_that_is_ended_alone_leaves_the_queue_to_the_next() -> None:
    queued = (told.Asked(question("steer")), told.Asked(question("later", "follow_up")))
    state, _ = play(ASKED, *queued, told.CancelPressed(keeps=True))
    partial = answer(text="Half", reason="aborted")
    state, effects = play(told.AnswerFailed(partial, "Request was aborted", ""), told.Synced(), state=state)
    assert kinds(effects) == ["EndTurn", "BeginTurn", "Save", "CallModel"]
    assert (saved(effects), state.queued()) == (["steer"], [Queued("later", "follow_up")])


def test_cancel_while_tools_run_waits_for_the_running_and_refuses_the_rest() -> None:
    state, effects = play(
        ASKED, told.AnswerFinished(answer("a:read", "b:bash")), told.CallReady("a"), told.CancelPressed()
    )
    assert kinds(effects) == ["Abort", "Refuse"]
    state, effects = play(done("b"), done("a"), state=state)
    assert saved(effects) == ["result a", "result b"]
    assert kinds(effects)[-1] == "Sync"


def test_cancel_settles_what_waits_for_a_person() -> None:
    state, effects = play(told.CancelPressed(), state=asking())
    assert kinds(effects) == ["Settle", "Abort", "Refuse", "Refuse"]
    assert state.approvals() == []


def test_a_call_that_is_prepared_after_cancel_never_runs() -> None:
    state, _ = play(ASKED, told.AnswerFinished(answer("a:bash")), told.CancelPressed())
    _, effects = play(told.CallReady("a"), state=state)
    assert isinstance(effects[0], do.Refuse)
    assert effects[0].text == NOT_RUN


def test_an_answer_that_won_against_cancel_runs_no_tool() -> None:
    _, effects = play(ASKED, told.CancelPressed(), told.AnswerFinished(answer("a:bash")))
    assert kinds(effects) == ["Save", "Refuse"]


def test_too_many_rounds_end_the_turn_with_a_sentence() -> None:
    state, effects = play(
        ASKED,
        told.AnswerFinished(answer("a:read")),
        told.CallReady("a"),
        done("a"),
        state=Turn(Limits(rounds=1)),
    )
    assert kinds(effects) == ["Save", "Sync"]
    _, effects = play(told.Synced(), state=state)
    assert isinstance(effects[0], do.EndTurn)
    assert effects[0].error.startswith("The turn was ended after 1 model calls.")


def test_a_file_that_cannot_be_written_ends_the_turn() -> None:
    state, effects = play(ASKED, told.SaveFailed("The disk is full.", "DiskFailed"))
    assert kinds(effects) == ["Abort", "Sync"]
    state, effects = play(told.AnswerFinished(answer("a:bash")), told.Synced(), state=state)
    assert effects == [do.EndTurn("failed", "The disk is full.", "DiskFailed")]


def test_an_answer_that_cannot_be_written_ends_the_turn_too() -> None:
    state, effects = play(
        ASKED, told.AnswerFinished(answer()), told.SaveFailed("The disk is full.", "DiskFailed")
    )
    assert kinds(effects) == ["Abort", "Sync"]
    _, effects = play(told.Synced(), state=state)
    assert effects == [do.EndTurn("failed", "The disk is full.", "DiskFailed")]


def test_a_sync_that_fails_is_told() -> None:
    state, _ = play(ASKED, told.AnswerFinished(answer()))
    _, effects = play(told.Synced("The disk is full.", "DiskFailed"), state=state)
    assert effects == [do.EndTurn("failed", "The disk is full.", "DiskFailed")]


def test_what_is_asked_while_the_turn_ends_begins_the_next_one() -> None:
    state, effects = play(ASKED, told.AnswerFinished(answer()), told.Asked(question("next")))
    assert effects == []
    assert state.queued() == [Queued("next", "steer")]
    _, effects = play(told.Synced(), state=state)
    assert kinds(effects) == ["EndTurn", "BeginTurn", "Save", "CallModel"]


def test_after_a_failure_the_queue_waits_for_the_person() -> None:
    state, _ = play(ASKED, told.Asked(question("queued")))
    failure = told.AnswerFailed(answer(text="", reason="error"), "No key.", "Unavailable")
    state, effects = play(failure, told.Synced(), state=state)
    assert kinds(effects) == ["EndTurn"]
    assert state.queued() == [Queued("queued", "steer")]


def test_an_answer_that_its_provider_ended_with_an_error_leaves_no_call_behind() -> None:
    _, effects = play(ASKED, told.AnswerFinished(answer("a:bash", reason="error")))
    assert kinds(effects) == ["Save", "Sync"]
    assert isinstance(effects[0], do.Save)
    assert effects[0].message.content == [Text("hm")]


def test_doubled_call_ids_are_one_call() -> None:
    _, effects = play(ASKED, told.AnswerFinished(answer("a:read", "a:read")))
    assert kinds(effects) == ["Save", "Prepare"]


# --- summaries

COMPACTS = Turn(Limits(compacts=True))
TOO_LONG = told.AnswerFailed(answer(text="", reason="error"), "Too long.", "Unavailable", overflow=True)


def test_a_full_context_is_summarised_and_then_the_model_is_called_without_looking_again() -> None:
    state, effects = play(ASKED, state=COMPACTS)
    assert effects[-1] == do.CallModel(compacts=True)
    state, effects = play(told.ContextFull(), state=state)
    assert (effects, state.doing()) == ([do.Compact("threshold")], "compacting")
    state, effects = play(told.Compacted(), state=state)
    assert effects == [do.CallModel()]


def test_a_summary_that_failed_is_told_and_the_model_called_all_the_same() -> None:
    _, effects = play(ASKED, told.ContextFull(), told.Compacted("No credit.", "X"), state=COMPACTS)
    assert kinds(effects) == ["Warn", "CallModel"]
    _, effects = play(ASKED, told.ContextFull(), told.Compacted("Short.", "X", needless=True), state=COMPACTS)
    assert kinds(effects) == ["CallModel"]


def test_a_refused_length_is_mended_once_in_a_turn() -> None:
    state, effects = play(ASKED, TOO_LONG, state=COMPACTS)
    assert kinds(effects) == ["Save", "Compact"]
    state, effects = play(told.Compacted(), TOO_LONG, state=state)
    assert kinds(effects) == ["Save", "Sync"]
    state, effects = play(told.Synced(), ASKED, TOO_LONG, state=state)
    assert kinds(effects) == ["Save", "Compact"]


def test_without_summaries_a_refused_length_ends_the_turn() -> None:
    _, effects = play(ASKED, TOO_LONG)
    assert kinds(effects) == ["Save", "Sync"]


def test_a_summary_by_hand_is_a_turn_and_what_was_asked_meanwhile_follows() -> None:
    state, effects = play(told.CompactAsked("tests"))
    assert effects == [do.BeginTurn(), do.Compact("manual", "tests")]
    state, effects = play(ASKED, state=state)
    assert effects == []
    state, effects = play(told.Compacted(), state=state)
    assert kinds(effects) == ["Save", "CallModel"]


def test_a_summary_is_asked_for_at_rest_only() -> None:
    state, _ = play(ASKED)
    assert play(told.CompactAsked(), state=state) == (state, [])


def test_a_cancelled_summary_ends_the_turn() -> None:
    state, effects = play(told.CompactAsked(), told.CancelPressed())
    assert effects == [do.Abort()]
    state, effects = play(told.Compacted("cancelled"), told.Synced(), state=state)
    assert effects == [do.EndTurn("cancelled")]


def test_a_summary_that_comes_when_none_is_under_way_is_ignored() -> None:
    assert play(told.Compacted()) == (Turn(), [])
    assert play(told.ContextFull()) == (Turn(), [])
