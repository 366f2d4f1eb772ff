"""`python -m picode` and the `picode` command. Nothing but `sys` is imported before the first argument is looked at."""

import sys


def main() -> int:
    if sys.argv[1:] in (["--version"], ["-v"], ["-V"]):
        from picode import __version__

        print(f"picode {__version__}")
        return 0
    from picode.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
