"""Which models a server of one's own has: asked in threads, for a bounded time, and remembered.

Only hosts that were configured, and the places of Ollama, LM Studio and llama.cpp on this machine, are ever asked.
Plain
sockets: no proxy stands before one's own server, no redirect is followed, and the HTTP client stays unloaded.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

WAIT = 0.3
"""Seconds until a server that has not answered counts as none."""
MOST_BYTES = 4 * 1024 * 1024
MOST_MODELS = 500
# models that answer no questions
OTHER_WORK = re.compile(r"embed|rerank|whisper|(^|[/-])tts(-|$)|moderation|bge-|dall-e", re.IGNORECASE)


WHATEVER = "default"
"""Stands for whatever a server of one's own has, until it has said so."""


@dataclass(frozen=True)
class Listed:
    """A model's name, and the tokens that it takes; 0 where the server does not say."""

    name: str
    context_window: int = 0


@dataclass
class Server:
    """`url` gives the list as `read` takes it; `key` is looked for in the thread."""

    url: str
    read: Callable[[Any], list[Listed]]
    key: Callable[[], str] = lambda: ""
    found: list[Listed] | None = None
    """None: not known yet."""
    asking: threading.Thread | None = None


class Discovery:
    """`known` never waits; `look` waits `WAIT` seconds at most for all of them together."""

    def __init__(self, servers: dict[str, Server]) -> None:
        self.servers = servers

    def known(self, name: str) -> list[Listed] | None:
        """The models of the server of this name; None: nobody has asked it, or it has not answered yet."""
        return self.servers[name].found if name in self.servers else None

    def context_window(self, name: str, model: str) -> int:
        return next((one.context_window for one in self.known(name) or () if one.name == model), 0)

    def begin(self, name: str) -> None:
        """Ask, and do not wait."""
        server = self.servers[name]
        if server.asking is None or not server.asking.is_alive():
            server.asking = threading.Thread(
                target=_ask, args=(server,), name=f"models of {name}", daemon=True
            )
            server.asking.start()

    def settle(self, name: str) -> None:
        """Wait for the answer of this one, where there is none yet; blocks like `look`."""
        if self.known(name) is None:
            self.begin(name)
            asking = self.servers[name].asking
            if asking is not None:
                asking.join(WAIT)

    def look(self) -> None:
        """Ask all of them afresh; blocks, so it belongs into a thread."""
        until = time.monotonic() + WAIT
        for name in self.servers:
            self.begin(name)
        for server in self.servers.values():
            if server.asking is not None:
                server.asking.join(max(0.0, until - time.monotonic()))


def openai_list(found: Any) -> list[Listed]:
    """`/v1/models`: the context's size has another name with each server."""
    sizes = (
        "max_model_len",
        "context_length",
        "context_window",
        "max_context_length",
        "n_ctx",
        "n_ctx_train",
    )
    made = []
    for one in found["data"]:
        meta = one.get("meta")
        said = {**one, **(meta if isinstance(meta, dict) else {})}
        size = next((said[name] for name in sizes if isinstance(said.get(name), int)), 0)
        made.append(Listed(str(one["id"]), size))
    return made


def owned_by(owner: str) -> Callable[[Any], list[Listed]]:
    """`openai_list` for a server that says of its models whose they are: another one's are not taken."""

    def read(found: Any) -> list[Listed]:
        if owner and not any(one.get("owned_by") == owner for one in found["data"]):
            raise ValueError("another server listens there")
        return openai_list(found)

    return read


def ollama_list(found: Any) -> list[Listed]:
    """`/api/tags`"""
    return [Listed(str(one.get("model") or one["name"])) for one in found["models"]]


def _ask(server: Server) -> None:
    try:
        listed = server.read(json.loads(_get(server.url, server.key(), time.monotonic() + WAIT)))
    except Exception:
        # whatever is there, it is no list of models
        server.found = []
        return
    chosen = [one for one in listed if one.name.isprintable() and not OTHER_WORK.search(one.name)]
    server.found = chosen[:MOST_MODELS]


def _get(url: str, key: str, until: float) -> bytes:
    """The body of a 200 that was there in time."""
    import http.client

    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=WAIT)
    try:
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
        connection.request("GET", parts.path, headers=headers)
        response = connection.getresponse()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        body = bytearray()
        while piece := response.read1(65536):
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() > until:
                raise ValueError("too much or too late")
        return bytes(body)
    finally:
        connection.close()
