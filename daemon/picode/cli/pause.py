"""Record nothing more in this terminal, until `picode resume`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    pause(True)
    print("This terminal is not recorded from here on; `picode resume` goes on.")
    return 0


def pause(paused: bool) -> None:
    """Tell this terminal's recorder. Raises Unavailable when there is none."""
    from picode.errors import Unavailable
    from picode.protocol.terminal import Pause, Paused
    from picode.terminal.fetch import ask, own_recorder

    reply = ask(own_recorder(), Pause(paused))
    if not isinstance(reply, Paused) or reply.paused != paused:
        raise Unavailable(
            "The recorder of this terminal is of another version, and cannot be paused.",
            "Open a new terminal.",
        )
