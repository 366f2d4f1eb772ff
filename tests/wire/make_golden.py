"""Write the golden messages that are not there yet: `python -m tests.wire.make_golden`.

What is there stays: a daemon and a client of protocol N must always read what was once written as protocol N.
"""

import sys
from pathlib import Path

import msgspec

from picode.protocol import codec
from picode.protocol.version import PROTOCOL

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.examples import every_message

GOLDEN = Path(__file__).parent / "golden"


def main() -> None:
    directory = GOLDEN / str(PROTOCOL)
    directory.mkdir(parents=True, exist_ok=True)
    for name, message in every_message().items():
        packed, text = directory / f"{name}.msgpack", directory / f"{name}.json"
        if not packed.exists():
            packed.write_bytes(codec.encode(message))
            text.write_bytes(msgspec.json.format(msgspec.json.encode(message)) + b"\n")
            print(packed.name)


if __name__ == "__main__":
    main()
