"""Makers for tests that call a provider: a request, a provider that talks to the model server, all its events."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Protocol

from picode.credentials import Found, Secret
from picode.messages import Message, ModelRequest, StreamEvent, Text, TextDelta, ToolSpec, User
from picode.providers import catalog
from picode.providers.anthropic import Anthropic
from picode.providers.base import Provider
from picode.providers.bedrock import Bedrock
from picode.providers.failures import Asked
from picode.providers.google import Google
from picode.providers.http import Http, Waits
from picode.providers.ollama import Ollama
from picode.providers.openai import OpenAI
from picode.providers.openai_responses import OpenAIResponses
from picode.providers.vertex import Vertex
from picode.providers.vertex_token import Tokens

KEY = "sk-test-0123456789abcdef"
READ = ToolSpec("read", "Read a file.", {"type": "object", "properties": {"path": {"type": "string"}}})


def user(text: str) -> User:
    return User(content=[Text(text)], timestamp=1)


def request(*messages: Message, **fields: Any) -> ModelRequest:
    fields.setdefault("model", "claude-sonnet-5-5")
    return ModelRequest(system="Be brief.", messages=list(messages) or [user("hello")], **fields)


def found() -> Found:
    return Found(Secret(KEY), "the test")


def anthropic(url: str, **waits: float) -> Anthropic:
    return Anthropic(Http(Waits(**waits)), found, catalog.load(), url)


def openai(url: str, **waits: float) -> OpenAI:
    return OpenAI(Http(Waits(**waits)), found, catalog.load(), f"{url}/v1")


def google(url: str, **waits: float) -> Google:
    return Google(Http(Waits(**waits)), found, catalog.load(), url)


def responses(url: str, **waits: float) -> OpenAIResponses:
    return OpenAIResponses(Http(Waits(**waits)), found, catalog.load(), f"{url}/v1")


def ollama(url: str, **waits: float) -> Ollama:
    return Ollama(Http(Waits(**waits)), lambda: None, catalog.load(), url)


def bedrock(url: str, **waits: float) -> Bedrock:
    environ = {
        "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": KEY,
    }  # fmt: skip
    return Bedrock(Http(Waits(**waits)), lambda: None, catalog.load(), environ)


class Lasting(Tokens):
    """A token without a server of tokens."""

    async def token(self, asked: Asked) -> str:
        return KEY


def vertex(url: str, **waits: float) -> Vertex:
    environ = {"GOOGLE_VERTEX_BASE_URL": url, "GOOGLE_CLOUD_PROJECT": "mine", "GOOGLE_CLOUD_LOCATION": "eu"}
    made = Vertex(Http(Waits(**waits)), catalog.load(), environ)
    made.tokens = Lasting(made.http, environ)
    return made


class Speaking(Provider, Protocol):
    """A provider over HTTP."""

    http: Http


MAKERS: dict[str, Callable[..., Speaking]] = {
    "anthropic": anthropic,
    "openai": openai,
    "google": google,
    "responses": responses,
    "ollama": ollama,
}


async def collect(stream: AsyncGenerator[StreamEvent, None]) -> list[StreamEvent]:
    async with aclosing(stream):
        return [event async for event in stream]


def said(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
