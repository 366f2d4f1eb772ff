"""This project's workspace: set-up if needed, then its Zellij session, attached, resurrected or new."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from picode import paths
from picode.errors import Missing, TryLater, Unavailable, UsageError

if TYPE_CHECKING:
    from picode.terminal.zellij_client import Client

SMALLEST = (20, 8)
"""Columns and rows."""
SETTLED = 0.1
"""Seconds between our last call of `zellij` and attaching."""
TRIES = 4
CAREFUL = 2
"""Tries in which a session that seems to live is not resurrected."""
STOOD = 10.0
"""Seconds after which a terminal that is lost is no failed try any more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", default=".", help="the project; this directory if left out")
    parser.add_argument(
        "--yes", "-y", action="store_true", help="set up without asking, where that is needed"
    )
    parser.add_argument(
        "--layout", metavar="NAME", default="picode", help="of a new session: wide, narrow, review, minimal"
    )
    # name, tries, seconds that it stood, Zellij's words: from the one before, which lost the terminal
    parser.add_argument("--lost", nargs=4, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    from picode.installation.get_zellij import advice, check_version
    from picode.terminal.zellij import find_zellij

    directory = paths.working_directory() / args.directory
    if not directory.is_dir():
        raise Missing(f"There is no directory {directory}.")
    project = paths.project_of(directory)
    _check_terminal(project)
    zellij = find_zellij()
    if zellij is None:
        print(f"Zellij is not installed, so the assistant opens here, alone. {advice()}")
        return _assistant_alone(project)
    _check_size()
    check_version(zellij)
    name = paths.layout_named(args.layout)
    layout = _set_up(args.yes) / f"{name}.kdl"
    tries = _again(*args.lost) if args.lost else 0
    session, client = _attached(project, zellij, layout, tries)
    # the process that waits is a small one, and starts this command again when it has to
    command = [sys.executable, "-P", "-m", "picode", "up", str(project), "--layout", args.layout]
    client.stay([*command, "--lost", session, str(tries)])
    return 0


def _again(name: str, before: str, stood: str, words: str) -> int:
    """How many times Zellij has lost this terminal, or missed the session: tried again, a few times."""
    tries = 1 if float(stood) > STOOD else int(before) + 1
    if tries >= TRIES:
        raise Unavailable(
            f"Zellij did not let this terminal into the session {name}, {TRIES} times: {words}",
            "Nothing in the session is lost. Run `picode up` again in a moment.",
        )
    print("picode: Zellij lost this terminal; attaching it again.", file=sys.stderr, flush=True)
    time.sleep(SETTLED * 2**tries)
    return tries


def _attached(project: Path, zellij: Path, layout: Path, tries: int) -> tuple[str, "Client"]:
    """The session's name and Zellij's client; one at a time, and while nobody else calls `zellij`."""
    from picode.installation import places, session_name
    from picode.terminal import zellij_revival, zellij_starts
    from picode.terminal.zellij_client import Client

    sockets = places.zellij_sockets(os.environ, os.getuid())
    known = paths.resolve().state / "zellij-sessions.json"
    runtime = paths.make_private(paths.resolve().runtime)
    saved = places.zellij_saved(os.environ, Path.home())
    with zellij_starts.turn(runtime):
        zellij_revival.put_back(saved)
        time.sleep(zellij_starts.left(runtime))
        begun = _just_begun(project, runtime, sockets, known)
        zellij_starts.announce(runtime)
        name, exists = (begun, True) if begun else _session(project, zellij, sockets, known)
        zellij_starts.announce(runtime, "" if exists else name)
        zellij_starts.wait_for_calls(runtime)
        if exists:
            # the client that listed the sessions must have left before ours comes
            time.sleep(SETTLED)
        os.chdir(project)
        arguments = ["attach", name] if exists else _new(name, layout)
        # a socket that stays although nobody listens must not keep a dead session from coming back
        if tries < CAREFUL and session_name.socket(sockets, name).exists():
            with zellij_revival.put_aside(saved / name):
                client = Client(zellij, arguments, _environment(project))
                client.arrive()
            return name, client
        return name, Client(zellij, arguments, _environment(project))


def _just_begun(project: Path, runtime: Path, sockets: Path, known: Path) -> str:
    """The session that another terminal has just begun for this project, as soon as its socket is there, else "".

    To list the sessions would probe a server that is still coming up.
    """
    from picode.installation import session_name
    from picode.terminal import zellij_starts

    while (begun := zellij_starts.begun(runtime)) and session_name.read_known(known).get(begun) == str(
        project
    ):
        if session_name.socket(sockets, begun).exists():
            return begun
        time.sleep(0.05)
    return ""


def _check_terminal(project: Path) -> None:
    if inside := os.environ.get("ZELLIJ_SESSION_NAME"):
        raise UsageError(
            f"This terminal is inside the Zellij session {inside} already.",
            "`zellij action new-tab --layout picode` opens the workspace in a tab of it; "
            f"or detach with Ctrl-o d and run `picode up {project}`.",
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The workspace needs a terminal.", "`picode -p TEXT` asks one question without one.")


def _check_size() -> None:
    size = os.get_terminal_size(sys.stdout.fileno())
    if 0 < size.columns < SMALLEST[0] or 0 < size.lines < SMALLEST[1]:
        # Zellij leaves a terminal of three rows without a word
        raise Unavailable(
            f"This terminal has {size.columns} columns and {size.lines} rows, too few for three panes.",
            f"The workspace needs {SMALLEST[0]} columns and {SMALLEST[1]} rows; `picode` alone needs fewer.",
        )


def _assistant_alone(project: Path) -> int:
    from picode.cli import chat

    os.chdir(project)
    parser = argparse.ArgumentParser()
    chat.add_arguments(parser)
    return chat.run(parser.parse_args([]))


def _set_up(assume_yes: bool) -> Path:
    """Set up what is missing, and return the directory of the layouts."""
    from picode.cli.setup import carry_out
    from picode.installation.facts import look
    from picode.installation.plan import plan

    facts = look(paths.resolve())
    # whoever set up with --no-grant, or took a line out, is not asked about it again
    grant = not facts.record.version or bool(facts.record.grants)
    wanted = plan(facts, grant=grant, again=False)
    if wanted.changes:
        try:
            carry_out(wanted, assume_yes, done="PiCode is set up.", nothing="")
        except TryLater:
            # two of us were the first: the other one may have written it all
            facts = look(paths.resolve())
            if plan(facts, grant=grant, again=False).changes:
                raise
    return facts.layouts


def _session(project: Path, zellij: Path, sockets: Path, file: Path) -> tuple[str, bool]:
    """The session's name, and whether Zellij has it, living or dead."""
    from picode.installation import session_name
    from picode.terminal import session_names

    known = session_name.read_known(file)
    longest = session_name.longest_name(sockets)
    sessions = _sessions(zellij)
    name = session_name.choose(project, known, sessions, longest)
    if known.get(name) != str(project):
        session_name.write_known(file, {**known, name: str(project)})
    # a busy session is missing in the list now and then; sockets of dead ones are gone after it
    renamed = session_names.now(name, os.environ)
    for one in dict.fromkeys((renamed, name)):
        if one in sessions or session_name.socket(sockets, one).exists():
            return one, True
    session_names.forget(name)
    return name, False


def _sessions(zellij: Path) -> list[str]:
    """Zellij's sessions, living and dead. Asked once: each call probes all of them."""
    try:
        said = subprocess.run(
            [zellij, "list-sessions", "--no-formatting"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            "Zellij did not list its sessions within 10 s.", "`zellij list-sessions` may show why."
        ) from error
    return [line.split(" ", 1)[0] for line in said.stdout.splitlines() if " [Created " in line]


def _new(name: str, layout: Path) -> list[str]:
    return ["--session", name, "--new-session-with-layout", str(layout)]


def _environment(project: Path) -> dict[str, str]:
    """What the session's server starts with, where it is started."""
    from picode.installation.facts import own_command

    environment = dict(os.environ)
    environment["PWD"] = str(project)
    # so that `picode` can be typed in the workspace's shells, wherever it is installed
    own = str(Path(own_command()[0]).parent)
    if own not in environment.get("PATH", "").split(os.pathsep):
        environment["PATH"] = f"{environment.get('PATH', os.defpath)}{os.pathsep}{own}"
    return environment
