"""What a package's source says: `npm:name@version`, `pip:name==version`, `git:host/user/repo@ref`, a URL, a path."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from picode.errors import UsageError

NPM = re.compile(
    r"(?P<name>(?:@[a-z0-9][\w.~-]*/)?[a-z0-9_][\w.~-]*)(?:@(?P<version>[\w.^~<>=*|+ -]+))?", re.IGNORECASE
)
PIP = re.compile(
    r"(?P<name>[a-z0-9](?:[\w.-]*[a-z0-9])?)(?P<version>(?:[=<>!~]=?|===)[\w.*+!,<>=~ ]+)?", re.IGNORECASE
)
ADDRESS = re.compile(
    r"(?P<scheme>https?|ssh|git|file)://(?:[^@/\s]+@)?(?P<host>[^/\s]*?)(?::\d+)?/(?P<path>\S+)"
)
SCP = re.compile(r"(?:[\w.-]+@)(?P<host>[\w.-]+):(?P<path>[^\s/]\S*)")
SHORT = re.compile(r"(?P<host>[\w-]+(?:\.[\w-]+)+|localhost)/(?P<path>[^\s]+/[^\s]+)")
FORMS = "npm:NAME, pip:NAME, git:HOST/USER/REPOSITORY, an https or ssh address, or a path"


@dataclass(frozen=True)
class Source:
    kind: Literal["npm", "pip", "git", "local"]
    name: str
    """The package's name, the repository's address, or the absolute path."""
    version: str = ""
    """What it is pinned to; empty: the newest."""
    directory: str = ""
    """Where it lies below the directory of packages; empty for a local one."""

    @property
    def identity(self) -> str:
        """The same for two sources of one package, whatever their versions."""
        return self.directory or self.name


def parse(text: str, base: Path) -> Source:
    """`base`: what a relative path is relative to. Raises UsageError."""
    text = text.strip()
    kind, colon, rest = text.partition(":")
    if colon and kind == "npm" and (found := NPM.fullmatch(rest)):
        return _registry("npm", found["name"], found["version"] or "")
    if colon and kind == "pip" and (found := PIP.fullmatch(rest)):
        name = re.sub(r"[-_.]+", "-", found["name"]).lower()
        return _registry("pip", name, found["version"] or "")
    if colon and kind == "git" and not rest.startswith("//"):
        return _git(rest, text)
    if ADDRESS.match(text):
        return _git(text, text)
    if (
        text.startswith(("/", "./", "../", "~"))
        or text in (".", "..")
        or (text and not colon and (base / text).exists())
    ):
        path = os.path.abspath(base / os.path.expanduser(text))
        return Source("local", path)
    raise UsageError(f"{text!r} names no package.", f"A package is {FORMS}.")


def _registry(kind: Literal["npm", "pip"], name: str, version: str) -> Source:
    if ".." in name:
        raise UsageError(f"{name!r} names no package.", f"A package is {FORMS}.")
    return Source(kind, name, version.strip(), f"{kind}/{name}")


def _git(text: str, whole: str) -> Source:
    """The ref stands behind the last `@` of the path: not of the user's name before the host."""
    address, ref = text, ""
    at = text.rfind("@")
    if at > max(text.find("://") + 2, text.find("/", text.find("://") + 3)) and ":" not in text[at:]:
        address, ref = text[:at], text[at + 1 :]
    if found := ADDRESS.fullmatch(address) or SCP.fullmatch(address):
        url = address
    elif found := SHORT.fullmatch(address):
        url = f"https://{address}"
    else:
        raise UsageError(f"{whole!r} names no repository.", f"A package is {FORMS}.")
    path = found["path"].removesuffix(".git").strip("/")
    parts = [part for part in path.split("/") if part]
    if not parts or any(part in (".", "..") or part.startswith("-") for part in parts) or ref.startswith("-"):
        raise UsageError(f"{whole!r} names no repository.", f"A package is {FORMS}.")
    host = re.sub(r"[^\w.-]", "_", found["host"]) or "local"
    return Source("git", url, ref, f"git/{host}/{'/'.join(parts)}")
