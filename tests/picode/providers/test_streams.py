"""The same rich answer in every wire format: what is made of it, however it is cut on its way."""

import pytest

from picode.messages import StreamEvent
from support.model_calls import collect, request
from support.model_server import ModelServer, Script
from support.rich_answers import FORMATS, Rich, draft


@pytest.fixture(params=FORMATS)
def rich(request: pytest.FixtureRequest) -> Rich:
    return FORMATS[request.param]


async def test_text_thinking_calls_and_usage_come_as_events(rich: Rich, model_server: ModelServer) -> None:
    model_server.enqueue(rich.script)
    answer = draft(await collect(rich.provider(model_server.url).stream(request(model=rich.model))))
    assert answer.content == rich.whole
    assert answer.stop_reason == "toolUse"
    usage = answer.usage
    counted = (usage.input, usage.output, usage.cache_read, usage.cache_write, usage.total_tokens)
    assert counted == rich.tokens
    assert usage.cost.total == pytest.approx(rich.cost)


@pytest.mark.parametrize("cut", [1, 2, 7, 64])
@pytest.mark.parametrize(("gzip", "newline"), [(False, "\n"), (False, "\r\n"), (True, "\n"), (True, "\r\n")])
async def test_chunk_borders_line_ends_and_gzip_change_nothing(
    rich: Rich, model_server: ModelServer, cut: int, gzip: bool, newline: str
) -> None:
    plain = rich.plain
    model_server.enqueue(Script(*plain.steps, usage=plain.usage, slice=cut, gzip=gzip, newline=newline))
    answer = draft(await collect(rich.provider(model_server.url).stream(request(model=rich.model))))
    assert answer.content == rich.whole


def test_every_split_of_a_recorded_stream_gives_the_same_answer(rich: Rich) -> None:
    recorded = b"".join(part for part in rich.wire(rich.script, "m").stream() if isinstance(part, bytes))
    for at in range(len(recorded)):
        reader, answer = rich.framing(), rich.fresh()
        events: list[StreamEvent] = []
        for part in (recorded[:at], recorded[at:]):
            for _, data in reader.feed(part):
                events += answer.take(data)
        assert draft(events + answer.finish()).content == rich.whole, at
