"""Whether set-up's files and the machine's tools are as PiCode needs them: one finding for each part."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from picode import __version__, paths
from picode.errors import PicodeError
from picode.installation import get_zellij, lines, permissions
from picode.installation.facts import Facts, users_shell

State = Literal["ok", "warn", "fail"]
SETUP = "Run `picode setup`."
OLDEST_SHELL = {"bash": (4, 4), "zsh": (5, 8), "fish": (3, 6)}
LITTLE, TOO_LITTLE = 200_000_000, 10_000_000


@dataclass(frozen=True)
class Finding:
    part: str
    state: State
    found: str
    mend: str = ""
    """How to mend it: a sentence; empty when there is nothing to mend."""


def python() -> Iterator[Finding]:
    from importlib.util import find_spec

    needed = (
        "zmq",
        "msgspec",
        "httpx",
        "prompt_toolkit",
        "rich",
        "git",
        "watchdog",
        "psutil",
        "platformdirs",
    )
    missing = [name for name in needed if find_spec(name) is None]
    version = f"PiCode {__version__}, Python {sys.version.split()[0]} ({sys.executable})"
    if missing:
        yield Finding(
            "python", "fail", f"{version}; not installed: {', '.join(missing)}", "Install PiCode again."
        )
    else:
        yield Finding("python", "ok", version)


def sockets(where: paths.Paths) -> Iterator[Finding]:
    try:
        paths.check_socket(where.requests_socket)
        paths.check_socket(where.terminals / "4194304.sock")
        paths.make_private(where.runtime)
    except PicodeError as error:
        yield Finding("sockets", "fail", error.message, error.hint)
    else:
        yield Finding("sockets", "ok", f"{where.runtime}, for you alone")


def zellij(program: "Path | None") -> Iterator[Finding]:
    if program is None:
        yield Finding("zellij", "fail", "not installed; the assistant works without it", get_zellij.advice())
        return
    try:
        version = get_zellij.check_version(program)
    except PicodeError as error:
        yield Finding("zellij", "fail", error.message, error.hint)
        return
    found = f"{get_zellij.written(version)} ({program})"
    if version < get_zellij.RECOMMENDED:
        newer = f"{get_zellij.written(get_zellij.RECOMMENDED)} or newer is recommended."
        yield Finding("zellij", "warn", found, newer)
    else:
        yield Finding("zellij", "ok", found)


def files(facts: Facts) -> Iterator[Finding]:
    """Layouts, plugin, scripts and Zellij's permissions."""
    for name in facts.templates:
        path = facts.layouts / name
        content = facts.found.get(path)
        if content is None:
            yield Finding("layout", "fail", f"{path} is not there", SETUP)
        elif facts.record.is_ours(path, content):
            yield Finding("layout", "ok", str(path))
        else:
            yield Finding("layout", "ok", f"{path}, edited by you")
    plugin = facts.found.get(facts.plugin_file)
    if plugin is None:
        yield Finding("plugin", "fail", f"{facts.plugin_file} is not there", SETUP)
    elif plugin != facts.plugin:
        yield Finding("plugin", "fail", f"{facts.plugin_file} is not the file that set-up wrote", SETUP)
    else:
        yield Finding("plugin", "ok", str(facts.plugin_file))
    yield _permission(facts)


def _permission(facts: Facts) -> Finding:
    file = facts.permissions
    try:
        if permissions.granted(facts.found.get(file), facts.plugin_file, file):
            return Finding("permission", "ok", f"granted in {file}")
    except PicodeError as error:
        return Finding("permission", "fail", error.message, error.hint)
    return Finding(
        "permission", "warn", "not granted yet", f"{SETUP} Or focus the explorer and answer Zellij with y."
    )


def shells(facts: Facts, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Our line and our script, and the version, of each shell that is used here."""
    for shell, file in facts.rc_files.items():
        line = lines.line_for(shell, facts.script_file(shell))
        path = facts.script_file(shell)
        script = facts.found.get(path)
        if not lines.has(facts.found.get(file) or b"", line):
            state: State = "fail" if shell == users_shell(environ) else "warn"
            yield Finding(shell, state, f"{file} does not read PiCode's script", SETUP)
        elif script is None or (
            script != facts.scripts[shell].encode() and facts.record.is_ours(path, script)
        ):
            yield Finding(shell, "fail", f"{path} is not this version's", SETUP)
        else:
            yield _shell_version(shell, file)


def _shell_version(shell: str, file: Path) -> Finding:
    program = shutil.which(shell)
    said = _says(program, "--version") if program else ""
    found = re.search(r"(\d+)\.(\d+)", said)
    if not program or not found:
        return Finding(shell, "ok", f"{file} is ready; {shell} itself is not installed")
    version = tuple(map(int, found.groups()))
    if version < OLDEST_SHELL[shell]:
        oldest = ".".join(map(str, OLDEST_SHELL[shell]))
        return Finding(
            shell, "warn", f"{found[0]} is older than {oldest}", f"The keys need {shell} {oldest} or newer."
        )
    return Finding(shell, "ok", f"{found[0]}, {file}")


def recorder(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    socket = environ.get("PICODE_TERMINAL", "")
    if environ.get("PICODE_NO_RECORD"):
        yield Finding("recorder", "ok", "switched off by PICODE_NO_RECORD")
    elif socket and Path(socket).exists():
        yield Finding("recorder", "ok", "this terminal is recorded")
    elif socket:
        yield Finding("recorder", "warn", "this terminal's recorder has ended", "Open a new pane.")
    elif environ.get("ZELLIJ"):
        yield Finding(
            "recorder", "warn", "this terminal is not recorded", "Open a new pane, after `picode setup`."
        )
    else:
        yield Finding(
            "recorder", "ok", "not in this terminal, which is outside Zellij; PICODE_RECORD=1 turns it on"
        )


def tools() -> Iterator[Finding]:
    git = shutil.which("git")
    if git:
        yield Finding("git", "ok", f"{_says(git, '--version').removeprefix('git version ').strip()} ({git})")
    else:
        yield Finding(
            "git", "warn", "not installed", "Without Git the explorer shows no states; install git."
        )
    for part, names in (("ripgrep", ("rg",)), ("fd", ("fd", "fdfind"))):
        program = next(filter(None, map(shutil.which, names)), None)
        slower = f"Searching works without it, and is slower; install {part}."
        yield Finding(part, "ok", program) if program else Finding(part, "warn", "not installed", slower)


def keyring() -> Iterator[Finding]:
    try:
        import keyring as library

        backend = library.get_keyring()
        name, usable = type(backend).__module__, float(backend.priority) > 0
    except Exception as error:  # a broken backend raises whatever it likes
        name, usable = str(error), False
    where = (
        f"keys are kept in {name}"
        if usable
        else "none on this system; keys are kept encrypted, in a file of yours"
    )
    yield Finding("keyring", "ok", where)


def disk(where: paths.Paths) -> Iterator[Finding]:
    for directory in dict.fromkeys([where.data, where.state]):
        nearest = next(parent for parent in (directory, *directory.parents) if parent.exists())
        free = shutil.disk_usage(nearest).free
        told = f"{free / 1e9:.1f} GB free for {directory}"
        if not os.access(nearest, os.W_OK):
            yield Finding(
                "disk", "fail", f"{nearest} cannot be written", "Mend its permissions, or set PICODE_HOME."
            )
        elif free < LITTLE:
            state: State = "fail" if free < TOO_LITTLE else "warn"
            yield Finding("disk", state, told, "Make room, or set PICODE_HOME to another disk.")
        else:
            yield Finding("disk", "ok", told)


def terminal(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    kind = environ.get("TERM", "")
    size = shutil.get_terminal_size()
    found = f"{kind or 'no TERM'}, {size.columns}x{size.lines}"
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    if not sys.stdout.isatty():
        yield Finding("terminal", "ok", "none: standard output is not one")
    elif kind in ("", "dumb"):
        yield Finding(
            "terminal", "warn", found, "Set TERM to what your terminal is; plain lines are shown until then."
        )
    elif not re.search(r"utf-?8", locale, re.I):
        yield Finding(
            "terminal",
            "warn",
            f"{found}, locale {locale or 'C'}",
            "Set LANG to a UTF-8 locale, such as C.UTF-8.",
        )
    elif size.columns < 80 or size.lines < 24:
        yield Finding("terminal", "warn", found, "The workspace is made for 80x24 and more.")
    else:
        yield Finding("terminal", "ok", found)


def _says(program: str, *arguments: str) -> str:
    try:
        return subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
