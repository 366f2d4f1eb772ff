import pytest

from picode.agents import summary
from picode.agents.compaction import Cut
from picode.messages import BashExecution, Message, Text, Thinking, ToolCall, ToolResult, User

from .test_compaction import answers, asks, result


class Writer:
    """A model that answers each request with the next letter, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, told: str) -> str:
        self.asked.append(told)
        return chr(ord("A") + len(self.asked) - 1)


def place(*older: Message, **more: object) -> Cut:
    values = {"begun": (), "kept": (), "first_kept": "e", "previous": "", **more}
    return Cut(older=older, **values)  # type: ignore[arg-type]


async def test_the_conversation_is_material_and_the_form_follows_it() -> None:
    writer = Writer()
    assert await summary.compacted(place(asks("why?"), answers("so.")), writer, 1000) == "A"
    [told] = writer.asked
    assert told.startswith("<conversation>\n[User]: why?\n\n[Assistant]: so.\n</conversation>\n\n")
    assert told.endswith(summary.prompt("summary"))


async def test_notes_from_before_are_brought_up_to_date() -> None:
    writer = Writer()
    await summary.compacted(place(asks("more"), previous="old notes"), writer, 1000, "the tests")
    [told] = writer.asked
    assert "<previous-summary>\nold notes\n</previous-summary>" in told
    assert summary.prompt("summary_update") in told
    assert told.endswith("Additional focus: the tests")


async def test_a_split_turn_gets_two_summaries() -> None:
    writer = Writer()
    text = await summary.compacted(place(asks("alpha"), begun=(asks("beta"),)), writer, 1000)
    assert text == "A" + summary.SPLIT + "B"
    assert "alpha" not in writer.asked[1]
    assert writer.asked[1].endswith(summary.prompt("summary_turn"))


async def test_a_turn_that_is_all_there_is_gets_one() -> None:
    writer = Writer()
    assert await summary.compacted(place(begun=(asks("two"),)), writer, 1000) == "A"


async def test_what_is_too_long_for_one_request_goes_piece_by_piece() -> None:
    writer = Writer()
    said = [asks(f"{at}" + "x" * 150) for at in range(8)]
    assert await summary.compacted(place(*said), writer, 100) == "D"
    assert [told.count("[User]") for told in writer.asked] == [2, 2, 2, 2]
    assert "<previous-summary>\nC\n</previous-summary>" in writer.asked[3]


async def test_the_files_stand_behind_the_summary() -> None:
    text = await summary.compacted(place(asks(), reads=("a", "b"), changes=("c",)), Writer(), 1000)
    assert text == "A\n\n<read-files>\na\nb\n</read-files>\n\n<modified-files>\nc\n</modified-files>"


async def test_of_a_branch_that_is_too_long_the_end_counts() -> None:
    writer = Writer()
    await summary.branch([asks("begin" + "x" * 400), answers("the end")], writer, 50, "bugs")
    [told] = writer.asked
    assert "begin" not in told
    assert "the end" in told
    assert told.endswith("Additional focus: bugs")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (User(content=[Text("a"), Text("b")], timestamp=1), "[User]: a\nb"),
        (BashExecution("ls", "out"), "[User ran]: ls\nout"),
        (BashExecution("ls", "out", exclude_from_context=True), ""),
        (result("x" * 2005), "[Tool result]: " + "x" * 2000 + "\n\n[... 5 more characters truncated]"),
        (ToolResult(tool_call_id="c", tool_name="t", content=[]), "[Tool result]: "),
    ],
)
def test_each_message_is_a_line_of_a_play(message: Message, told: str) -> None:
    assert summary.spoken(message) == told


def test_an_answer_tells_thoughts_text_and_calls() -> None:
    answer = answers("text", ToolCall(id="c", name="read", arguments={"path": "a", "limit": 3}))
    answer.content.insert(0, Thinking("hm"))
    assert summary.spoken(answer) == (
        '[Assistant thinking]: hm\n\n[Assistant]: text\n\n[Assistant tool calls]: read(path="a", limit=3)'
    )
