"""An OpenAPI document and the files that it refers to: each is read once, from a disk or a server, within bounds."""

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from picode.errors import BadData, Missing, PicodeError, Unavailable
from picode.openapi import values

LARGEST = 32 * 1024 * 1024
"""Bytes of one file."""
MOST_FILES = 64
SECONDS = 20.0
"""Until a server has sent a whole document."""


@dataclass(frozen=True)
class File:
    """`source`: an absolute path, or an address."""

    source: str
    text: str = field(repr=False)
    root: Any = field(repr=False)

    @property
    def shown(self) -> str:
        """As a person calls it."""
        home = os.path.expanduser("~")
        return f"~{self.source[len(home) :]}" if self.source.startswith(f"{home}/") else self.source


def is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


class Files:
    """All files of one document. `cache`: where copies of what came from servers are kept."""

    def __init__(self, source: str, cache: Path | None = None) -> None:
        self.cache = cache
        self.notices: list[str] = []
        self._known: dict[str, File] = {}
        self.first = self.get(source if is_address(source) else os.path.abspath(os.path.expanduser(source)))

    def get(self, source: str) -> File:
        """Raises BadData, Missing, Unavailable."""
        if source not in self._known:
            if len(self._known) >= MOST_FILES:
                raise BadData(f"{self.first.shown} refers to more than {MOST_FILES} files.")
            text = self._fetched(source) if is_address(source) else _text_of(source)
            self._known[source] = File(source, text, _parsed(source, text))
        return self._known[source]

    def referred(self, file: File, reference: str) -> tuple[str, str]:
        """The source and the fragment that a reference in `file` means. Raises ValueError where it may not lead."""
        target, fragment = urldefrag(reference)
        if not target:
            return file.source, unquote(fragment)
        if is_address(file.source):
            found = urljoin(file.source, target)
            if urlsplit(found).netloc != urlsplit(file.source).netloc:
                raise ValueError("a reference to a document on the same server")
            return found, unquote(fragment)
        if "://" in target:
            raise ValueError("a reference to a file beside it")
        return str((Path(file.source).parent / unquote(target)).resolve()), unquote(fragment)

    def _fetched(self, address: str) -> str:
        """What the server says; where it says nothing, what it said the last time."""
        name = hashlib.sha256(address.encode()).hexdigest()[:32]
        copy = self.cache / "openapi" / name if self.cache else None
        try:
            text = _download(address)
        except PicodeError as error:
            if copy is None or not copy.exists():
                raise
            self.notices.append(f"{error.message} The copy of the last time is used.")
            return _text_of(str(copy))
        if copy is not None:
            _keep(copy, text)
        return text


def _text_of(path: str) -> str:
    try:
        if os.stat(path).st_size > LARGEST:
            raise BadData(f"{path} is larger than {LARGEST >> 20} MB, and no document that is read.")
        return Path(path).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise Missing(
            f"There is no file {path}.", "Name an OpenAPI document: a file or an address."
        ) from None
    except UnicodeDecodeError as error:
        raise BadData(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}.") from None


def _download(address: str) -> str:
    import httpx

    until = time.monotonic() + SECONDS
    accept = {"accept": "application/json, application/yaml, text/yaml, */*;q=0.5"}
    read = bytearray()
    try:
        with httpx.stream("GET", address, headers=accept, timeout=SECONDS / 2, follow_redirects=True) as got:
            if got.status_code != 200:
                raise Unavailable(f"{address} answered with status {got.status_code}.", "Check the address.")
            for piece in got.iter_bytes():
                read += piece
                if len(read) > LARGEST or time.monotonic() > until:
                    raise Unavailable(f"{address} sent too much, or too slowly.", "Save it to a file.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(
            f"{address} cannot be fetched: {error or type(error).__name__}.", "Try again."
        ) from None
    return read.decode("utf-8", "replace").removeprefix("\ufeff")


def _keep(copy: Path, text: str) -> None:
    """A full disk is no reason to do without the document."""
    try:
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=copy.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        os.replace(file.name, copy)
    except OSError:
        pass


def _parsed(source: str, text: str) -> Any:
    try:
        found = values.parse(text)
    except values.Unreadable as error:
        said = str(error).strip().rstrip(".")
        raise BadData(
            f"{source}:{error.line}:{error.column}: {said}; expected JSON or YAML.", "Mend that line."
        ) from None
    if not isinstance(found, dict):
        raise BadData(
            f"{source}:1: this is no OpenAPI document; expected a mapping with openapi, info and paths."
        )
    return found
