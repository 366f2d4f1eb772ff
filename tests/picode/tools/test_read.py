import base64
import os
from pathlib import Path
from typing import Any

import pytest

from picode.messages import Image
from support import pi_files
from support.toolbox import call, text, toolbox

PNG = pi_files.image("PNG", 8, 5)
NUMBERS = "".join(f"{n}\n" for n in range(1, 3001))
NOTICES = [
    ("a\nb\nc\n", {}, "a\nb\nc\n"),
    ("a\nb\nc", {}, "a\nb\nc"),
    ("", {}, ""),
    ("a\nb\nc\n", {"offset": 2}, "b\nc\n"),
    ("a\nb\nc\n", {"limit": 1}, "a\n\n[2 more lines in file. Use offset=2 to continue.]"),
    ("a\nb\nc\n", {"offset": 2, "limit": 1}, "b\n\n[1 more lines in file. Use offset=3 to continue.]"),
    ("a\nb\nc\n", {"offset": 3, "limit": 9}, "c\n"),
    ("a\nb\nc\n", {"offset": 0}, "a\nb\nc\n"),
    ("a\nb\nc\n", {"offset": "2", "limit": "1"}, "b\n\n[1 more lines in file. Use offset=3 to continue.]"),
    ("a\nb\nc\n", {"offset": None, "limit": None}, "a\nb\nc\n"),
]


@pytest.mark.parametrize(("content", "arguments", "shown"), NOTICES)
async def test_what_is_shown_of_a_file(
    home: Path, content: str, arguments: dict[str, Any], shown: str
) -> None:
    (home / "f").write_text(content)
    result = await call(toolbox(home), home, "read", path="f", **arguments)
    assert (text(result), result.is_error) == (shown, False)


async def test_long_files_are_cut_by_lines_and_by_size(home: Path) -> None:
    (home / "lines").write_text(NUMBERS)
    (home / "bytes").write_text(f"{'x' * 99}\n" * 1000)
    (home / "one").write_text("x" * 60_000)
    box = toolbox(home)
    result = await call(box, home, "read", path="lines")
    assert text(result).endswith("2000\n\n[Showing lines 1-2000 of 3000. Use offset=2001 to continue.]")
    assert result.details["truncation"]["truncatedBy"] == "lines"
    assert text(await call(box, home, "read", path="bytes", offset=11)).endswith(
        "\n\n[Showing lines 11-522 of 1000 (50.0KB limit). Use offset=523 to continue.]"
    )
    assert text(await call(box, home, "read", path="one")) == (
        "[Line 1 is 58.6KB, exceeds 50.0KB limit. Use bash: sed -n '1p' one | head -c 51200]"
    )


async def test_what_cannot_be_read_is_told(home: Path) -> None:
    (home / "f").write_text("a\nb\n")
    (home / "d").mkdir()
    os.mkfifo(home / "pipe")
    box = toolbox(home)
    told = {
        "nosuch": f"ENOENT: no such file or directory, access '{home}/nosuch'",
        "d": "EISDIR: illegal operation on a directory, read",
        "pipe": f"{home}/pipe is no regular file.",
        "/dev/zero": "/dev/zero is no regular file.",
    }
    for path, sentence in told.items():
        result = await call(box, home, "read", path=path)
        assert (text(result), result.is_error) == (sentence, True)
    result = await call(box, home, "read", path="f", offset=3)
    assert text(result) == "Offset 3 is beyond end of file (2 lines total)"


async def test_an_image_is_told_by_its_content(home: Path) -> None:
    (home / "picture.txt").write_bytes(PNG)
    result = await call(toolbox(home), home, "read", path="picture.txt")
    assert text(result) == "Read image file [image/png]"
    assert result.content[1] == Image(base64.b64encode(PNG).decode(), "image/png")


async def test_an_image_that_is_too_large_is_made_smaller(home: Path) -> None:
    (home / "p.png").write_bytes(PNG + b"\0" * 4_000_000)
    result = await call(toolbox(home), home, "read", path="p.png")
    assert text(result) == "Read image file [image/png]"
    sent = result.content[1]
    assert isinstance(sent, Image)
    assert len(sent.data) < 4_500_000


async def test_half_an_image_is_not_sent(home: Path) -> None:
    (home / "p.png").write_bytes(PNG[:40])
    result = await call(toolbox(home), home, "read", path="p.png")
    assert len(result.content) == 1
    assert "[Image omitted: The image is broken: " in text(result)


@pytest.mark.parametrize(("name", "written"), [
    ("a.py", "@a.py"), ("Shot 1.00\u202fPM.txt", "Shot 1.00 PM.txt"), ("a b.txt", "a\u00a0b.txt"),
    ("caf\u0065\u0301.txt", "caf\u00e9.txt"), ("it\u2019s.txt", "it's.txt"), ("@at.txt", "@at.txt"),
])  # fmt: skip
async def test_names_as_models_write_them(home: Path, name: str, written: str) -> None:
    (home / name).write_text("found")
    assert text(await call(toolbox(home), home, "read", path=written)) == "found"


async def test_bytes_that_are_no_text_do_not_break_anything(home: Path) -> None:
    (home / "b").write_bytes(b"ok \xff\xfe\n")
    assert text(await call(toolbox(home), home, "read", path="b")) == "ok \ufffd\ufffd\n"


async def test_secrets_are_taken_out(home: Path) -> None:
    (home / ".env").write_text("GITHUB_TOKEN=ghp_" + "a1B2c3D4e5F6" * 3 + "\n")
    result = await call(toolbox(home), home, "read", path=".env")
    assert "ghp_" not in text(result)
    assert result.details["redacted"] == ["GitHub token"]
