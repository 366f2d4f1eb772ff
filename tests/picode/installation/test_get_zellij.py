from pathlib import Path

import pytest

from picode.errors import Unavailable
from picode.installation.get_zellij import check_version, how_to_get, version_of


def a_zellij(directory: Path, says: str) -> Path:
    program = directory / "zellij"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("release", "has", "told"),
    [
        ("ID=arch\n", {}, "pacman -S zellij"),
        ('ID=manjaro\nID_LIKE="arch"\n', {}, "pacman -S zellij"),
        ("ID=fedora\n", {"cargo": True}, "or `cargo install --locked zellij"),
        ("ID=debian\n", {"cargo": True}, "`cargo install --locked zellij"),
        ("", {"brew": True}, "brew install zellij"),
        ("ID=debian\n", {}, "https://zellij.dev"),
    ],
)
def test_it_is_said_how_to_get_zellij_on_this_system(release: str, has: dict[str, bool], told: str) -> None:
    assert told in how_to_get(release, has, "linux")


def test_the_version_is_read(tmp_path: Path) -> None:
    assert version_of(a_zellij(tmp_path, "zellij 0.45.0")) == (0, 45, 0)


@pytest.mark.parametrize("says", ["zellij 0.44.2", "zellij 0.9.12", "what?"])
def test_a_zellij_that_is_too_old_is_refused_in_one_sentence(says: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"PiCode needs 0\.44\.3 or newer"):
        check_version(a_zellij(tmp_path, says))
