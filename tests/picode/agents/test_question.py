import pytest

from picode.agents.question import message_of
from picode.context.redact import as_it_is
from picode.errors import UsageError
from picode.messages import Image, Text
from picode.protocol.values import CommandRecord

RECORD = CommandRecord(1, "make", "/p", "zsh", 2, 0, 1200, b"<command x>\n\n<output>\nboom\n")


def test_words_alone() -> None:
    message, receipt, secrets = message_of("hello", now=5)
    assert (message.content, message.timestamp, receipt, secrets) == ([Text("hello")], 5, None, [])


def test_words_and_a_command_are_two_blocks() -> None:
    message, receipt, _ = message_of("why?", now=5, command=RECORD)
    words, sent = message.content
    assert words == Text("why?")
    assert isinstance(sent, Text)
    assert sent.text.startswith(
        '<command status="2" cwd="/p" duration="1.2s">\n$ make\n</command>\n<output>\n'
    )
    assert "boom" in sent.text
    assert receipt is not None


def test_a_command_without_words_asks_what_happened() -> None:
    message, _, _ = message_of("", now=5, command=RECORD)
    assert message.content[0] == Text("What happened here, and what should I do next?")


def test_piped_text_and_images() -> None:
    message, receipt, _ = message_of("why?", now=5, piped="boom\n", images=[Image("aGk=", "image/png")])
    assert message.content == [Text("why?"), Text("<output>\nboom\n</output>"), Image("aGk=", "image/png")]
    assert receipt is not None


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert message_of("a\ud800b", now=5)[0].content == [Text("a?b")]


def test_nothing_is_refused() -> None:
    with pytest.raises(UsageError):
        message_of(" \n", now=5)


def test_redaction_can_be_switched_off() -> None:
    token = "ghp_" + "a1B2c3D4e5F6" * 3
    assert message_of(token, now=5)[2] == ["GitHub token"]
    assert message_of(token, now=5, clean=as_it_is)[0].content == [Text(token)]
