from picode.agents.compaction import Cut, Entries, Room, cut, files, tokens, used
from picode.messages import (
    Assistant,
    AssistantContent,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Image,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
)

LONG = "x" * 400
"""A hundred tokens."""


def asks(text: str = LONG) -> User:
    return User(content=[Text(text)], timestamp=1)


def answers(text: str = LONG, *calls: ToolCall, total: int = 0, at: int = 1) -> Assistant:
    content: list[AssistantContent] = [Text(text), *calls]
    return Assistant(
        content=content, api="x", provider="x", model="m", usage=Usage(total_tokens=total), stop_reason="stop",
        timestamp=at,
    )  # fmt: skip


def call(name: str, path: str) -> ToolCall:
    return ToolCall(id=path, name=name, arguments={"path": path})


def result(text: str = LONG) -> ToolResult:
    return ToolResult(tool_call_id="c", tool_name="read", content=[Text(text)])


def entries(*messages: Message) -> Entries:
    return [(f"e{at}", message) for at, message in enumerate(messages)]


def talk(rounds: int) -> Entries:
    said: list[Message] = []
    for _ in range(rounds):
        said += [asks(), answers()]
    return entries(*said)


def made(entries: Entries, keep: int) -> Cut:
    found = cut(entries, keep)
    assert found is not None
    return found


def test_about_as_many_tokens_stay_as_are_to_be_kept() -> None:
    found = made(talk(5), 200)
    assert found.first_kept == "e8"
    assert len(found.older) == 8
    assert found.begun == ()


def test_nothing_is_cut_when_all_of_it_is_to_be_kept() -> None:
    assert cut(entries(asks(), answers()), 1000) is None
    assert cut([], 0) is None
    assert cut(entries(asks()), 0) is None


def test_a_call_and_its_results_are_never_parted() -> None:
    messages = (asks(), answers(LONG, call("read", "a")), result(), result(), answers("short"))
    for keep in range(0, 400, 20):
        found = cut(entries(*messages), keep)
        if found is not None:
            assert found.first_kept in ("e1", "e4")


def test_when_only_results_follow_the_answer_that_called_stays_with_them() -> None:
    found = made(entries(asks(), answers(), asks("again"), answers("look", call("read", "a")), result()), 50)
    assert found.first_kept == "e3"
    assert len(found.begun) == 1


def test_a_turn_too_long_to_be_kept_is_split_and_its_beginning_told_apart() -> None:
    long: list[Message] = [asks("first"), answers("done"), asks("second")]
    for _ in range(5):
        long += [answers(), result()]
    found = made(entries(*long), 250)
    assert [type(message) for message in found.older] == [User, Assistant]
    assert isinstance(found.begun[0], User)
    assert isinstance(found.kept[0], Assistant)
    assert len(found.older) + len(found.begun) + len(found.kept) == len(long)


def test_a_command_of_the_user_and_a_message_of_an_extension_begin_a_turn_as_well() -> None:
    for begins in (BashExecution("ls", "out"), Custom("note", "text"), BranchSummary("s", "e")):
        found = made(entries(asks(), answers(), begins, *[answers()] * 4), 150)
        assert found.begun[0] is begins


def test_the_summary_before_is_taken_up_and_is_no_part_of_what_is_older() -> None:
    found = made([("s", CompactionSummary("notes", 9)), *talk(3)], 150)
    assert found.previous == "notes"
    assert len(found.older) == 4


def test_files_that_were_changed_are_not_told_as_read() -> None:
    messages = [
        answers("", call("read", "b"), call("edit", "a")),
        answers("", call("read", "a"), call("write", "c"), call("bash", "d"), call("read", "a1")),
        answers("", ToolCall(id="x", name="read", arguments={"path": 3})),
    ]
    assert files(messages) == (("a1", "b"), ("a", "c"))


def test_the_context_is_what_the_last_answer_reported_and_an_estimate_of_the_rest() -> None:
    assert used([asks(), answers(total=5000), asks()]) == 5100
    assert used([asks(), answers()]) == 200
    assert used([]) == 0


def test_what_failed_reports_nothing_of_use() -> None:
    failed = answers("", total=7)
    failed.stop_reason = "error"
    assert used([asks(), answers(total=5000), failed]) == 5000


def test_what_was_reported_before_the_summary_says_nothing_about_what_is_left() -> None:
    summary = CompactionSummary("x" * 40, 9000, timestamp=10)
    assert used([summary, answers(total=9000, at=5), asks()]) == 210
    assert used([summary, answers(total=700, at=11)]) == 700


def test_a_window_of_any_size_has_room_for_a_question() -> None:
    assert not Room(0).is_full(10**9)
    assert Room(200_000).is_full(183_617)
    assert not Room(200_000).is_full(183_616)
    assert Room(4096).fitted() == Room(4096, 1024, 1024)
    assert not Room(4096).is_full(3000)


def test_every_kind_of_message_has_a_size() -> None:
    assert tokens(asks("12345")) == 2
    assert tokens(User(content=[Image("data", "image/png")], timestamp=1)) == 1200
    assert tokens(BashExecution("ls", "out" * 3)) == 3
    assert tokens(BashExecution("ls", "out", exclude_from_context=True)) == 0
    assert tokens(Custom("k", "12345678")) == 2
    assert tokens(CompactionSummary("1234", 1)) == tokens(BranchSummary("1234", "e")) == 1
    thought = answers("", call("read", "a"))
    thought.content.append(Thinking("12345678"))
    assert tokens(thought) > 2
