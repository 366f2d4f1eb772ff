from pathlib import Path
from typing import Any

import pytest

from picode.errors import ConfigError
from picode.providers import catalog
from picode.providers.catalog import ModelData
from picode.providers.models_json import described, is_pi_s, parse

FILE = Path("models.json")
MODEL = {"id": "m"}
SERVER: dict[str, Any] = {
    "baseUrl": "http://h/v1",
    "apiKey": "k",
    "api": "openai-completions",
    "models": [MODEL],
}


@pytest.mark.parametrize(
    "text",
    [
        '{"providers": {}}',
        '// mine\n{"providers": {}, /* none */}',
        '{"providers": {"a": {"baseUrl": "http://h//x", "note": "/* no */, }"},},}',
        '{"providers": {"a": [1, 2, // two\n]}}',
    ],
)
def test_comments_and_trailing_commas_are_allowed(text: str) -> None:
    found = parse(text)
    assert found.get("a", {"note": "/* no */, }"}) in (
        {"note": "/* no */, }"}, {"baseUrl": "http://h//x", "note": "/* no */, }"}, [1, 2],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "{", '{"providers": []}', "{'providers': {}}"])
def test_what_has_no_providers_is_no_such_file(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_the_defaults_are_pi_s() -> None:
    data = described("s", SERVER, FILE).models["m"]
    assert data == ModelData(128_000, 16_384, 0, 0, 0, 0, "none", api="openai-completions")


def test_what_a_model_says_counts() -> None:
    model = {
        "id": "m", "api": "anthropic-messages", "reasoning": True, "contextWindow": 9000, "maxTokens": 100,
        "cost": {"input": 1, "output": 2, "cacheRead": 0.1, "cacheWrite": 1.25}, "later": "ignored",
    }  # fmt: skip
    data = described("s", SERVER | {"models": [model]}, FILE).models["m"]
    assert data == ModelData(9000, 100, 1, 2, 0.1, 1.25, "budget", api="anthropic-messages")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({**SERVER, "baseUrl": ""}, "has models and no baseUrl"),
        ({**SERVER, "apiKey": ""}, "has models and no apiKey"),
        ({**SERVER, "baseUrl": 3}, "needs a text as baseUrl"),
        ({**SERVER, "api": "telepathy"}, "speaks telepathy with m"),
        ({**SERVER, "api": None}, "speaks an API without a name with m"),
        ({**SERVER, "models": [{}]}, "has a model without an id"),
        ({**SERVER, "models": [{"id": "m", "contextWindow": "big"}]}, "has a model m whose numbers are none"),
        ({**SERVER, "models": [{"id": "m", "cost": {"input": -1}}]}, "has a model m whose numbers are none"),
        ({**SERVER, "models": [{"id": "m", "cost": 3}]}, "whose cost is no object"),
        ({**SERVER, "headers": []}, None),
        ({**SERVER, "headers": ["x"]}, "of a wrong form"),
        ({"baseUrl": "http://h"}, "has no models, and is none that PiCode knows"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(entry: dict[str, Any], told: str | None) -> None:
    if told is None:
        described("s", entry, FILE)
        return
    with pytest.raises(ConfigError, match="models.json: the provider s ") as failure:
        described("s", entry, FILE)
    assert told in failure.value.message


def test_both_forms_may_stand_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text(
        '{"providers": {"openai": {"models": {"own": {"context_window": 5}}},'
        ' "s": {"baseUrl": "http://h", "apiKey": "k", "api": "openai-completions", "models": [{"id": "m"}]},'
        ' "anthropic": {"modelOverrides": {"claude-opus-5": {"contextWindow": 7, "cost": {"input": 9}}}}}}'
    )
    found = catalog.load(tmp_path / "models.json")
    assert found.find("openai", "own").context_window == 5
    assert (found.of("s").default, [one.name for one in found.described]) == ("m", ["s", "anthropic"])
    changed, known = (one.find("anthropic", "claude-opus-5") for one in (found, catalog.load()))
    assert (changed.context_window, changed.input, changed.output) == (7, 9, known.output)
    assert set(found.of("anthropic").models) == set(catalog.load().of("anthropic").models)


def test_a_broken_file_of_pi_is_left_out_and_one_s_own_is_told(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text("{")
    assert catalog.load(None, tmp_path / "models.json").described == ()
    with pytest.raises(ConfigError, match="is no list of models"):
        catalog.load(tmp_path / "models.json")


def test_the_user_s_own_file_goes_before_pi_s(tmp_path: Path) -> None:
    for name in ("own", "pi"):
        (tmp_path / name).write_text(
            f'{{"providers": {{"s": {{"baseUrl": "http://{name}", "apiKey": "k", "api": "openai-completions",'
            f' "models": [{{"id": "{name}"}}]}}}}}}'
        )
    found = catalog.load(tmp_path / "own", tmp_path / "pi")
    assert [one.base for one in found.described] == ["http://own"]
    assert set(found.of("s").models) == {"own", "pi"}


def test_our_own_form_is_told_from_pi_s() -> None:
    assert not is_pi_s({"models": {"m": {}}, "default": "m"})
    assert is_pi_s({"models": []})
    assert is_pi_s({"baseUrl": "x"})
    assert not is_pi_s([])
