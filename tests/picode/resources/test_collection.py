"""Where skills and templates are looked for, and which of them wins."""

from pathlib import Path

import pytest

from picode import config, paths
from picode.resources.collection import Resources, collect, where
from support.packages import SKILL, files, write


@pytest.fixture
def project(home: Path) -> Path:
    directory = home / "p" / "project"
    (directory / ".git").mkdir(parents=True)
    (directory / "src").mkdir()
    return directory


def found(cwd: Path) -> Resources:
    told = paths.resolve()
    settings = config.load(told, project=paths.project_of(cwd)).settings
    return collect(where(str(cwd), told.config, settings))


def one(name: str) -> dict[str, str]:
    return {f"{name}/SKILL.md": SKILL.format(name=name)}


def test_every_place_is_looked_into(where: paths.Paths, project: Path, home: Path) -> None:
    places = {
        "ours": where.config / "skills", "pi": home / "p/.pi/agent/skills", "common": home / "p/.agents/skills",
        "in-project": project / ".picode/skills", "pi-project": project / ".pi/skills",
        "common-project": project / ".agents/skills", "common-here": project / "src/.agents/skills",
        "pi-here": project / "src/.pi/skills",
    }  # fmt: skip
    for name, directory in places.items():
        write(directory, one(name))
    scopes = {skill.name: skill.origin.scope for skill in found(project / "src").skills}
    assert scopes == {
        "ours": "user", "pi": "user", "common": "user", "in-project": "project", "pi-project": "project",
        "common-project": "project", "common-here": "project", "pi-here": "project",
    }  # fmt: skip


def test_loose_files_are_skills_only_in_our_own_and_pi_s_places(
    where: paths.Paths, project: Path, home: Path
) -> None:
    for number, directory in enumerate(
        (where.config, home / "p/.pi/agent", home / "p/.agents", project / ".agents")
    ):
        write(directory / "skills", {f"n{number}.md": SKILL.format(name=f"n{number}")})
    assert [skill.name for skill in found(project).skills] == ["n0", "n1"]


def test_the_project_goes_before_the_user_and_packages_come_last(
    where: paths.Paths, project: Path, home: Path
) -> None:
    write(home / "pkg", files("same"))
    write(where.config, {"config.toml": f'[resources]\npackages = ["{home}/pkg"]\n'})
    write(where.config / "skills", one("same"))
    write(project / ".pi" / "skills", one("same"))
    write(where.config / "prompts", {"review.md": "mine"})
    write(project / ".picode" / "prompts", {"review.md": "the project's"})
    assert [skill.origin.scope for skill in found(project).skills] == ["project"]
    assert [template.text for template in found(project).templates] == ["the project's"]
    assert sum("There are two" in notice for notice in found(project).notices) == 4


def test_the_directory_of_pi_can_be_elsewhere_and_be_left_alone(
    where: paths.Paths, project: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PI_CODING_AGENT_DIR", str(home / "elsewhere"))
    write(home / "elsewhere" / "skills", one("there"))
    write(project / ".pi" / "prompts", {"a.md": "A"})
    assert [skill.name for skill in found(project).skills] == ["there"]
    write(where.config, {"config.toml": "[pi]\nread = false\n"})
    assert (found(project).skills, found(project).templates) == ([], [])


def test_settings_name_more_places(where: paths.Paths, project: Path, home: Path) -> None:
    write(home / "more", one("far"))
    write(home / "single.md".replace("single.md", ""), {"single.md": SKILL.format(name="single")})
    write(where.config, {"config.toml": f'[resources]\nskills = ["{home}/more", "../../single.md"]\n'})
    write(project, {".picode/config.toml": '[resources]\nskills = ["tools/skills"]\n', **{
        f"tools/skills/{name}": text for name, text in one("near").items()
    }})  # fmt: skip
    scopes = {skill.name: skill.origin.scope for skill in found(project).skills}
    assert scopes == {"far": "user", "single": "user", "near": "project"}


def test_a_project_s_settings_cannot_name_what_is_outside_of_it(
    where: paths.Paths, project: Path, home: Path
) -> None:
    write(home / "private", one("private"))
    write(project, {
        ".picode/config.toml": f'[resources]\nskills = ["{home}/private", "../../private"]\npackages = ["../../x"]\n'
    })  # fmt: skip
    assert found(project).skills == []
    notices = config.load(where, project=project).notices
    assert [notice.endswith("is not in the project and was left out.") for notice in notices] == [True] * 3


def test_pi_s_settings_name_packages_that_pi_has_installed(
    where: paths.Paths, project: Path, home: Path
) -> None:
    pi = home / "p" / ".pi" / "agent"
    write(pi, {"settings.json": '{"packages": ["npm:one", "git:example.org/u/two@v1", "./three", '
               '{"source": "npm:four", "skills": []}, "npm:gone"], "skills": ["~/p/own"]}'})  # fmt: skip
    for name, below in (("one", "npm/node_modules/one"), ("two", "git/example.org/u/two"), ("three", "three"),
                        ("four", "npm/node_modules/four")):  # fmt: skip
        write(pi / below, files(name))
    write(home / "p" / "own", one("own"))
    told = found(project)
    assert {skill.name for skill in told.skills} == {"one", "two", "three", "own"}
    assert "The package npm:gone is not installed; `picode update` fetches it." in told.notices
    origins = {skill.name: (skill.origin.source, skill.origin.package) for skill in told.skills}
    assert origins["one"] == ("npm:one", True)
    assert origins["own"] == ("settings", False)


def test_a_broken_source_in_the_settings_is_told(where: paths.Paths, project: Path) -> None:
    write(where.config, {"config.toml": '[resources]\npackages = ["what"]\n'})
    assert found(project).notices == ["In the setting resources.packages: 'what' names no package."]
