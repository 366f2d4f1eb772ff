"""Where Zellij and the shells look for their files, by the environment that they will be started with."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

LAYOUT_DIR = re.compile(r'^[ \t]*layout_dir[ \t]+"((?:[^"\\]|\\.)*)"', re.M)
MACOS_CACHE = "Library/Caches/org.Zellij-Contributors.Zellij"


def zellij_config(environ: Mapping[str, str], home: Path) -> Path:
    """Zellij's configuration directory from its second start on.

    `~/.config/zellij` wins over `XDG_CONFIG_HOME` as soon as it exists, and Zellij's first start creates it: a layout
    below `XDG_CONFIG_HOME` would be found once and never again.
    """
    named = environ.get("ZELLIJ_CONFIG_DIR")
    return Path(named) if named else home / ".config" / "zellij"


def zellij_config_file(environ: Mapping[str, str], home: Path) -> Path:
    named = environ.get("ZELLIJ_CONFIG_FILE")
    return Path(named) if named else zellij_config(environ, home) / "config.kdl"


def zellij_layouts(environ: Mapping[str, str], home: Path, config: str = "") -> Path:
    """The directory of layouts; `config` is the text of Zellij's configuration file, which may name another."""
    if named := LAYOUT_DIR.search(config):
        return Path(named[1].replace("\\\\", "\\")).expanduser()
    return zellij_config(environ, home) / "layouts"


def zellij_permissions(environ: Mapping[str, str], home: Path, platform: str = sys.platform) -> Path:
    if platform == "darwin":
        return home / MACOS_CACHE / "permissions.kdl"
    cache = environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if os.path.isabs(cache) else home / ".cache") / "zellij" / "permissions.kdl"


def zellij_saved(environ: Mapping[str, str], home: Path) -> Path:
    """Where Zellij keeps what it resurrects sessions from, a directory for each."""
    return zellij_permissions(environ, home).parent / "contract_version_1" / "session_info"


def zellij_sockets(environ: Mapping[str, str], user: int) -> Path:
    """The directory of Zellij's sessions: its sockets lie in a directory below it."""
    if named := environ.get("ZELLIJ_SOCKET_DIR"):
        return Path(named)
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "zellij"
    return Path(environ.get("TMPDIR") or "/tmp") / f"zellij-{user}"


def rc_file(shell: str, environ: Mapping[str, str], home: Path) -> Path:
    if shell == "fish":
        config = environ.get("XDG_CONFIG_HOME", "")
        return (Path(config) if os.path.isabs(config) else home / ".config") / "fish" / "config.fish"
    if shell == "zsh":
        return Path(environ.get("ZDOTDIR") or home) / ".zshrc"
    return home / ".bashrc"
