"""Print PiCode's script for a shell: `eval "$(picode init bash)"`, or let `picode setup` write it to a file."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(args: argparse.Namespace) -> int:
    from picode.terminal.scripts import script

    print(script(args.shell), end="")
    return 0
