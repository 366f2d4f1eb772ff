"""What ran in this project's recorded terminals, and what changed while it ran; --blame finds what broke a test."""

import argparse
import time
from typing import TYPE_CHECKING

from picode.cli.count import count
from picode.cli.since import since

if TYPE_CHECKING:
    from picode.protocol.values import Blame, FileChange, TimelineEntry

FILES_ON_A_LINE = 3
OUTSIDE = "(no recorded command)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--files", action="store_true", help="every changed file, on a line of its own")
    parser.add_argument(
        "--since", type=since, default=0, metavar="WHEN", help="30m, 2h, 3d, 14:30 or 2026-01-31"
    )
    parser.add_argument("-n", type=count, default=50, metavar="N", help="the last N (default: 50)")
    parser.add_argument(
        "--blame",
        metavar="TEST-COMMAND",
        help="the first red run after the last green one, and what changed between",
    )


def run(args: argparse.Namespace) -> int:
    from picode import paths
    from picode.client.blocking import connect
    from picode.errors import Missing, UsageError
    from picode.protocol.replies import Blamed, Timeline
    from picode.protocol.requests import GetBlame, GetTimeline

    if args.blame is not None and not args.blame.strip():
        raise UsageError("Which command runs the test?", 'For example `picode timeline --blame "make test"`.')
    cwd = str(paths.working_directory())
    with connect(paths.resolve()) as daemon:
        if args.blame is not None:
            blame = daemon.ask_for(Blamed, GetBlame(0, cwd, args.blame), timeout=60).blame
            told = [as_json(blame)] if args.json else blamed(blame)
        else:
            found = daemon.ask_for(Timeline, GetTimeline(0, cwd, args.since, args.n)).entries
            told = [as_json(entry) for entry in found] if args.json else table(found, args.files)
            if not found and not args.json:
                raise Missing(
                    f"No command is known of {cwd}.",
                    "Commands of recorded terminals are: see `picode doctor`.",
                )
    print("\n".join(map(harmless, told)), flush=True)
    return 0


def as_json(value: "TimelineEntry | Blame") -> str:
    import msgspec

    return msgspec.json.encode(msgspec.to_builtins(value)).decode()


def harmless(line: str) -> str:
    """Commands and file names may hold anything."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def blamed(blame: "Blame") -> list[str]:
    return blame.sentences


def table(entries: "list[TimelineEntry]", files: bool) -> list[str]:
    """One line for each entry, latest last; with `files`, each file below it."""
    today = time.strftime("%Y-%m-%d")
    rows = [_row(entry, today, files) for entry in entries]
    widths = [max(len(row[column]) for row in rows) for column in range(4)] if rows else []
    lines = []
    for entry, row in zip(entries, rows, strict=True):
        cells = [cell.rjust(width) if at in (1, 2) else cell.ljust(width)
                 for at, (cell, width) in enumerate(zip(row, widths, strict=False))]  # fmt: skip
        lines.append("  ".join([*cells, row[4]]).rstrip())
        if files:
            lines += [f"    {_file(change)}" for change in entry.files]
            if entry.changed > len(entry.files):
                lines.append(f"    … and {entry.changed - len(entry.files)} more")
        lines += [
            f"    beside `{_one_line(other)}`, so shared files may be either's" for other in entry.beside
        ]
    return lines


def _row(entry: "TimelineEntry", today: str, files: bool) -> tuple[str, str, str, str, str]:
    began = time.localtime(entry.started / 1000)
    form = "%H:%M:%S" if time.strftime("%Y-%m-%d", began) == today else "%Y-%m-%d %H:%M"
    status = "" if not entry.terminal else "?" if entry.status is None else str(entry.status)
    command = _one_line(entry.command) or OUTSIDE
    return (
        time.strftime(form, began),
        status,
        _took(entry.duration),
        _git(entry),
        _told(entry, command, files),
    )


def _told(entry: "TimelineEntry", command: str, files: bool) -> str:
    if not entry.changed:
        return command
    more = "+" if entry.incomplete else ""
    plural = "s" if entry.changed != 1 or more else ""
    told = f"{command}  [{entry.changed}{more} file{plural}"
    if files or entry.changed > FILES_ON_A_LINE:
        return f"{told}]"
    return f"{told}: {', '.join(map(_file, entry.files))}]"


def _file(change: "FileChange") -> str:
    return f"{change.kind} {change.path}{' (shared)' if change.shared else ''}"


def _git(entry: "TimelineEntry") -> str:
    """Branch and commit after the command, and how many files are not as committed; an arrow where it moved them."""
    state = entry.after or entry.before
    if state is None or not state.branch:
        return ""
    moved = entry.before is not None and (entry.before.branch, entry.before.head) != (
        state.branch,
        state.head,
    )
    dirty = f" +{state.dirty}" if state.dirty else ""
    return f"{'→ ' if moved else ''}{state.branch} {state.head[:7] or '(no commit)'}{dirty}"


def _took(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _one_line(command: str) -> str:
    return " ".join(command.split())
