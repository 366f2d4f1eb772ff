"""Where PiCode's files live.

`PICODE_HOME` moves everything below one directory; without it each kind of file goes where the platform
keeps that kind (platformdirs). The runtime directory holds sockets, so it is 0700 and its path is short.
"""

import os
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from picode.errors import DiskFailed, NotAllowed, Unavailable, UsageError

# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class Paths:
    """One directory per kind of file; nothing is created by looking."""

    config: Path
    data: Path
    state: Path
    cache: Path
    runtime: Path

    @property
    def requests_socket(self) -> Path:
        return self.runtime / "requests.sock"

    @property
    def events_socket(self) -> Path:
        return self.runtime / "events.sock"

    @property
    def shells_socket(self) -> Path:
        """Where recorders reach the daemon without a thread in between."""
        return self.runtime / "shells.sock"

    @property
    def terminals(self) -> Path:
        """The recorders' own sockets, one per terminal: `<pid>.sock`."""
        return self.runtime / "terminals"

    @property
    def presses(self) -> Path:
        """Key presses that were accepted and are in no conversation yet."""
        return self.runtime / "presses"

    @property
    def daemon_lock(self) -> Path:
        return self.runtime / "daemon.lock"

    @property
    def log(self) -> Path:
        return self.state / "daemon.log"

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    @property
    def keybindings(self) -> Path:
        return self.config / "keybindings.json"

    @property
    def credentials(self) -> Path:
        return self.config / "credentials.json"

    @property
    def sessions(self) -> Path:
        return self.data / "sessions"

    @property
    def away(self) -> Path:
        """What happened in each conversation since somebody was there."""
        return self.state / "away"

    @property
    def timeline(self) -> Path:
        """What ran in each project, and what changed while it ran."""
        return self.state / "timeline.db"

    @property
    def spending(self) -> Path:
        """What each request to a model cost."""
        return self.state / "spending.db"

    @property
    def workspaces(self) -> Path:
        """Which conversation each Zellij session has now."""
        return self.state / "workspaces.json"

    @property
    def prompt_history(self) -> Path:
        return self.state / "prompts.jsonl"


def resolve(environ: "os._Environ[str] | dict[str, str]" = os.environ) -> Paths:
    """The paths that this environment asks for."""
    home = environ.get("PICODE_HOME")
    if home:
        root = Path(os.path.abspath(os.path.expanduser(home)))
        return Paths(*(root / kind for kind in ("config", "data", "state", "cache", "run")))
    import platformdirs  # 4 ms that `PICODE_HOME` does not pay

    with warnings.catch_warnings():
        # without XDG_RUNTIME_DIR it warns; where its way out is somebody else's, `make_private` says so
        warnings.simplefilter("ignore")
        runtime = environ.get("XDG_RUNTIME_DIR") or platformdirs.user_runtime_dir()
    dirs = platformdirs.PlatformDirs("picode", appauthor=False)
    return Paths(
        config=Path(dirs.user_config_dir),
        data=Path(dirs.user_data_dir),
        state=Path(dirs.user_state_dir),
        cache=Path(dirs.user_cache_dir),
        runtime=Path(runtime) / "picode",
    )


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The directory that holds what several programs share (`~/.agents`, `~/.pi`); below `PICODE_HOME`, when that is
    set."""
    return Path(os.path.abspath(os.path.expanduser(environ.get("PICODE_HOME") or "~")))


def pi_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where pi keeps what is the user's: `PI_CODING_AGENT_DIR`, else `~/.pi/agent`."""
    given = environ.get("PI_CODING_AGENT_DIR")
    return Path(os.path.abspath(os.path.expanduser(given))) if given else home(environ) / ".pi" / "agent"


def make_private(directory: Path) -> Path:
    """Make `directory` with mode 0700 and refuse one that somebody else owns or can read."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.lstat()
    except OSError as error:
        raise DiskFailed(
            f"The directory {directory} cannot be made: {error.strerror}.",
            "Mend its permissions, or set PICODE_HOME to a directory that you own.",
        ) from error
    if not _ours(found):
        raise NotAllowed(
            f"The directory {directory} belongs to somebody else.",
            "Remove it, or set PICODE_HOME to a directory that you own.",
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        directory.chmod(0o700)
    return directory


def is_ours(directory: Path) -> bool:
    """Whether nobody else can have put a socket there; false also when it is not there."""
    try:
        return _ours(directory.lstat())
    except OSError:
        return False


def _ours(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def project_of(cwd: "str | Path") -> Path:
    """The directory that names the project: Git's top level, else `cwd` itself; symbolic links resolved."""
    return Path(project_name(str(cwd)))


def project_name(cwd: str) -> str:
    """The same, as text: a key in the shell waits for this."""
    here = above = os.path.realpath(cwd)
    while not os.access(os.path.join(above, ".git"), os.F_OK):
        above, below = os.path.dirname(above), above
        if above == below:
            return here
    return above


def working_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this process works; when that directory was removed, the name that the shell knew it by, else home."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(environ.get("PWD") or os.path.expanduser("~"))


def check_socket(path: Path) -> Path:
    """`path`, when it is short enough to be a Unix socket's address."""
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise Unavailable(
            f"The socket path {path} has {len(os.fsencode(path))} bytes; the system allows {LONGEST_SOCKET_PATH}.",
            "Set PICODE_HOME or XDG_RUNTIME_DIR to a shorter directory.",
        )
    return path


def assets() -> Path:
    """The directory that holds `layouts/`, `shell/` and `picode.wasm`: in a wheel, or in a checkout."""
    packaged = Path(__file__).parent / "assets"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


def layout_names() -> list[str]:
    """The workspace's layouts, `picode` first."""
    return sorted(file.stem for file in (assets() / "layouts").glob("*.kdl"))


def layout_named(name: str) -> str:
    """`wide` and `picode-wide` are `picode-wide`. Raises UsageError for a name that no layout has."""
    known = layout_names()
    for candidate in (name, f"picode-{name}"):
        if candidate in known:
            return candidate
    raise UsageError(f"There is no layout {name!r}.", f"There are {', '.join(known)}.")


def plugin_file() -> Path:
    """The built plugin."""
    packaged = assets() / "picode.wasm"
    return packaged if packaged.exists() else assets() / "zellij-plugin" / "picode.wasm"
