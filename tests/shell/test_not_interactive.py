"""The start file's line in a shell that nobody sees: nothing printed, nothing started, nothing changed."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.ptyshell import SHELLS, environment, write_start_file
from support.screen import PATIENCE
from support.tools import need
from support.zellij import wait_for

COMMANDS = {
    "bash": [["-c"], ["-l", "-c"], ["-l", "-eu", "-o", "pipefail", "-c"]],
    "zsh": [["-c"], ["-l", "-c"], ["-l", "-eu", "-c"]],
    "fish": [["-c"], ["-l", "-c"]],
}
LOGIN = {"bash": ".bash_profile", "zsh": ".zshenv", "fish": ".config/fish/conf.d/picode.fish"}


@pytest.fixture
def seen_by_all(home: Path, request: pytest.FixtureRequest) -> str:
    """PiCode's line in every file that a shell of this kind may read."""
    kind: str = request.param
    need(kind)
    write_start_file(home, kind)
    login = home / LOGIN[kind]
    login.parent.mkdir(parents=True, exist_ok=True)
    login.write_text(f". {home}/picode.{kind}\n")
    return kind


@pytest.mark.parametrize("seen_by_all", SHELLS, indirect=True)
@pytest.mark.parametrize("stdin", ["a pipe", "nothing"])
def test_a_command_prints_what_it_prints_and_nothing_else(home: Path, seen_by_all: str, stdin: str) -> None:
    environ = environment(home, seen_by_all, ZELLIJ="0", BASH_ENV=f"{home}/picode.bash")
    for options in COMMANDS[seen_by_all]:
        ran = subprocess.run(
            [seen_by_all, *options, "echo done; exit 5"], env=environ, cwd=home, capture_output=True,
            input=b"typed" if stdin == "a pipe" else None, timeout=PATIENCE,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout, ran.stderr) == (5, b"done\n", b""), options
    assert not (home / "p").exists()


@pytest.mark.parametrize("seen_by_all", SHELLS, indirect=True)
def test_a_script_on_standard_input_is_run_plainly(home: Path, seen_by_all: str) -> None:
    environ = environment(home, seen_by_all, ZELLIJ="0")
    ran = subprocess.run(
        [seen_by_all],
        env=environ,
        cwd=home,
        input=b"echo from a script\n",
        capture_output=True,
        timeout=PATIENCE,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"from a script\n", b"")


class Server:
    """A real sshd on loopback, for one user and one key."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self.home = home
        sshd = "/usr/sbin/sshd" if os.path.exists("/usr/sbin/sshd") else need("sshd")
        for name in ("host", "user"):
            subprocess.run(
                [need("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(home / name)],
                check=True,
                stdin=subprocess.DEVNULL,
            )
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = [
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {home}/host", "UsePAM no", "StrictModes no",
            f"AuthorizedKeysFile {home}/user.pub", "PasswordAuthentication no", f"PidFile {home}/pid",
            "Subsystem sftp internal-sftp", "PrintMotd no", "PrintLastLog no",
            "SetEnv " + " ".join(f'{name}="{value}"' for name, value in environ.items()),
        ]  # fmt: skip
        (home / "sshd_config").write_text("\n".join(settings) + "\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        self.log = (home / "log").open("wb")
        self.process = subprocess.Popen(
            [sshd, "-D", "-e", "-f", str(home / "sshd_config")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
        )
        wait_for(self.listens, "sshd")

    def listens(self) -> bool:
        assert self.process.poll() is None, (self.home / "log").read_text()
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def options(self, port: str = "-p") -> list[str]:
        return [
            "-F", "none", port, str(self.port), "-i", str(self.home / "user"), "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",
        ]  # fmt: skip

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """Whoever logs in gets a bash that reads PiCode's line, as bash does under sshd."""
    need("ssh")
    write_start_file(home, "bash")
    environ = environment(home, "bash", ZELLIJ="0", BASH_ENV=f"{home}/picode.bash")
    started = Server(
        home, {name: environ[name] for name in ("HOME", "PICODE_HOME", "PICODE_RECORD", "ZELLIJ", "BASH_ENV")}
    )
    yield started
    started.close()


def test_ssh_scp_and_rsync_get_clean_streams(home: Path, server: Server) -> None:
    content = bytes(range(256)) * 1000
    (home / "sent").write_bytes(content)
    user = os.environ.get("USER") or subprocess.check_output(["id", "-un"], text=True).strip()
    host = f"{user}@127.0.0.1"
    ran = subprocess.run(
        [need("ssh"), *server.options(), host, f"bash -c 'cat {home}/sent'"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, content, b"")
    # -O: the old protocol, which speaks through the shell's own streams
    for old in ([], ["-O"]):
        target = home / f"scp{len(old)}"
        copy = [need("scp"), *old, "-q", *server.options("-P"), f"{host}:{home}/sent", str(target)]
        assert subprocess.run(copy, capture_output=True, stdin=subprocess.DEVNULL, timeout=60).stderr == b""
        assert target.read_bytes() == content
    shell = " ".join([need("ssh"), *server.options()])
    copy = [need("rsync"), "-e", shell, f"{host}:{home}/sent", str(home / "rsynced")]
    done = subprocess.run(copy, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (home / "rsynced").read_bytes() == content
    assert not (home / "p").exists()
