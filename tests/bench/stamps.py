"""What a benchmarked shell starts in place of the recorder: the recorder, with a clock at four places.

    python -I -S …/picode/terminal/start.py KIND PROGRAM ARGV0

Beside this file `stamps` names the real package and the pipe that each key's times are written to.
"""

import os
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "stamps"), encoding="utf-8") as told:
    package, pipe = told.read().split("\n")
sys.path.insert(0, os.path.dirname(package))

from picode.terminal import recorder  # noqa: E402

recorder.use_site_packages()

from picode.protocol import codec  # noqa: E402
from picode.protocol.replies import Accepted  # noqa: E402
from picode.terminal import contacts, link, recording  # noqa: E402

times: "list[float]" = []
out = os.open(pipe, os.O_WRONLY)


def stamp_key(self, data, real=recording.Recording._typed):  # type: ignore[no-untyped-def]
    if data == b"\x1ba":
        times[:] = [time.perf_counter()]
    return real(self, data)


def stamp_send(self, text, real=contacts.Contacts._send):  # type: ignore[no-untyped-def]
    times.append(time.perf_counter())
    real(self, text)
    times.append(time.perf_counter())


def stamp_answer(self, frame, real=link.Link._answered):  # type: ignore[no-untyped-def]
    now = time.perf_counter()
    real(self, frame)
    if len(times) == 3 and isinstance(codec.decode_reply(frame), Accepted):
        os.write(out, (" ".join(map(repr, [*times, now])) + "\n").encode())
        times.clear()


recording.Recording._typed = stamp_key  # type: ignore[method-assign]
contacts.Contacts._send = stamp_send  # type: ignore[method-assign]
link.Link._answered = stamp_answer  # type: ignore[method-assign]
recorder.main(sys.argv[1], sys.argv[2], sys.argv[3:])
