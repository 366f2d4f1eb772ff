from pathlib import Path

import pytest

from support.toolbox import call, text, toolbox


@pytest.fixture
def place(home: Path) -> Path:
    (home / "d").mkdir()
    for name in ("b.txt", "A.txt", ".dot"):
        (home / "d" / name).write_text("x")
    (home / "d" / "sub").mkdir()
    (home / "d" / "dangling").symlink_to("nowhere")
    return home


async def test_a_directory_in_order(place: Path) -> None:
    result = await call(toolbox(place), place, "ls", path="d")
    assert text(result) == ".dot\nA.txt\nb.txt\ndangling\nsub/"


async def test_the_limit_is_told(place: Path) -> None:
    result = await call(toolbox(place), place, "ls", path="d", limit=2)
    assert text(result) == ".dot\nA.txt\n\n[2 entries limit reached. Use limit=4 for more]"
    assert result.details == {"entryLimitReached": 2}


@pytest.mark.parametrize(("path", "told"), [
    ("gone", "Path not found: {}/gone"), ("d/b.txt", "Not a directory: {}/d/b.txt"),
])  # fmt: skip
async def test_what_is_no_directory(place: Path, path: str, told: str) -> None:
    result = await call(toolbox(place), place, "ls", path=path)
    assert (text(result), result.is_error) == (told.format(place), True)


async def test_an_empty_directory_and_the_working_directory(place: Path) -> None:
    box = toolbox(place)
    assert text(await call(box, place / "d" / "sub", "ls")) == "(empty directory)"
