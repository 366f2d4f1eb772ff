"""`picode openapi`: what a document has, and what is wrong with it."""

from pathlib import Path

import pytest

from picode import paths
from picode.cli.main import run
from support.documents import DOCUMENTS


def test_a_document_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", str(DOCUMENTS / "chat_tools.yaml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "A large model's API (OpenAPI 3.1.0), 4 operations",
        "server   https://api.model.example/v1",
        "chat     createChatCompletion: POST /chat/completions, answers with choices, tools, streams",
        "models   large-2, small-2",
        "keys     bearer (bearer)",
    ]
    assert lines[5].split() == ["*", "listModels", "GET", "/models", "Models"]
    assert lines[-1] == "* becomes a tool: 3 of 4"


def test_a_configured_one_is_shown_by_its_name(
    where: paths.Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text(
        f'[custom_providers.zoo]\ndocument = "{DOCUMENTS / "pets.yaml"}"\ntools = ["tag:danger"]\n'
        'base_url = "http://127.0.0.1:9"\n'
    )
    assert run(["openapi", "zoo"]) == 0
    out = capsys.readouterr().out
    assert "server   http://127.0.0.1:9" in out
    assert out.endswith("* becomes a tool: 1 of 4\n")


def test_all_that_a_model_is_told_of_an_operation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", str(DOCUMENTS / "pets.yaml"), "--tool", "createPet"]) == 0
    assert '"required": [\n        "name"\n      ]' in capsys.readouterr().out
    assert run(["openapi", str(DOCUMENTS / "pets.yaml"), "--tool", "none"]) == 2


def test_what_is_wrong_is_told_one_sentence_each(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "a.yaml").write_text(
        "openapi: 3.1.0\npaths:\n  /a: {get: {parameters: [{in: x}]}}\n  /b: {get: {tags: no}}\n  /c: {put: {}}\n"
    )
    assert run(["openapi", str(home / "a.yaml")]) == 65
    told = capsys.readouterr()
    assert "picode: ~/a.yaml:4: /paths/~1b/get/tags is 'no'; expected a list of tags." in told.err
    (home / "a.yaml").write_text((home / "a.yaml").read_text().replace("tags: no", ""))
    assert run(["openapi", str(home / "a.yaml")]) == 65
    told = capsys.readouterr()
    assert (
        told.err
        == "picode: ~/a.yaml:3: /paths/~1a/get/parameters/0/name is nothing; expected the parameter's name.\n"
    )
    assert "/c" in told.out
    assert run(["openapi", str(home / "none.yaml")]) == 66
