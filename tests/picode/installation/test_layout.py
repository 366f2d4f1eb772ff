from pathlib import Path

from picode.installation import kdl
from picode.installation.layout import fill_in
from picode.paths import assets


def test_the_plugin_and_the_command_are_filled_in_as_kdl_strings() -> None:
    template = 'a "<plugin>" "<picode>" { args <arguments>; } b { args <following>; }'
    filled = fill_in(template, Path('/a "b"/p.wasm'), ("/opt/python", "-m", "picode"))
    expected = 'a "file:/a \\"b\\"/p.wasm" "/opt/python" { args "-m" "picode" "chat"; } '
    expected += 'b { args "-m" "picode" "diff" "--follow"; }'
    assert filled == expected


def test_every_layout_is_kdl_and_has_no_place_left_to_fill_in() -> None:
    layouts = sorted((assets() / "layouts").glob("*.kdl"))
    assert [file.stem for file in layouts] == [
        "picode-minimal", "picode-narrow", "picode-review", "picode-wide", "picode",
    ]  # fmt: skip
    for file in layouts:
        filled = fill_in(file.read_text(), Path("/p.wasm"), ("/bin/picode",))
        assert [node.name for node in kdl.nodes(filled)] == ["auto_layout", "layout"]
        assert "<" not in "".join(line for line in filled.splitlines() if not line.startswith("//"))
