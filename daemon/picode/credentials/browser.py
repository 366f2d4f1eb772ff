"""Signing in with a browser: an authorization code that comes back to this machine, with PKCE (RFC 6749, 7636, 8252).

The address that the browser ended at can be pasted instead, where the browser is on another machine.
"""

import base64
import contextlib
import hashlib
import os
import secrets
import selectors
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from picode.credentials import oauth
from picode.credentials.oauth import Tokens
from picode.credentials.oauth_data import Client
from picode.credentials.secret import Secret, quoted
from picode.errors import ConfigError, NotAllowed, Unavailable

WAIT = 300.0
"""Seconds that a person has."""
REQUEST = 5.0
"""Seconds that the browser has for its request."""
LONGEST = 8192
"""Bytes of it."""
DONE = "PiCode has what it needs. You can close this window.\n"
OTHER = "This is not the sign-in that PiCode waits for.\n"


class Browser:
    """One sign-in: `address` is to be opened, `wait` gives the tokens. `close` in any case."""

    def __init__(self, client: Client) -> None:
        """Raises ConfigError, Unavailable."""
        if not client.authorization or not client.token:
            raise ConfigError(f"One cannot sign in at {client.provider} with a browser.", "Try --device.")
        self._client = client
        self._verifier, self._state = Secret(secrets.token_urlsafe(48)), secrets.token_urlsafe(24)
        self._socket = _listening(client)
        port = self._socket.getsockname()[1]
        self._redirect = f"http://{client.redirect_host}:{port}{client.redirect_path}"
        self._ended, self._end = os.pipe()
        self.address = f"{client.authorization}{'&' if '?' in client.authorization else '?'}{self._query()}"

    def _query(self) -> str:
        digest = hashlib.sha256(self._verifier.reveal().encode()).digest()
        return urlencode({
            "response_type": "code", "client_id": self._client.client_id, "redirect_uri": self._redirect,
            "state": self._state, "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            **({"scope": " ".join(self._client.scopes)} if self._client.scopes else {}), **self._client.parameters,
        })  # fmt: skip

    def wait(self, seconds: float = WAIT, pasted: int = -1) -> Tokens:
        """Blocks until the browser comes back. `pasted`: a descriptor where a person may give the address by line.

        Raises NotAllowed (refused, given up), Unavailable (nobody came, the server cannot be reached)."""
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ, self._asked)
            selector.register(self._ended, selectors.EVENT_READ, self._given_up)
            if pasted >= 0:
                selector.register(pasted, selectors.EVENT_READ, lambda: self._pasted(pasted, selector))
            while (left := until - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    if (code := key.data()) is not None:
                        return self._tokens(code)
        raise Unavailable(f"Nobody signed in at {self._client.provider} within {seconds:g} s.", "Try again.")

    def cancel(self) -> None:
        """`wait` ends now; from another thread."""
        with contextlib.suppress(OSError):
            os.write(self._end, b"x")

    def close(self) -> None:
        self._socket.close()
        for descriptor in (self._ended, self._end):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _tokens(self, code: Secret) -> Tokens:
        form = {
            "grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": self._redirect,
            "code_verifier": self._verifier.reveal(),
        }  # fmt: skip
        return oauth.asked(self._client, form, "the sign-in")

    def _given_up(self) -> Secret | None:
        raise NotAllowed("The sign-in was given up; nothing was changed.")

    def _asked(self) -> Secret | None:
        """A request from this machine: the browser's, or somebody else's."""
        try:
            connection, _ = self._socket.accept()
        except OSError:
            return None
        with connection, contextlib.suppress(OSError):
            connection.settimeout(REQUEST)
            method, path, given = _request(connection)
            if method != "GET" or path != self._client.redirect_path:
                _answer(connection, "404 Not Found", "There is nothing here.\n")
            elif given.get("state") != self._state:
                _answer(connection, "400 Bad Request", OTHER)
            else:
                _answer(connection, "200 OK", DONE)
                return self._code(given)
        return None

    def _pasted(self, descriptor: int, selector: selectors.BaseSelector) -> Secret | None:
        text = os.read(descriptor, LONGEST)
        if not text:
            selector.unregister(descriptor)
        for line in text.decode(errors="replace").splitlines():
            given = dict(parse_qsl(urlsplit(line.strip()).query))
            if given.get("state") == self._state:
                return self._code(given)
        return None

    def _code(self, given: Mapping[str, str]) -> Secret | None:
        client = self._client
        if given.get("iss") and client.issuer and given["iss"].rstrip("/") != client.issuer.rstrip("/"):
            raise NotAllowed("The answer came from another server than the one that was asked.")
        if "code" not in given:
            said = quoted(given.get("error_description") or given.get("error") or "no reason was given")
            raise NotAllowed(f"{client.provider} refused the sign-in: {said.rstrip('.')}.")
        return Secret(given["code"])


def _listening(client: Client) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", client.redirect_port), backlog=8)
    except OSError as error:
        raise Unavailable(
            f"The port {client.redirect_port} for the sign-in is taken ({error.strerror}).",
            "End what has it, or change redirect_port.",
        ) from error


def _request(connection: socket.socket) -> tuple[str, str, dict[str, str]]:
    """Method, path and query of what a browser asks."""
    data, until = b"", time.monotonic() + REQUEST
    while b"\r\n\r\n" not in data and len(data) < LONGEST * 2 and time.monotonic() < until:
        piece = connection.recv(LONGEST)
        if not piece:
            break
        data += piece
    method, _, rest = data.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    parts = urlsplit(rest.partition(" ")[0])
    return method, parts.path, dict(parse_qsl(parts.query))


def _answer(connection: socket.socket, status: str, text: str) -> None:
    connection.sendall(
        f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(text)}\r\n"
        f"cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{text}".encode()
    )


def open_address(address: str, environ: Mapping[str, str] = os.environ) -> bool:
    """In the person's browser, where there is one on this screen; whether it was tried."""
    if environ.get("SSH_CONNECTION") or not (
        environ.get("BROWSER")
        or environ.get("DISPLAY")
        or environ.get("WAYLAND_DISPLAY")
        or sys.platform == "darwin"
    ):
        return False
    return _open(address)


def _open(address: str) -> bool:
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        return False
    try:
        # what it prints would stand in the middle of somebody's screen
        process = subprocess.Popen(
            [program, address], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False
    threading.Thread(target=process.wait, name="browser", daemon=True).start()
    return True


def told(address: str, opened: bool, say: Callable[[str], None]) -> None:
    """What a person does now."""
    say("Sign in in the browser that has opened, or open this address:" if opened else "Open this address:")
    say(address)
