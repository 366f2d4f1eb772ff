"""Record this terminal again, after `picode pause`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from picode.cli.pause import pause

    pause(False)
    print("This terminal is recorded again, from the next command on.")
    return 0
