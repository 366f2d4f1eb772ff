"""The committed plugin is the one that the sources make."""

import subprocess
from pathlib import Path

PLUGIN = Path(__file__).parents[2] / "zellij-plugin"


def test_the_built_plugin_is_as_new_as_its_sources() -> None:
    now = subprocess.run(
        [PLUGIN / "sources-hash.sh"], check=True, capture_output=True, text=True, timeout=30
    ).stdout
    then = (PLUGIN / "picode.wasm.sources").read_text(encoding="utf-8")
    assert now == then, (
        "The plugin's sources have changed since it was built: run `make plugin` and commit the result."
    )


def test_the_built_plugin_is_a_module_of_a_reasonable_size() -> None:
    module = (PLUGIN / "picode.wasm").read_bytes()
    assert module.startswith(b"\0asm")
    assert len(module) < 2 * 1024 * 1024
