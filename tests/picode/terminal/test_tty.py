import os
import select

import pytest

from picode.terminal import tty

TOLD = 'read secret <"$0"; echo "$secret on $(tty)" >/dev/tty; grep SigIgn /proc/self/status'


@pytest.mark.parametrize("way", ["start", "fork"])
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the test looks into /proc")
def test_either_way_the_shell_has_the_terminal_and_the_signals_that_a_terminal_gives_it(way: str) -> None:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    told, tell = os.pipe()
    os.write(tell, b"secret\n")
    os.close(tell)
    path = f"/proc/{os.getpid()}/fd/{told}" if way == "start" else f"/dev/fd/{told}"
    arguments = ["sh", "-c", TOLD, path]
    if way == "start":
        pid = tty._start("/bin/sh", arguments, dict(os.environ), name)
    else:
        pid = tty._fork("/bin/sh", arguments, dict(os.environ), slave, told)
    try:
        seen = b""
        while seen.count(b"\n") < 2 and select.select([master], [], [], 20)[0]:
            seen += os.read(master, 1000)
        assert seen.decode().split("\r\n")[0] == f"secret on {name}"
        ignored = int(seen.rpartition(b"SigIgn:")[2].split()[0], 16)
        assert not any(ignored >> (number - 1) & 1 for number in tty.UNLIKE_OURS)
    finally:
        os.waitpid(pid, 0)
        for descriptor in (master, slave, told):
            os.close(descriptor)


def test_a_program_that_is_none_is_told_to_who_starts_it() -> None:
    master, slave = os.openpty()
    try:
        with pytest.raises(OSError):
            tty._start("/nonexistent", ["x"], {}, os.ttyname(slave))
    finally:
        os.close(master)
        os.close(slave)
