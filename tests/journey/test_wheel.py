"""What `pip install .` gives: layouts, shell scripts and the plugin travel inside the package."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(home: Path) -> dict[str, str]:
    """The environment in which Python finds the built wheel before the checkout."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(home / "wheels"), str(ROOT)],
        check=True,
    )
    (wheel,) = (home / "wheels").glob("picode-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(home / "site"), str(wheel)], check=True)
    return {**os.environ, "PYTHONPATH": str(home / "site")}


def output(environ: dict[str, str], *command: str) -> str:
    return subprocess.run(
        [sys.executable, *command],
        env=environ,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_the_wheel_carries_what_the_checkout_has(installed: dict[str, str], home: Path) -> None:
    code = "from picode import paths; print(paths.assets(), paths.plugin_file())"
    assets, plugin = output(installed, "-c", code).split()
    assert assets == str(home / "site" / "picode" / "assets")
    assert Path(plugin).read_bytes() == (ROOT / "zellij-plugin" / "picode.wasm").read_bytes()
    for folder in ("layouts", "shell"):
        theirs = {path.name: path.read_bytes() for path in (Path(assets) / folder).iterdir()}
        assert theirs == {path.name: path.read_bytes() for path in (ROOT / folder).iterdir()}


def test_an_installed_picode_answers(installed: dict[str, str]) -> None:
    assert "__picode_package='" in output(installed, "-m", "picode", "init", "bash")
    try:
        assert "demo" in output(installed, "-m", "picode", "-p", "Hello!")
    finally:
        output(installed, "-m", "picode", "daemon", "stop")
