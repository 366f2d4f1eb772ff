"""The chat endpoint is found by its shape."""

from pathlib import Path

import pytest

from picode.errors import BadData
from picode.openapi.chat import Chat, find
from picode.openapi.operations import heads
from support.documents import ALL, DOCUMENTS, node, top


def chat(file: str, wanted: str = "") -> Chat | None:
    return find(heads(top(DOCUMENTS / file)), wanted)


@pytest.mark.parametrize(
    ("file", "path", "facts", "models"),
    [
        ("chat_tools.yaml", "/chat/completions", ("tools", "choices", True, "max_completion_tokens"),
         ("large-2", "small-2")),
        ("chat_functions.json", "/talk", ("functions", "choices", False, "max_tokens"), ("old-1",)),
        ("chat_message.yaml", "/chat", ("tools", "message", False, "max_tokens"), ("command-x",)),
        ("chat_deployments.yaml", "/deployments/{deployment-id}/chat/completions",
         ("tools", "choices", True, "max_tokens"), ()),
    ],
)  # fmt: skip
def test_each_form_is_found_and_known(
    file: str, path: str, facts: tuple[str, str, bool, str], models: tuple[str, ...]
) -> None:
    found = chat(file)
    assert found is not None
    assert found.operation.path == path
    assert (found.tools, found.answers, found.streams, found.length) == facts
    assert found.models == models


def test_nothing_else_looks_like_one() -> None:
    others = [path for path in ALL if not path.name.startswith("chat_")]
    assert len(others) >= 15
    assert [path.name for path in others if find(heads(top(path)))] == []


def test_what_describes_little_can_be_named() -> None:
    assert chat("chat_any_answer.json") is None
    for name in ("chat_completion", "/chat/completions"):
        found = chat("chat_any_answer.json", name)
        assert found is not None
        assert (found.operation.path, found.tools) == ("/chat/completions", "tools")
    with pytest.raises(BadData, match="The document has no operation nope"):
        chat("chat_any_answer.json", "nope")


def test_of_several_the_usual_one_is_taken_and_equals_are_asked_about(home: Path) -> None:
    shape = """{post: {requestBody: {content: {application/json: {schema: {properties: {messages: {type: array}}}}}},
      responses: {"200": {content: {application/json: {schema: {properties: {choices: {type: array}}}}}}}}}"""
    document = node(home, f"paths:\n  /agents/completions: {shape}\n  /chat/completions: {shape}\n")
    found = find(heads(document))
    assert found is not None
    assert found.operation.path == "/chat/completions"
    both = node(home, f"paths:\n  /a/chat: {shape}\n  /b/chat: {shape}\n")
    with pytest.raises(BadData, match="Several operations look like a chat: post_a_chat, post_b_chat"):
        find(heads(both))
    assert find(heads(both), "/b/chat") is not None
