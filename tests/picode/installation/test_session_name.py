from pathlib import Path

import pytest

from picode.errors import Unavailable
from picode.installation.session_name import (
    LONGEST,
    choose,
    longest_name,
    read_known,
    write_known,
)


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("/src/picode", "picode"),
        ("/src/my project (old)", "my-project-old"),
        ("/src/.dotfiles", "dotfiles"),
        ("/src/日本", "project"),
        ("/", "project"),
        ("/src/a-name-that-is-much-longer-than-zellij-likes", "a-name-that-is-much-long"),
    ],
)
def test_the_session_is_named_after_the_project(directory: str, name: str) -> None:
    assert choose(Path(directory), {}, []) == name


def test_two_projects_of_one_name_get_two_sessions_and_keep_them() -> None:
    first, second = Path("/a/web"), Path("/b/web")
    known = {choose(first, {}, []): str(first)}
    other = choose(second, known, ["web"])
    assert other.startswith("web-")
    known[other] = str(second)
    assert choose(first, known, ["web", other]) == "web"
    assert choose(second, known, ["web", other]) == other


def test_a_project_keeps_its_hashed_name_when_the_plain_one_becomes_free() -> None:
    hashed = choose(Path("/b/web"), {"web": "/a/web"}, [])
    assert choose(Path("/b/web"), {hashed: "/b/web"}, []) == hashed


def test_a_session_of_somebody_elses_is_not_taken_for_the_projects() -> None:
    assert choose(Path("/a/web"), {}, ["web"]).startswith("web-")


@pytest.mark.parametrize("longest", [10, 15, LONGEST])
def test_no_name_is_longer_than_allowed(longest: int) -> None:
    project = Path("/a/x" + "y" * 80)
    assert len(choose(project, {}, [], longest)) == longest
    assert len(choose(project, {choose(project, {}, [], longest): "/else"}, [], longest)) == longest


def test_a_socket_directory_that_is_too_long_is_refused_in_one_sentence() -> None:
    assert longest_name(Path("/tmp/zellij-1000")) == LONGEST
    with pytest.raises(Unavailable, match="too long a path"):
        longest_name(Path("/" + "x" * 90))


def test_names_are_remembered_and_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    file = tmp_path / "state" / "names.json"
    assert read_known(file) == {}
    write_known(file, {"web": "/a/web"})
    assert read_known(file) == {"web": "/a/web"}
    file.write_text("[1")
    assert read_known(file) == {}
