"""What set-up finds on this machine: the rim of `plan` and `undo`, which decide by these values alone."""

import os
import pwd
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from picode import __version__, paths
from picode.errors import DiskFailed, Missing
from picode.installation import places
from picode.installation.lines import SHELLS
from picode.installation.record import Record, decode, digest


@dataclass(frozen=True)
class Facts:
    data: Path
    command: tuple[str, ...]
    """What starts PiCode: absolute paths, so that a pane needs no PATH."""
    layouts: Path
    """Where Zellij looks for layouts."""
    templates: dict[str, str]
    """Layout's file name -> its template."""
    plugin: bytes
    permissions: Path
    scripts: dict[str, str]
    """Shell -> the script that its rc file will read."""
    rc_files: dict[str, Path]
    """Shell -> its rc file, symlinks followed; for every shell that has one or is the user's."""
    via: dict[Path, Path] = field(default_factory=dict)
    """File -> the symlink that led to it."""
    found: dict[Path, "bytes | None"] = field(default_factory=dict)
    """What is in each file that set-up may touch."""
    directories: frozenset[Path] = frozenset()
    """Those that exist, of all parents of these files."""
    record: Record = field(default_factory=Record)
    version: str = __version__

    @property
    def plugin_file(self) -> Path:
        """The version and the content name it: Zellij keeps compiled plugins by path, and grants bind to the path."""
        return self.data / "plugin" / f"picode-{self.version}-{digest(self.plugin)[:8]}.wasm"

    @property
    def record_file(self) -> Path:
        return record_file(self.data)

    def script_file(self, shell: str) -> Path:
        return self.data / "shell" / f"picode.{shell}"


def record_file(data: Path) -> Path:
    return data / "setup.json"


def spare(path: Path) -> Path:
    """Where our file goes when the user has edited the one that is in its place."""
    return path.with_name(f"{path.name}.new")


def look(where: paths.Paths, environ: Mapping[str, str] = os.environ) -> Facts:
    """Everything that `plan` and `undo` need to know. Reads only."""
    home = Path(environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)
    config = read(places.zellij_config_file(environ, home)) or b""
    layouts = places.zellij_layouts(environ, home, config.decode(errors="replace"))
    record = _record(where.data)
    rc_files, via = _rc_files(environ, home)
    permissions = Path(os.path.realpath(places.zellij_permissions(environ, home)))
    facts = Facts(
        data=where.data, command=own_command(), layouts=layouts, templates=_templates(), plugin=_plugin(),
        permissions=permissions, scripts=_scripts(), rc_files=rc_files, via=via, record=record,
    )  # fmt: skip
    touched = {
        permissions, facts.plugin_file, facts.record_file, *rc_files.values(),
        *map(facts.script_file, SHELLS), *(spare(facts.script_file(shell)) for shell in SHELLS),
        *(layouts / name for name in facts.templates), *(spare(layouts / name) for name in facts.templates),
        *map(Path, [*record.files, *record.lines, *record.grants, *record.backups]),
    }  # fmt: skip
    found = {path: read(path) for path in touched}
    parents = {parent for path in touched for parent in path.parents}
    return replace(facts, found=found, directories=frozenset(p for p in parents if p.is_dir()))


def read(path: Path) -> bytes | None:
    """The file's bytes; None when there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DiskFailed(
            f"{path} cannot be read: {error.strerror}.", "Mend it and run `picode setup` again."
        ) from error


def own_command() -> tuple[str, ...]:
    script = Path(sys.executable).with_name("picode")
    return (str(script),) if os.access(script, os.X_OK) else (sys.executable, "-m", "picode")


def users_shell(environ: Mapping[str, str]) -> str:
    """The name of the user's shell: `bash`, `zsh`, `fish` or another."""
    return Path(environ.get("SHELL") or pwd.getpwuid(os.getuid()).pw_shell or "sh").name


def _rc_files(environ: Mapping[str, str], home: Path) -> tuple[dict[str, Path], dict[Path, Path]]:
    found: dict[str, Path] = {}
    via: dict[Path, Path] = {}
    for shell in SHELLS:
        named = places.rc_file(shell, environ, home)
        real = Path(os.path.realpath(named))
        if named.exists() or shell == users_shell(environ):
            found[shell] = real
            if named.is_symlink():
                via[real] = named
    return found, via


def _record(data: Path) -> Record:
    content = read(record_file(data))
    return Record() if content is None else decode(content, record_file(data))


def _templates() -> dict[str, str]:
    directory = paths.assets() / "layouts"
    found = {file.name: file.read_text(encoding="utf-8") for file in sorted(directory.glob("*.kdl"))}
    if not found:
        raise Missing(f"There are no layouts in {directory}.", "Install PiCode again.")
    return found


def _plugin() -> bytes:
    content = read(paths.plugin_file())
    if content is None:
        raise Missing(
            f"The built plugin {paths.plugin_file()} is not there.",
            "In a checkout `make plugin` builds it; otherwise install PiCode again.",
        )
    return content


def _scripts() -> dict[str, str]:
    from picode.terminal.scripts import script

    return {shell: script(shell) for shell in SHELLS}
