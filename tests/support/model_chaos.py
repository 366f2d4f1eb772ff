"""Everything that may go wrong with a model server, for every format: what happens, and what has to come out of it.

`PYTHONPATH=tests python -m support.model_chaos` prints docs/failures.md; the tests run every cell over real HTTP.
"""

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from picode.agents.answer import RETRIED
from picode.agents.failover import ELSEWHERE
from picode.messages import Stopped, StreamEvent
from picode.providers.base import ModelFailed
from support.model_calls import MAKERS, request
from support.model_script import Cut, Fail, Pause, Raw, Say, Script, Silence
from support.model_server import ModelServer

WHOLE = "whole"
"""No failure: the answer came, all of it."""
Address = Callable[[ModelServer], AbstractContextManager[str]]


@contextmanager
def its_own(server: ModelServer) -> Iterator[str]:
    yield server.url


@contextmanager
def nobody(server: ModelServer) -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def no_name(server: ModelServer) -> Iterator[str]:
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with mock.patch("socket.getaddrinfo", side_effect=error):
        yield "http://models.example"


@contextmanager
def answering(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """An https address behind which `talk` has each connection."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connection.settimeout(10)
            with connection, contextlib.suppress(OSError):
                talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@contextmanager
def behind(answer: bytes) -> Iterator[str]:
    """An address behind a proxy that answers so; with nothing to say it is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        if answer:
            thread.start()
        else:
            listening.close()
        with mock.patch.dict("os.environ", {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}):
            yield "https://models.example"
        if answer:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@contextmanager
def proxy_gone(server: ModelServer) -> Iterator[str]:
    with behind(b"") as url:
        yield url


@contextmanager
def proxy_refuses(server: ModelServer) -> Iterator[str]:
    with behind(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n") as url:
        yield url


@contextmanager
def proxy_fails(server: ModelServer) -> Iterator[str]:
    with behind(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n") as url:
        yield url


@contextmanager
def silent_tls(server: ModelServer) -> Iterator[str]:
    with answering(
        lambda connection: connection.recv(1) and connection.recv(1 << 20) and connection.recv(1)
    ) as url:
        yield url


@contextmanager
def no_tls(server: ModelServer) -> Iterator[str]:
    def plain(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    with answering(plain) as url:
        yield url


@contextmanager
def self_signed(server: ModelServer) -> Iterator[str]:
    """A TLS server whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        context.load_cert_chain(_certificate(Path(folder)))

    def shake_hands(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as safe:
            safe.recv(1)

    with answering(shake_hands) as url:
        yield url


def _certificate(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@dataclass(frozen=True)
class Fault:
    """`script` takes the format's name; `kind`: what has to come out, `WHOLE` or a kind of `ModelFailed`."""

    said: str
    kind: str
    script: "Callable[[str], Script | None]" = lambda form: None
    address: Address = its_own
    retry_after: float | None = None
    words: int = 0
    """How many words of the answer have to be kept."""
    waits: "dict[str, float] | None" = None


def status(number: int, message: str, **headers: str) -> Callable[[str], Script]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda form: Script(status=number, error=message, error_type=TYPES.get(number, ""), headers=sent)


def steps(*given: Any, **options: Any) -> Callable[[str], Script]:
    return lambda form: Script(*given, **options)


def broken_json(form: str) -> Script:
    start = b"" if form == "ollama" else b"data: "
    return Script(Say("one "), Raw(start + b'{"broken": \n\n'))


def page_instead(form: str) -> Script:
    return Script(body=b"<html>Welcome to the hotel!</html>", headers={"content-type": "text/html"})


def broken_gzip(form: str) -> Script:
    kind = "application/x-ndjson" if form == "ollama" else "text/event-stream"
    return Script(body=b"this is not gzip", headers={"content-type": kind, "content-encoding": "gzip"})


TYPES = {
    400: "invalid_request_error", 402: "billing_error", 408: "timeout_error",
    401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error",
    500: "api_error", 529: "overloaded_error",
}  # fmt: skip
DRIP = tuple(step for word in range(8) for step in (Say(f"word{word} "), Pause(0.15)))
FAULTS = (
    Fault("500", "server", status(500, "Something went wrong")),
    Fault("503", "overload", status(503, "Not now")),
    Fault("529", "overload", status(529, "Overloaded")),
    Fault("429 without Retry-After", "rate", status(429, "Too fast")),
    Fault("429 with Retry-After: 7", "rate", status(429, "Too fast", retry_after="7"), retry_after=7),
    Fault("401", "bad_key", status(401, "Who are you?")),
    Fault("403", "bad_key", status(403, "Not for you")),
    Fault("404", "unknown_model", status(404, "model m is not there")),
    Fault("400: the request is wrong", "bad_request", status(400, "messages: roles must alternate")),
    Fault("400: the conversation is too long", "overflow", status(400, "prompt is too long: 210000 tokens > 200000")),
    Fault("400: a filter declined", "refused", status(400, "Blocked by the content management policy")),
    Fault("402: no credit", "quota", status(402, "Your credit balance is too low")),
    Fault("408", "timeout", status(408, "It took too long")),
    Fault("502 with a web page", "server",
          lambda form: Script(status=502, body=b"<html>Bad gateway</html>", headers={"content-type": "text/html"})),
    Fault("an error in the middle of the stream", "overload",
          steps(Say("one "), Fail("The server is overloaded", "overloaded_error")), words=1),
    Fault("hangs up before the answer", "network", steps(hang_up="before")),
    Fault("hangs up behind the headers", "network", steps(hang_up="headers")),
    Fault("hangs up in the middle of the stream", "cut", steps(Say("one "), Cut()), words=1),
    Fault("hangs up behind the last event", WHOLE, steps(Say("one "), hang_up="behind"), words=1),
    Fault("broken JSON", "protocol", broken_json, words=1),
    Fault("a web page", "protocol", page_instead),
    Fault("a stream of another content type", "protocol",
          steps(body=b"data: {}\n\n", headers={"content-type": "image/png"})),
    Fault("broken gzip", "protocol", broken_gzip),
    Fault("a slow drip, never silent for long", WHOLE, steps(*DRIP), words=8, waits={"idle": 1}),
    Fault("silence before the answer", "timeout", steps(before="never"), waits={"connect": 0.8, "first_byte": 0.2}),
    Fault("silence in the middle of the stream", "timeout", steps(Say("one "), Silence()), words=1,
          waits={"idle": 0.3}),
    Fault("nobody listens", "network", address=nobody),
    Fault("no such name", "network", address=no_name),
    Fault("no TLS behind https", "network", address=no_tls),
    Fault("a certificate that nobody signed", "network", address=self_signed),
    Fault("a TLS handshake that nobody answers", "timeout", address=silent_tls, waits={"connect": 0.3}),
    Fault("a proxy that is not there", "network", address=proxy_gone),
    Fault("a proxy that refuses (407)", "network", address=proxy_refuses),
    Fault("a proxy that gets nowhere (502)", "network", address=proxy_fails),
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    kind: str
    failure: ModelFailed | None
    words: int
    ended: bool


async def run(fault: Fault, form: str, server: ModelServer) -> Outcome:
    """One cell of the matrix, over real HTTP."""
    if (script := fault.script(form)) is not None:
        server.enqueue(script)
    events: list[StreamEvent] = []
    failure = None
    with fault.address(server) as url:
        provider = MAKERS[form](url, **(fault.waits or {}))
        try:
            async with aclosing(provider.stream(request(model="m"))) as stream:
                async for event in stream:
                    events.append(event)
        except ModelFailed as error:
            failure = error
        finally:
            await provider.http.close()
    words = sum(len(getattr(event, "text", "").split()) for event in events)
    ended = any(isinstance(event, Stopped) for event in events)
    return Outcome(failure.kind if failure else WHOLE, failure, words, ended)


HEAD = """# When a model server fails

Printed by `python -m support.model_chaos` from the tests' folder; do not edit.

Every row is done to every format over real HTTP by `tests/picode/providers/test_chaos.py`. What came of an answer is
kept in each case. The sentence is Anthropic's.

*Tried again*: by itself, where nothing of the answer was shown yet, as often as `models.retries` says (*once*: no more
than that). It waits as long as the server asks for, up to a minute, else by chance up to `models.retry_delay` seconds,
twice as long each time. *Elsewhere*: when that did not help, the next model of `providers.fallback` answers until the
turn ends; a line in the conversation says so, and stays in its file. A call of a tool that was cut was never run, and
one that ran is never run again: the next request has its result.

After `providers.breaker_failures` failures in a row of a server or the way to it, a provider is left alone for
`providers.breaker_pause` seconds, then asked once; when that fails, for twice as long. `picode models` says so.
`providers.rates` limits how much a provider is asked in the first place; who comes too early waits, and is told.

"""


def row(fault: Fault, failure: ModelFailed | None) -> str:
    """One line of the table; addresses without their ports, which change."""
    again = {0: "no", 1: "once"}.get(RETRIED.get(fault.kind, 0), "yes")
    other = "yes" if fault.kind in ELSEWHERE else "no"
    said = "(the answer is whole)"
    if failure is None:
        again = other = ""
    else:
        said = re.sub(r"(127\.0\.0\.1):\d+", r"\1", f"{failure.message} {failure.hint}")
    return "| " + " | ".join([fault.said, *[fault.kind] * len(MAKERS), again, other, said]) + " |"


async def page(seen: "dict[str, ModelFailed | None]") -> str:
    """`seen`: what came of faults that were tried already, by their words."""
    names = list(MAKERS)
    lines = [f"| what happens | {' | '.join(names)} | tried again | elsewhere | what is said |"]
    lines.append("|---" * (len(names) + 4) + "|")
    server = ModelServer()
    try:
        for fault in FAULTS:
            if fault.said not in seen:
                seen[fault.said] = (await run(fault, "anthropic", server)).failure
            lines.append(row(fault, seen[fault.said]))
    finally:
        server.close()
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(asyncio.run(page({})), end="")
