"""What servers say, and what we make of it: a table."""

import json
import time

import pytest

from picode.providers import failures, phrases
from picode.providers.failures import Asked, clean, of_status, retry_after

KEY = "sk-ant-api03-verysecretverysecret"
ASKED = Asked(
    "anthropic", "Anthropic", "https://api.anthropic.com/v1/messages", "claude-sonet-5",
    "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", (KEY, "plainkey"), ("claude-sonnet-5", "claude-opus-5"),
)  # fmt: skip


def anthropic(kind: str, message: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()


def openai(code: str, message: str, kind: str = "invalid_request_error") -> bytes:
    return json.dumps({"error": {"message": message, "type": kind, "code": code}}).encode()


TABLE = [
    (401, anthropic("authentication_error", "invalid x-api-key"), "bad_key", "Anthropic refused the key"),
    (403, anthropic("permission_error", "no access"), "bad_key", "refused the key"),
    (404, anthropic("not_found_error", "model: claude-sonet-5"), "unknown_model", "no model named claude-sonet-5"),
    (413, anthropic("request_too_large", "Request exceeds the maximum size"), "overflow", "longer than"),
    (400, anthropic("invalid_request_error", "prompt is too long: 210000 > 200000"), "overflow", "longer"),
    (400, anthropic("invalid_request_error", "Your credit balance is too low to access"), "quota", "no credit left"),
    (400, anthropic("invalid_request_error", "messages.0: bad role"), "bad_request", "messages.0: bad role"),
    (429, anthropic("rate_limit_error", "This request would exceed your rate limit"), "rate", "limits how often"),
    (500, anthropic("api_error", "Internal server error"), "server", "Anthropic failed (status 500)"),
    (529, anthropic("overloaded_error", "Overloaded"), "overload", "overloaded"),
    (401, openai("invalid_api_key", "Incorrect API key provided: sk-abc***xyz."), "bad_key", "[key]"),
    (404, openai("model_not_found", "The model `gpt-9` does not exist"), "unknown_model", "no model named"),
    (429, openai("insufficient_quota", "You exceeded your current quota"), "quota", "no credit left"),
    (429, openai("rate_limit_exceeded", "Rate limit reached for gpt-5"), "rate", "Rate limit reached"),
    (400, openai("context_length_exceeded", "This model's maximum context length is 8192"), "overflow", "longer than"),
    (400, openai("", "the request exceeds the available context size"), "overflow", "longer than"),
    (400, openai("content_policy_violation", "rejected"), "refused", "declined to answer"),
    (402, b"", "quota", "no credit left"),
    (404, b"<html>404</html>", "unknown_model", "nothing at api.anthropic.com that answers chat requests"),
    (408, b"", "timeout", "took too long"),
    (422, b'{"detail": "field required"}', "bad_request", "field required"),
    (400, b'{"detail": [{"loc": ["body"], "msg": "bad"}]}', "bad_request", "bad"),
    (400, b'[{"error": {"message": "a list", "status": "INVALID_ARGUMENT"}}]', "bad_request", "a list"),
    (400, b'{"error": "just words"}', "bad_request", "just words"),
    (400, b"plain words", "bad_request", "plain words"),
    (400, b"\xff\xfe\x00garbage", "bad_request", "garbage"),
    (400, b"[" * 100_000, "bad_request", "did not accept"),
    (502, b"<html>Bad Gateway</html>", "server", "Anthropic failed (status 502)."),
    (503, b'{"error": {"message": "Loading model", "code": 503}}', "overload", "Loading model"),
    (504, b"", "server", "failed (status 504)"),
    (302, b"", "server", "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "part"), TABLE)
def test_a_status_and_its_body_become_a_kind_and_a_sentence(
    status: int, body: bytes, kind: str, part: str
) -> None:
    failure = of_status(ASKED, status, {}, body)
    assert failure.kind == kind
    assert part in failure.message
    assert failure.message[0].isupper()
    assert failure.message.endswith(".")
    assert failure.hint.endswith((".", "?"))
    assert failure.exit_code == {
        "no_key": 77,
        "bad_key": 77,
        "unknown_model": 66,
        "rate": 75,
        "overload": 75,
    }.get(kind, 69)


def test_an_unknown_model_names_those_that_are_near() -> None:
    failure = of_status(ASKED, 404, {}, anthropic("not_found_error", "model: claude-sonet-5"))
    assert "claude-sonnet-5" in failure.hint


def test_the_wait_that_the_server_asks_for_is_told_and_kept() -> None:
    failure = of_status(ASKED, 429, {"retry-after": "7"}, b"")
    assert failure.retry_after == 7
    assert "7 s" in failure.hint
    assert "60 min" in of_status(ASKED, 429, {"retry-after": "3600"}, b"").hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2020 07:28:30 GMT"}, 0),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    now = time.mktime((2026, 10, 21, 7, 28, 0, 0, 0, 0)) - time.timezone
    assert retry_after(headers, now) == seconds


@pytest.mark.parametrize(
    "key",
    [KEY, "plainkey", "sk-proj-abcdefghijk", "sk-abc***wxyz", "Bearer abcdefghij.klm", "gsk_abcdefghijklmn",
     "xai-abcdefghijklmn", "AIzaSyA-1234567890abcdefghij", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx"],
)  # fmt: skip
def test_no_key_is_ever_repeated(key: str) -> None:
    told = str(of_status(ASKED, 401, {}, anthropic("authentication_error", f"the key {key} is wrong")))
    assert key not in told
    assert "[key]" in told
    assert KEY not in repr(ASKED)


def test_control_characters_and_lengths_are_tamed() -> None:
    said = clean("a\x1b[31mred\x07\r\nb\u202ec\x9b" + "x" * 1000)
    assert said.isprintable()
    assert len(said) == 300
    told = of_status(ASKED, 400, {}, anthropic("invalid_request_error", "\x1b]0;title\x07 {braces} {0}"))
    assert "{braces}" in told.message
    assert told.message.isprintable()


@pytest.mark.parametrize("form", list(phrases.SENTENCES))
def test_every_sentence_is_whole_and_says_what_to_do(form: str) -> None:
    for said in ("", "the reason."):
        failure = failures._made(ASKED, "server", form, said)
        assert failure.message.endswith(".")
        assert ".." not in failure.message
        assert "{" not in str(failure)
        assert failure.hint


def test_a_mid_stream_error_needs_no_status() -> None:
    assert failures.of_event(ASKED, "overloaded_error", "Overloaded").kind == "overload"
    assert failures.of_event(ASKED, "api_error", "").kind == "server"
    assert failures.of_event(ASKED, "invalid_request_error", "what?").kind == "bad_request"
    assert "status" not in failures.of_event(ASKED, "api_error", "").message
