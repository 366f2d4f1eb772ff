"""Where files live, and which directories are refused."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from picode import paths
from picode.errors import DiskFailed, NotAllowed, Unavailable


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    found = paths.resolve({"PICODE_HOME": str(tmp_path)})
    assert {found.config, found.data, found.state, found.cache, found.runtime} == {
        tmp_path / kind for kind in ("config", "data", "state", "cache", "run")
    }


def test_without_it_the_runtime_directory_is_the_sessions(tmp_path: Path) -> None:
    assert paths.resolve({"XDG_RUNTIME_DIR": str(tmp_path)}).runtime == tmp_path / "picode"


def test_looking_creates_nothing(tmp_path: Path) -> None:
    paths.resolve({"PICODE_HOME": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()


def test_a_private_directory_is_0700_even_when_it_was_there(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    assert stat.S_IMODE(paths.make_private(tmp_path / "run").stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.make_private(tmp_path / "other").stat().st_mode) == 0o700


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert paths.is_ours(tmp_path)
    assert not paths.is_ours(tmp_path / "link")
    assert not paths.is_ours(tmp_path / "nothing")
    with pytest.raises(NotAllowed, match="belongs to somebody else"):
        paths.make_private(tmp_path / "link")


@pytest.mark.skipif(os.getuid() != 0, reason="giving a directory away takes root")
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 12345, 12345)
    assert not paths.is_ours(tmp_path / "theirs")
    with pytest.raises(NotAllowed):
        paths.make_private(tmp_path / "theirs")


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskFailed, match="cannot be made: Not a directory"):
        paths.make_private(tmp_path / "file" / "run")


def test_a_socket_path_that_is_too_long_is_told_with_what_to_do() -> None:
    with pytest.raises(Unavailable, match="the system allows 103") as error:
        paths.check_socket(Path("/tmp") / ("x" * 120))
    assert "PICODE_HOME" in error.value.hint


def test_the_assets_are_found_in_a_checkout() -> None:
    assert (paths.assets() / "layouts").is_dir()
    assert (paths.assets() / "shell").is_dir()


def test_a_project_is_the_checkout_or_the_directory_itself(tmp_path: Path) -> None:
    inside = tmp_path / "shop" / "src"
    inside.mkdir(parents=True)
    assert paths.project_of(inside) == inside.resolve()
    (tmp_path / "shop" / ".git").write_text("gitdir: elsewhere")
    (tmp_path / "link").symlink_to(inside)
    assert paths.project_of(str(inside)) == (tmp_path / "shop").resolve()
    assert paths.project_of(tmp_path / "link") == (tmp_path / "shop").resolve()
    assert paths.project_of(tmp_path / "gone" / "deep") == (tmp_path / "gone" / "deep").resolve()


def test_a_directory_that_was_removed_keeps_the_shells_name_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    assert paths.working_directory() == tmp_path / "gone"
    (tmp_path / "gone").rmdir()
    assert paths.working_directory({"PWD": "/some/where"}) == Path("/some/where")
    assert paths.working_directory({}) == Path(os.environ["HOME"])


def test_a_session_without_a_runtime_directory_is_no_reason_for_a_warning(home: Path) -> None:
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-P", "-c", "from picode import paths; print(paths.resolve().runtime.name)"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("picode\n", "")
