import os
from pathlib import Path

import pytest

from support.toolbox import call, text, toolbox


async def test_a_new_file_with_its_directories(home: Path) -> None:
    result = await call(toolbox(home), home, "write", path="a/b/c.txt", content="h\u00e9\n")
    assert text(result) == "Successfully wrote 4 bytes to a/b/c.txt"
    assert (home / "a/b/c.txt").read_text() == "h\u00e9\n"
    assert result.details["diff"] == "+1 h\u00e9"


async def test_an_existing_file_keeps_its_mode(home: Path) -> None:
    (home / "f").write_text("old\n")
    (home / "f").chmod(0o600)
    await call(toolbox(home), home, "write", path="f", content="new\n")
    assert (home / "f").read_text() == "new\n"
    assert (home / "f").stat().st_mode & 0o777 == 0o600


async def test_an_empty_file_and_one_that_stays_the_same(home: Path) -> None:
    assert (
        text(await call(toolbox(home), home, "write", path="e", content=""))
        == "Successfully wrote 0 bytes to e"
    )
    assert not (await call(toolbox(home), home, "write", path="e", content="")).is_error


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
async def test_a_directory_that_forbids_it_is_told(home: Path) -> None:
    (home / "d").mkdir(mode=0o500)
    assert (await call(toolbox(home), home, "write", path="d/f", content="x")).is_error


@pytest.mark.parametrize("path", [".", "f/below"])
async def test_what_is_no_place_for_a_file_is_told(home: Path, path: str) -> None:
    (home / "f").write_text("x")
    assert (await call(toolbox(home), home, "write", path=path, content="x")).is_error
