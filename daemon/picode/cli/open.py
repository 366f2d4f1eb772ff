"""Open FILE, at LINE where it is said, in your editor: in the workspace in a floating pane, or in the Neovim that runs
there; elsewhere in this terminal."""

import argparse
import os
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--here", action="store_true", help="in this terminal, also in the workspace")
    parser.add_argument("file", metavar="FILE[:LINE[:COLUMN]]", help="as compilers and tests print it")


def run(args: argparse.Namespace) -> int:
    from picode.errors import Missing, Unavailable
    from picode.paths import working_directory
    from picode.terminal import editors

    name, line, column = editors.reference(args.file)
    file = Path(os.path.normpath(working_directory() / name))
    if not file.exists():
        raise Missing(f"There is no file {file}.")
    session = os.environ.get("ZELLIJ_SESSION_NAME", "") if os.environ.get("ZELLIJ") else ""
    if session and not args.here:
        import asyncio

        from picode.terminal import zellij
        from picode.terminal.open_file import open_at

        asyncio.run(open_at(session, zellij.needed_env(), file, line, column))
        return 0
    editor = editors.editor_of()
    if not editor:
        raise Unavailable("No editor was found.", "Set EDITOR, for example: export EDITOR=nano")
    words = editors.command(editor, str(file), line, column)
    try:
        os.execvp(words[0], words)
    except OSError as error:
        raise Unavailable(
            f"The editor {words[0]} cannot be started: {error.strerror}.", "Set EDITOR."
        ) from error
