"""What has changed since Git's last commit, with files that Git does not know yet; --follow shows it anew each time.

--session shows what the assistant changed in a conversation instead, where it did.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from picode import paths
from picode.errors import Missing, Unavailable

MOST_NEW = 50
LARGEST_NEW = 64 * 1024
"""Bytes of a new file that are shown."""
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""What Git calls a tree with nothing in it: before the first commit, everything is compared with that."""
AGAIN = "\x1b[H\x1b[2J\x1b[3J"
"""From the top of an empty screen, with nothing above it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", default=".", help="the project, or a file; this directory if left out"
    )
    parser.add_argument("--follow", action="store_true", help="stay, and show it anew at each change")
    parser.add_argument(
        "--session", metavar="ID", default="", help="what the assistant changed in this conversation"
    )
    parser.add_argument("--page", action="store_true", help="in a pager; q leaves it")


def run(args: argparse.Namespace) -> int:
    path = paths.working_directory() / args.path
    project = paths.project_of(path if path.is_dir() else path.parent)
    if args.session or args.page or not path.is_dir():
        from picode.cli.changes import show

        return show(project, path, args.session, args.page)
    if args.follow:
        import asyncio

        asyncio.run(_follow(project))
    else:
        sys.stdout.write(shown(project))
    return 0


def shown(project: Path) -> str:
    """The changes of `project`, ready to be printed."""
    from picode.pane.changes import changes_lines
    from picode.pane.lines import to_ansi

    if not (project / ".git").exists():
        return f"{project} is not under Git, so there is nothing to compare with; `git init` begins.\n"
    diff, new = changes(project)
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return to_ansi(changes_lines(project.name, diff, new), colour)


def changes(project: Path, inside: str = ".") -> tuple[str, list[tuple[str, str]]]:
    """Git's diff since the last commit of what is `inside`; name and text of each file that Git does not know."""
    commit = _git(project, "rev-parse", "--verify", "--quiet", "HEAD").strip() or EMPTY_TREE
    only = ("--", f":(literal){inside}") if inside != "." else ()
    diff = _git(project, "diff", "--no-color", "--no-ext-diff", "--no-textconv", commit, *only)
    others = _git(project, "ls-files", "--others", "--exclude-standard", "-z", *only).split("\0")
    return diff, [(name, _text(project / name)) for name in sorted(filter(None, others))[:MOST_NEW]]


async def _follow(project: Path) -> None:
    """Show it, and show it anew when the daemon tells that something has changed. Ends with Ctrl-C."""
    import asyncio

    from picode.cli.place import here
    from picode.client.stream import connect
    from picode.protocol.events import CommandSeen, FilesChanged
    from picode.protocol.requests import WatchFiles

    due = asyncio.Event()
    due.set()
    stream = await connect(paths.resolve(), "diff", on_link=lambda up: due.set() if up else None)
    async with stream:
        session = here().zellij_session
        # where the system cannot watch files, the end of a command is when they may have changed
        await stream.watch(f"project/{project}", *([f"workspace/{session}"] if session else []))
        stream.listen(
            lambda told: due.set() if isinstance(told.event, (FilesChanged, CommandSeen)) else None,
            lambda: None,
        )
        before = ""
        while True:
            await due.wait()
            due.clear()
            await stream.ask(WatchFiles(0, str(project)))
            text = await asyncio.to_thread(shown, project)
            if text != before:
                sys.stdout.write((AGAIN if sys.stdout.isatty() else "") + text)
                sys.stdout.flush()
                before = text


def _git(project: Path, *arguments: str) -> str:
    # nothing is written: a status that wrote the index would look like a change
    command = ["git", "--no-optional-locks", "-C", str(project), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    except FileNotFoundError as error:
        raise Missing("Git is not installed, so there is nothing to compare with.", "Install git.") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            "Git did not answer within 20 s.", f"`git -C {project} diff` may show why."
        ) from error
    return done.stdout.decode(errors="replace")


def _text(file: Path) -> str:
    """A new file's text; of one that is no text, or too large, its size."""
    try:
        size = file.lstat().st_size
        if file.is_symlink() or size > LARGEST_NEW:
            return f"({size:,} bytes)"
        content = file.read_bytes()
    except OSError:
        return "(cannot be read)"
    return f"({size:,} bytes)" if b"\0" in content else content.decode(errors="replace")
