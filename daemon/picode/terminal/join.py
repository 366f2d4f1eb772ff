"""What a shell within a recorded shell starts once: asks the terminal's recorder for a secret of that shell's own.

    python -I -S join.py KIND PID

KIND is bash, zsh or fish; PID the shell. The secret is printed, into the shell's command substitution; or nothing.
It asks over the recorder's socket and not over the terminal: what a program prints must never be a question.
"""

import os
import select
import sys
import time

PATIENCE = 5.0


def main(kind: str, pid: str) -> None:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    from picode.terminal import zmtp

    peer = zmtp.connect(os.environ.get("PICODE_TERMINAL", ""))
    if not peer:
        return
    limit = time.monotonic() + PATIENCE
    try:
        peer.send(question(kind, int(pid)))
        while (left := limit - time.monotonic()) > 0:
            select.select([peer], [peer] if peer.wants_to_write else [], [], left)
            peer.flush()
            if messages := peer.receive():
                sys.stdout.write(secret(messages[0][-1]))
                return
    except zmtp.Broken:
        return


def question(kind: str, pid: int) -> bytes:
    """`protocol.terminal.Join` in MessagePack, by hand: loading msgspec would double what this costs."""
    pairs = {"type": "join", "shell": kind}
    text = b"".join(bytes((0xA0 | len(word),)) + word.encode() for pair in pairs.items() for word in pair)
    return b"\x83" + text + b"\xa3pid\xce" + pid.to_bytes(4, "big")


def secret(frame: bytes) -> str:
    """Out of `protocol.terminal.Joined`; empty when the recorder refused."""
    _, found, rest = frame.partition(b"\xa6secret\xd9")
    return rest[1 : 1 + rest[0]].decode("ascii") if found else ""


if __name__ == "__main__":
    main(*sys.argv[1:3])
