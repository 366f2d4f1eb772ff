"""`.ci/zellij`, which `make run` and `make test` ask for a Zellij: found, too old, built, or told how to get."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from picode.paths import assets

TOOLS = ("sh", "dirname", "sed", "sort", "head", "printf")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but the script, and a PATH with nothing but what it needs."""
    script = assets() / ".ci/zellij"
    if not script.exists():
        pytest.skip("only in a checkout")
    (tmp_path / ".ci").mkdir()
    shutil.copy(script, tmp_path / ".ci/zellij")
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def find(checkout: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [checkout / ".ci/zellij"], env={"PATH": str(checkout / "bin"), "HOME": os.environ["HOME"], **environ},
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("version", ["0.44.3", "0.45.0", "0.100.0", "1.0.0"])
@pytest.mark.parametrize("where", ["bin/zellij", ".tools/bin/zellij"])
def test_one_that_is_new_enough_is_taken(checkout: Path, version: str, where: str) -> None:
    program(checkout / where, f"echo zellij {version}")
    assert (find(checkout).returncode, find(checkout).stdout) == (0, "")


def test_one_on_the_path_that_is_too_old_does_not_hide_the_one_that_was_built(checkout: Path) -> None:
    program(checkout / "bin/zellij", "echo zellij 0.43.1")
    assert find(checkout).returncode == 69
    program(checkout / ".tools/bin/zellij", "echo zellij 0.45.0")
    assert find(checkout).returncode == 0


def test_without_cargo_it_says_how_to_get_it(checkout: Path) -> None:
    done = find(checkout)
    assert done.returncode == 69
    assert "Zellij 0.44.3 or newer is not on PATH" in done.stderr
    assert "package manager" in done.stderr


def test_with_cargo_it_is_built_and_how_long_that_takes_is_told_first(checkout: Path) -> None:
    program(checkout / "bin/cargo", 'echo "cargo $*"')
    done = find(checkout)
    assert done.returncode == 0
    told, faster, ran = done.stdout.splitlines()
    assert "minutes" in told
    assert "package manager" in faster
    assert ran == f"cargo install --locked --quiet --root {checkout}/.tools zellij --version 0.45.0"
