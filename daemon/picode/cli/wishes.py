"""The options that say what a conversation's turns have: instructions, tools, skills, templates, and the theme."""

import argparse
import os
from typing import TYPE_CHECKING, Literal

from picode.errors import UsageError

if TYPE_CHECKING:
    from picode.protocol.values import Wishes

LONGEST_PROMPT = 256 * 1024
"""Characters of instructions."""


def add_wishes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--system-prompt",
        default="",
        metavar="TEXT",
        help="in place of our own; a file's name: what is in it",
    )
    parser.add_argument(
        "--append-system-prompt", action="append", default=[], metavar="TEXT", help="the same, put behind it"
    )
    parser.add_argument(
        "-nc", "--no-context-files", action="store_true", help="without AGENTS.md and CLAUDE.md"
    )
    parser.add_argument("-t", "--tools", metavar="TOOL,…", help="the only tools that the model may use")
    parser.add_argument("-nt", "--no-tools", action="store_true", help="no tools at all")
    parser.add_argument("-xt", "--exclude-tools", metavar="TOOL,…", default="", help="without these tools")
    for option, short, what in (
        ("extension", "-ne", "an extension's file or directory: a program, which runs"),
        ("skill", "-ns", "a skill's file or directory, or one of several"),
        ("prompt-template", "-np", "a template's file, or a directory of them"),
    ):
        named, others = f"--{option}", f"--no-{option}s"
        names = ("-e", named) if option == "extension" else (named,)
        parser.add_argument(*names, action="append", default=[], metavar="PATH", help=what)
        parser.add_argument(short, others, action="store_true", help=f"only those named with {named}")
    parser.add_argument("--no-cache", action="store_true", help="ask anew what was answered lately")
    parser.add_argument(
        "--theme", action="append", default=[], metavar="PATH",
        help="a theme's file, or a directory of them; the last file named is used",
    )  # fmt: skip
    parser.add_argument("--use-theme", metavar="NAME", default="", help="this theme, in this terminal")
    parser.add_argument(
        "--no-themes", action="store_true", help="only built-in themes and those named with --theme"
    )


def wishes(args: argparse.Namespace) -> "Wishes":
    """What the daemon is asked for. Raises UsageError."""
    from picode.protocol.values import Wishes

    unread: list[Literal["skills", "prompts", "extensions", "context", "cache"]] = []
    if args.no_extensions:
        unread.append("extensions")
    if args.no_skills:
        unread.append("skills")
    if args.no_prompt_templates:
        unread.append("prompts")
    if args.no_context_files:
        unread.append("context")
    if args.no_cache:
        unread.append("cache")
    return Wishes(
        args.thinking, _prompt(args.system_prompt), "\n\n".join(map(_prompt, args.append_system_prompt)), _tools(args),
        listed(args.exclude_tools), paths(args.skill), paths(args.prompt_template), unread,
        paths(args.extension), flags(getattr(args, "flags", []), args.extension),
    )  # fmt: skip


def flags(given: list[str], named: list[str]) -> dict[str, str]:
    """`--name` and `--name=value`, which an extension may have registered. Raises UsageError where there is none."""
    if not given:
        return {}
    from picode.config.layers import load
    from picode.paths import resolve, working_directory
    from picode.resources.collection import where
    from picode.resources.extensions import find

    place, cwd = resolve(), str(working_directory())
    strange = any(not one.startswith("--") for one in given)
    if strange or not (named or find(where(cwd, place.config, load(place).settings)).origins):
        raise UsageError(
            f"Unrecognized arguments: {' '.join(given)}.", "`picode --help` shows what is possible."
        )
    return {one[2:].partition("=")[0]: one.partition("=")[2] for one in given}


def paths(given: list[str]) -> list[str]:
    """Whole paths of files and directories that are there. Raises UsageError."""
    found = [os.path.abspath(os.path.expanduser(name)) for name in given]
    for path in found:
        if not os.path.exists(path):
            raise UsageError(f"There is no {path}.")
    return found


def listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _tools(args: argparse.Namespace) -> list[str] | None:
    if args.tools is not None:
        return listed(args.tools)
    return [] if args.no_tools else None


def _prompt(given: str) -> str:
    """The text, or what is in the file of that name. Raises UsageError."""
    try:
        with open(given, encoding="utf-8", errors="replace") as file:
            given = file.read(LONGEST_PROMPT + 1)
    except (OSError, ValueError):  # it is no file's name
        pass
    if len(given) > LONGEST_PROMPT:
        raise UsageError(f"The instructions have more than {LONGEST_PROMPT // 1024} KB.")
    return given
