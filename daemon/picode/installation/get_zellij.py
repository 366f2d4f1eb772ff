"""How to get Zellij on this system, and whether the one that is there is new enough."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from picode.errors import Unavailable

OLDEST = (0, 44, 3)
RECOMMENDED = (0, 45, 0)
CARGO = "cargo install --locked zellij"
PACKAGED = {
    "arch": "sudo pacman -S zellij",
    "fedora": "sudo dnf copr enable varlad/zellij && sudo dnf install zellij",
    "alpine": "sudo apk add zellij",
    "opensuse": "sudo zypper install zellij",
    "nixos": "nix profile install nixpkgs#zellij",
    "void": "sudo xbps-install zellij",
    "gentoo": "sudo emerge app-misc/zellij",
    "freebsd": "sudo pkg install zellij",
}


def how_to_get(os_release: str, has: Mapping[str, bool], platform: str = sys.platform) -> str:
    """One sentence for this system; `has` tells which of `brew` and `cargo` are there."""
    ways = [PACKAGED[name] for name in _family(os_release, platform) if name in PACKAGED][:1]
    if has.get("brew"):
        ways.append("brew install zellij")
    if has.get("cargo"):
        ways.append(CARGO)
    if not ways:
        return "Get it from https://zellij.dev/documentation/installation: one file, put anywhere on PATH."
    slow = " (ten to twenty minutes)" if ways[-1] == CARGO else ""
    return f"Get it with `{'`, or `'.join(ways)}`{slow}, or as one file from https://zellij.dev."


def _family(os_release: str, platform: str) -> list[str]:
    if platform.startswith("freebsd"):
        return ["freebsd"]
    found = dict(re.findall(r'^(ID|ID_LIKE)="?([^"\n]*)"?$', os_release, re.M))
    return f"{found.get('ID', '')} {found.get('ID_LIKE', '')}".split()


def advice() -> str:
    """`how_to_get` for the machine that this runs on."""
    import shutil

    try:
        release = Path("/etc/os-release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        release = ""
    return how_to_get(release, {tool: shutil.which(tool) is not None for tool in ("brew", "cargo")})


def version_of(zellij: Path) -> tuple[int, ...]:
    """What `zellij --version` says; empty when it says nothing that can be read."""
    try:
        said = subprocess.run(
            [zellij, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{zellij} cannot be run: {error}.", "Install Zellij again.") from error
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()


def check_version(zellij: Path) -> tuple[int, ...]:
    """The version, when PiCode can work with it."""
    version = version_of(zellij)
    if version < OLDEST:
        raise Unavailable(
            f"{zellij} is Zellij {written(version)}; PiCode needs {written(OLDEST)} or newer.", advice()
        )
    return version


def written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version)) or "of an unknown version"
