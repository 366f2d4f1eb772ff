"""Tokens and dollars mean the same with every provider, and add up over a conversation."""

import pytest

from picode.messages import Usage, UsageSeen
from picode.providers import catalog
from support.model_calls import MAKERS, collect, request
from support.model_server import ModelServer, Say, Script, Tokens

MODELS = {
    "anthropic": "anthropic/claude-sonnet-5-5",
    "openai": "openai/gpt-5.4",
    "responses": "openai/gpt-5.4",
    "google": "google/gemini-3.5-flash",
    "ollama": "ollama/qwen3",
}
TURNS = (Tokens(1000, 200), Tokens(300, 100, cache_read=1000), Tokens(0, 7, cache_read=1300))


@pytest.mark.parametrize("form", list(MAKERS))
async def test_a_conversation_costs_the_sum_of_its_answers(model_server: ModelServer, form: str) -> None:
    name, _, model = MODELS[form].partition("/")
    # Ollama has no cache that it tells of
    turns = [Tokens(one.input, one.output) for one in TURNS] if form == "ollama" else list(TURNS)
    model_server.enqueue(*(Script(Say("a"), usage=turn) for turn in turns))
    provider = MAKERS[form](model_server.url)
    known = catalog.load()
    seen: list[Usage] = []
    for turn in turns:
        events = await collect(provider.stream(request(model=model)))
        usage = [event.usage for event in events if isinstance(event, UsageSeen)][-1]
        assert (usage.input, usage.output, usage.cache_read) == (turn.input, turn.output, turn.cache_read)
        assert usage.total_tokens == usage.input + usage.output + usage.cache_read + usage.cache_write
        assert usage.cost == known.cost(name, model, usage)
        seen.append(usage)
    whole = Usage(
        input=sum(one.input for one in seen),
        output=sum(one.output for one in seen),
        cache_read=sum(one.cache_read for one in seen),
    )
    total = sum(one.cost.total for one in seen)
    assert total == pytest.approx(known.cost(name, model, whole).total)
    assert (total > 0) == (form != "ollama")


def test_every_model_that_is_known_has_a_price_and_room_for_its_answer() -> None:
    for provider, data in catalog.load().providers.items():
        assert data.default in data.models
        for name, model in data.models.items():
            assert model.max_tokens < model.context_window, name
            if provider != "demo":
                assert 0 < model.input < model.output, name
                assert model.cache_read is None or model.cache_read < model.input, name
