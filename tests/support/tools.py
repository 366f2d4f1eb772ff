"""Tools of the machine that some tests need: one that is missing skips by name, and fails where `CI` is set."""

import os
import shutil
from pathlib import Path

import pytest

from picode.paths import assets


def need(name: str, *others: str) -> str:
    """The path of a program under any of its names (`need("fd", "fdfind")`)."""
    for candidate in (name, *others):
        if found := shutil.which(candidate):
            return found
    return _missing(f"{name} is not installed")


def need_zellij() -> str:
    """The Zellij under test: PICODE_TEST_ZELLIJ, else the one on PATH, else the checkout's own."""
    named = os.environ.get("PICODE_TEST_ZELLIJ")
    if named:
        return (
            named if os.access(named, os.X_OK) else _missing(f"PICODE_TEST_ZELLIJ names no program: {named}")
        )
    own = assets() / ".tools" / "bin" / "zellij"
    found = shutil.which("zellij") or (str(own) if own.exists() else None)
    return found or _missing("zellij is not installed")


def need_plugin() -> Path:
    """The built plugin."""
    from picode.paths import plugin_file

    return (
        plugin_file()
        if plugin_file().exists()
        else Path(_missing("the plugin is not built: run `make plugin`"))
    )


def _missing(what: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
