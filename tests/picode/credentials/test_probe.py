"""Asking a provider whether it takes a key: where, in which header, and what its answers mean."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from picode.credentials import Found, Secret, probe

KEY = "sk-to-be-tested-0123"
FOUND = Found(Secret(KEY), "it")


class Server:
    """Answers everything with `status` and `said`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.said = 200, b'{"data": []}'
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(outer.status)
                self.send_header("location", "http://127.0.0.1:9/")
                self.send_header("content-length", str(len(outer.said)))
                self.end_headers()
                self.wfile.write(outer.said)

            def log_message(self, *_: object) -> None:
                return

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.thread.join(60)
    server.http.server_close()


@pytest.fixture
def server(one_server: Server) -> Server:
    one_server.status, one_server.said, one_server.asked = 200, b'{"data": []}', []
    return one_server


@pytest.mark.parametrize(
    ("provider", "base", "path", "header"),
    [
        ("anthropic", "ANTHROPIC_BASE_URL=", "/v1/models?limit=1", "x-api-key"),
        ("anthropic", "ANTHROPIC_BASE_URL=/v1", "/v1/models?limit=1", "x-api-key"),
        ("openai", "OPENAI_BASE_URL=/v1", "/v1/models", "authorization"),
        ("openai", "OPENAI_BASE_URL=/v1/chat/completions", "/v1/models", "authorization"),
        ("gemini", "GOOGLE_GEMINI_BASE_URL=/v1beta", "/v1beta/models?pageSize=1", "x-goog-api-key"),
    ],
)
def test_each_form_is_asked_for_its_list(
    server: Server, provider: str, base: str, path: str, header: str
) -> None:
    variable, _, below = base.partition("=")
    assert probe.tried(provider, FOUND, environ={variable: f"{server.url}{below}"}).outcome == "good"
    [(asked, headers)] = server.asked
    assert asked == path
    assert headers[header] in (KEY, f"Bearer {KEY}")
    assert headers[header].startswith("Bearer ") == (header == "authorization")


@pytest.mark.parametrize(
    ("status", "said", "outcome", "why"),
    [
        (
            401,
            f'{{"error": {{"message": "Incorrect API key: {KEY}."}}}}',
            "refused",
            "Incorrect API key: [key].",
        ),
        (403, "<html>", "refused", "status 403"),
        (400, '{"error": {"message": "API key not valid."}}', "refused", "API key not valid."),
        (400, '{"error": {"message": "No."}}', "unknown", "No."),
        (404, "", "unknown", "status 404"),
        (302, "", "unknown", "status 302"),
        (500, '["broken"]', "unknown", "status 500"),
        (503, '{"message": "\\u001b[31mdown"}', "unknown", "[31mdown"),
    ],
)
def test_only_a_refusal_is_one(server: Server, status: int, said: str, outcome: str, why: str) -> None:
    server.status, server.said = status, said.encode()
    tried = probe.tried("openai", FOUND, environ={"OPENAI_BASE_URL": server.url})
    assert (tried.outcome, tried.why) == (outcome, why)


def test_a_key_goes_nowhere_without_tls_but_on_this_machine() -> None:
    tried = probe.tried("openai", FOUND, environ={"OPENAI_BASE_URL": "http://192.0.2.1/v1"})
    assert tried.outcome == "unknown"
    assert "not safe for keys" in tried.why
    assert (
        probe.tried("openai", FOUND, environ={"OPENAI_BASE_URL": "https://x.openai.azure.com"}).outcome
        == "unknown"
    )
    assert probe.tried("nobody", FOUND).why == "it is not known where to ask"


def test_a_provider_of_ones_own_is_asked_where_models_json_says(server: Server, home: Path) -> None:
    file = home / "models.json"
    entry = {"baseUrl": server.url, "api": "google-generative-ai"}
    file.write_text('/* mine */ {"providers": {"mine": ' + json.dumps(entry) + ', "odd": 5,},}')
    assert probe.tried("mine", FOUND, file).outcome == "good"
    assert server.asked[0][1]["x-goog-api-key"] == KEY
    assert probe.tried("odd", FOUND, file).outcome == "unknown"
    file.write_text("nonsense")
    assert probe.tried("mine", FOUND, file).outcome == "unknown"
