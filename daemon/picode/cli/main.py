"""From the command line to a command, and from an error to one sentence and an exit code."""

import argparse
import importlib
import os
import signal
import sys
from types import ModuleType
from typing import NoReturn

from picode.errors import Crashed, PicodeError, UsageError

# name, what it does; the module is picode.cli.<name>
COMMANDS: dict[str, str] = {
    "chat": "the assistant in this terminal",
    "up": "this project's workspace in Zellij",
    "setup": "write layouts, plugin, permission and shell lines; --uninstall takes them back",
    "init": "print the shell script of bash, zsh or fish",
    "last": "the last command's output, as recorded",
    "open": "a file at a line, in your editor: picode open src/app.py:12",
    "diff": "what has changed since Git's last commit; --follow shows it anew at each change",
    "timeline": "what ran here and what changed while it ran; --blame: what broke a test",
    "context": "which files a question is about, and what of them a model would get",
    "pause": "record nothing more in this terminal",
    "resume": "record this terminal again",
    "sent": "what was sent: which command, how much, cut and redacted",
    "send": "send the last output, or what is piped in, to the assistant",
    "acp": "for editors such as Zed: the Agent Client Protocol on standard input and output",
    "daemon": "start, stop, restart, status, logs",
    "sessions": "list, search, show, export, import, delete conversations",
    "models": "which models can be used, and why the others cannot",
    "openapi": "what an OpenAPI document has: its chat, its operations, what is wrong with it",
    "batch": "many questions from a file of JSON lines, a few at a time",
    "cost": "what requests to models cost: --by day, model, conversation, workspace",
    "auth": "add, list, test or remove a provider's key; sign in at one",
    "install": "fetch a package of skills, templates and themes: npm:…, pip:…, git:…, a path",
    "remove": "take a package away",
    "update": "fetch packages again that are not pinned",
    "list": "the packages that count here, and what they bring",
    "trust": "allow the extensions that this project brings, after a look at them",
    "config": "get, set or show settings",
    "doctor": "check every part, and say how to mend it",
}

ASKING = ("-p", "--print", "--mode", "--list-models", "--export")
"""With one of these, `picode` alone is no assistant in this terminal."""


class Parser(argparse.ArgumentParser):
    """argparse, with our error instead of its exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"{message[:1].upper()}{message[1:]}.", f"`{self.prog} --help` shows what is possible."
        )


def run(arguments: list[str]) -> int:
    """Run the command and return the exit code; every failure is one sentence on standard error."""
    try:
        return _dispatch(arguments)
    except PicodeError as error:
        print(f"picode: {_harmless(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # whoever read our output has gone; the interpreter must not complain about it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception:
        return _crash()


def _dispatch(arguments: list[str]) -> int:
    if any(argument.startswith("--api") for argument in arguments):
        _module("options").hide_key(arguments)
    name = arguments[0] if arguments else ""
    if name in COMMANDS:
        module = _module(name)
        parser = Parser(prog=f"picode {name}", description=module.__doc__)
        module.add_arguments(parser)
        code: int = module.run(parser.parse_args(arguments[1:]))
        return code
    if name in ("-h", "--help", "help"):
        print(usage())
        return 0
    if name and not name.startswith(("-", "@")) and len(name.split()) == 1:
        # a word alone is a command; several are a question, and @FILE goes along with one
        raise UsageError(f"There is no command {name!r}.", _nearest(name))
    return _bare(arguments)


def _bare(arguments: list[str]) -> int:
    """`picode` alone, or with the options of one question: `-p`, `--mode`. A question whose answer goes into a file
    or a pipe needs none of them."""
    asked = any(argument.split("=")[0] in ASKING for argument in arguments)
    name = "print_mode" if asked or not sys.stdin.isatty() else "chat"
    module, args = _understood(name, arguments)
    if name == "chat" and args.text and not sys.stdout.isatty():
        module, args = _understood("print_mode", arguments)
    code: int = module.run(args)
    return code


def _understood(name: str, arguments: list[str]) -> tuple[ModuleType, argparse.Namespace]:
    module = _module(name)
    parser = Parser(prog="picode", description=module.__doc__)
    module.add_arguments(parser)
    # options may stand between the questions
    args, args_of_extensions = parser.parse_known_intermixed_args(arguments)
    args.flags = args_of_extensions
    return module, args


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"picode.cli.{name}")


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, 1, 0.6)
    return f"Did you mean `picode {near[0]}`?" if near else "`picode --help` lists the commands."


def usage() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  picode {name:<{width}}{what}" for name, what in COMMANDS.items()]
    return "\n".join(
        [
            "PiCode: a terminal workspace with an assistant in it.",
            "",
            f"  {'picode':<{width + 7}}the assistant in this terminal",
            f"  {'picode -p TEXT':<{width + 7}}one question; standard input is added to it",
            *lines[1:],
            "",
            "`picode COMMAND --help` tells more; `picode --version` the version.",
        ]
    )


def _harmless(text: str) -> str:
    """An error may quote a file's or a server's words: no control character of theirs reaches the terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def _crash() -> int:
    """What nobody foresaw: a log with the traceback, ready to paste, and one sentence."""
    import platform
    import traceback

    from picode import __version__, paths
    from picode.credentials import known

    versions = f"picode {__version__}, Python {platform.python_version()}, {platform.platform()}"
    report = f"{versions}\n\n{traceback.format_exc()}"
    for secret in known(os.environ):
        report = report.replace(secret, "[redacted: key]")
    log = paths.resolve().state / "crash.log"
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report)
        where = f"The details are in {log}."
    except OSError:
        where = report
    print(f"picode: PiCode itself failed. {_harmless(where)}", file=sys.stderr)
    return Crashed.exit_code
