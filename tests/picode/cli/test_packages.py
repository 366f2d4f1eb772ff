"""`picode install`, `list`, `update` and `remove`, as they are typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from picode import paths
from support.packages import files, repository, write


@pytest.fixture
def project(home: Path) -> Path:
    (home / "project" / ".git").mkdir(parents=True)
    return home / "project"


def picode(cwd: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "picode", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )


def test_a_package_comes_is_listed_is_updated_and_goes(
    project: Path, tmp_path: Path, where: paths.Paths
) -> None:
    address = f"file://localhost{repository(tmp_path / 'greet', files())}"
    done = picode(project, "install", address)
    assert (done.returncode, done.stderr) == (0, "")
    assert "skills: 1, prompts: 1, in " in done.stdout
    assert f"It is named in {where.settings}." in done.stdout
    [one] = json.loads(picode(project, "list", "--json").stdout)
    assert (one["source"], one["scope"], len(one["skills"])) == (address, "user", 1)
    assert picode(project, "update").stdout == f"{address}: updated\n"
    assert picode(project, "remove", address).returncode == 0
    assert picode(project, "list").stdout == "No packages. `picode install SOURCE` adds one.\n"


def test_for_a_project_it_stands_in_the_project(project: Path, where: paths.Paths) -> None:
    write(project / "pkg", files())
    assert picode(project, "install", "-l", "./pkg").returncode == 0
    assert "./pkg" in (project / ".picode" / "config.toml").read_text()
    assert not where.settings.exists()
    assert "(project)  skills: 1, prompts: 1" in picode(project, "list").stdout
    assert "skills" in picode(project, "config", "show").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["install", "what"], 2, "'what' names no package."),
        (["install", "./gone"], 66, "There is no directory"),
        (["remove", "npm:gone"], 66, "is not among the packages"),
        (["update", "npm:gone"], 66, "No package npm:gone is named"),
        (["install"], 2, "source"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: list[str], code: int, told: str, project: Path) -> None:
    done = picode(project, *arguments)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (code, True, False), (
        done.stderr
    )


def test_an_update_that_fails_says_so_and_ends_so(project: Path, where: paths.Paths) -> None:
    write(where.config, {"config.toml": '[resources]\npackages = ["file://localhost/nowhere/at-all"]\n'})
    done = picode(project, "update")
    assert (done.returncode, "git could not fetch it" in done.stdout) == (69, True), done
    assert "is not installed; `picode update` fetches it." in picode(project, "list").stdout


def test_the_origin_of_what_pi_s_settings_say_is_shown(project: Path, home: Path) -> None:
    write(
        home / "p" / ".pi" / "agent", {"settings.json": '{"theme": "light", "defaultThinkingLevel": "max"}'}
    )
    shown = picode(project, "config", "show", "--origin").stdout
    assert f'pane.theme = "light"  # {home}/p/.pi/agent/settings.json (theme)' in shown
    assert "# " in shown.splitlines()[-1]
    assert "models.thinking is 'max'" in shown
