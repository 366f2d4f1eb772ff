"""An argument that is a number of things."""

import argparse


def count(text: str) -> int:
    """1 or more; anything else is a usage error."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number
