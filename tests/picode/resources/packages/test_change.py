"""Installing from every kind of source, on this machine alone; nothing of a package may run."""

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import config, paths
from picode.errors import BadData, Missing, PicodeError, Unavailable, UsageError
from picode.resources.collection import collect
from picode.resources.collection import where as at
from picode.resources.packages import change, unpack
from picode.resources.packages.change import Desk
from support.packages import SKILL, Registry, files, git, registry, repository, tarball, wheel, write
from support.tools import need


@pytest.fixture
def project(home: Path) -> Path:
    directory = home / "project"
    (directory / ".git").mkdir(parents=True)
    return directory


@pytest.fixture
def user(where: paths.Paths, project: Path) -> Desk:
    return change.desk(where, project, local=False)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Registry]:
    with registry() as found:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", found.url)
        monkeypatch.setenv("NPM_CONFIG_CACHE", str(home / "npm"))
        monkeypatch.setenv("PIP_INDEX_URL", f"{found.url}/simple")
        monkeypatch.setenv("PIP_CACHE_DIR", str(home / "pip"))
        yield found


def skills(project: Path) -> dict[str, str]:
    """Name to scope, of all that count in the project."""
    told = paths.resolve()
    settings = config.load(told, project=project).settings
    found = collect(at(str(project), told.config, settings))
    return {skill.name: skill.origin.scope for skill in found.skills}


def test_a_directory_is_named_and_not_copied(user: Desk, project: Path, tmp_path: Path) -> None:
    package = write(tmp_path / "pkg", files())
    root, counts = change.install(user, str(package), project)
    assert (root, counts["skills"], counts["prompts"]) == (package, 1, 1)
    assert skills(project) == {"greet": "user"}
    change.remove(user, str(package), project)
    assert skills(project) == {}
    assert (package / "skills").exists()


def test_a_project_names_its_own_directory_relatively(where: paths.Paths, project: Path) -> None:
    write(project / "tools" / "pkg", files())
    local = change.desk(where, project, local=True)
    change.install(local, "./tools/pkg", project)
    assert 'packages = ["./tools/pkg"]' in (project / ".picode" / "config.toml").read_text()
    assert skills(project) == {"greet": "project"}


def test_a_project_cannot_name_a_directory_outside_of_it(
    where: paths.Paths, project: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is not in the project"):
        change.install(
            change.desk(where, project, local=True), str(write(tmp_path / "pkg", files())), project
        )
    assert not (project / ".picode").exists()


def test_npm_brings_files_and_runs_nothing(user: Desk, project: Path, index: Registry, home: Path) -> None:
    need("npm")
    index.npm("@scope/greet", ("1.0.0", files("old")), ("1.1.0", files()))
    root, _ = change.install(user, "npm:@scope/greet", project)
    assert root == user.directory / "npm" / "@scope" / "greet"
    assert skills(project) == {"greet": "user"}
    change.install(user, "npm:@scope/greet@1.0.0", project)
    assert change.names(user) == ["npm:@scope/greet@1.0.0"]
    assert skills(project) == {"old": "user"}
    assert not (home / "ran").exists()


def test_pip_brings_wheels_and_runs_nothing(user: Desk, project: Path, index: Registry, home: Path) -> None:
    content = {f"greet/{name}": text for name, text in files().items()}
    index.pip("greet", ("greet-1.0-py3-none-any.whl", wheel("greet", "1.0", content)))
    change.install(user, "pip:greet", project)
    assert skills(project) == {"greet": "user"}
    assert not (home / "ran").exists()


def test_a_source_archive_is_not_built(user: Desk, project: Path, index: Registry, home: Path) -> None:
    index.pip("greet", ("greet-1.0.tar.gz", tarball(files(), "greet-1.0")))
    with pytest.raises(Unavailable, match="pip could not fetch it"):
        change.install(user, "pip:greet", project)
    assert not (home / "ran").exists()
    assert change.names(user) == []


def address(repository: Path) -> str:
    return f"file://localhost{repository}"


def test_git_brings_the_files_of_a_ref_and_runs_no_hook(
    user: Desk, project: Path, tmp_path: Path, home: Path
) -> None:
    template = write(home / "template", {"hooks/post-checkout": "#!/bin/sh\ntouch ~/ran\n"})
    (template / "hooks" / "post-checkout").chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[init]\n templateDir = {template}\n[core]\n hooksPath = {template}/hooks\n"
        '[filter "x"]\n smudge = touch ~/ran\n'
    )
    made = repository(tmp_path / "greet", files(), "v1")
    (made / "secret").symlink_to("/etc/hostname")
    write(made, {"skills/new/SKILL.md": SKILL.format(name="new")})
    git(made, "add", "-A")
    git(made, "commit", "-qm", "two")
    root, _ = change.install(user, address(made), project)
    assert skills(project) == {"greet": "user", "new": "user"}
    assert not (root / ".git").exists()
    assert not (root / "secret").is_symlink()
    for ref in ("v1", "main~1", "HEAD~1"):
        change.install(user, f"{address(made)}@{ref}", project)
        assert skills(project) == {"greet": "user"}
    with pytest.raises(Missing, match="no branch, tag or commit"):
        change.install(user, f"{address(made)}@v9", project)
    assert skills(project) == {"greet": "user"}  # what was there stays
    assert not (home / "ran").exists()


def test_an_update_takes_what_is_new_and_leaves_what_is_pinned(
    user: Desk, project: Path, tmp_path: Path
) -> None:
    made = repository(tmp_path / "greet", files(), "v1")
    other = repository(tmp_path / "other", files("other"), "v1")
    change.install(user, address(made), project)
    change.install(user, f"{address(other)}@v1", project)
    for one in (made, other):
        write(one, {"skills/new/SKILL.md": SKILL.format(name=f"new-{one.name}")})
        git(one, "add", "-A")
        git(one, "commit", "-qm", "two")
    assert [one.told for one in change.update(user, "", project)] == ["updated", "pinned"]
    assert set(skills(project)) == {"greet", "new-greet", "other"}


def test_an_update_fetches_what_a_colleague_has_named(
    where: paths.Paths, project: Path, tmp_path: Path
) -> None:
    made = repository(tmp_path / "greet", files())
    write(project, {".picode/config.toml": f'[resources]\npackages = ["{address(made)}"]\n'})
    local = change.desk(where, project, local=True)
    assert skills(project) == {}
    assert [one.told for one in change.update(local, "", project)] == ["installed"]
    assert skills(project) == {"greet": "project"}
    assert (project / ".picode" / "packages" / ".gitignore").read_text().endswith("*\n")


def test_what_fails_to_update_is_told_and_the_rest_is_done(user: Desk, project: Path, tmp_path: Path) -> None:
    made = repository(tmp_path / "greet", files())
    change.install(user, address(made), project)
    gone = repository(tmp_path / "gone", files("gone"))
    change.install(user, address(gone), project)
    gone.rename(tmp_path / "moved")
    done = change.update(user, "", project)
    assert [one.failed for one in done] == [False, True]
    assert set(skills(project)) == {"greet", "gone"}


def test_a_project_s_package_wins_over_the_user_s(where: paths.Paths, project: Path, tmp_path: Path) -> None:
    made = repository(tmp_path / "greet", files(), "v1")
    change.install(change.desk(where, project, local=False), address(made), project)
    change.install(change.desk(where, project, local=True), f"{address(made)}@v1", project)
    assert skills(project) == {"greet": "project"}


def test_a_package_without_anything_for_us_is_not_installed(
    user: Desk, project: Path, tmp_path: Path
) -> None:
    made = repository(tmp_path / "empty", {"README.md": "Hello."})
    with pytest.raises(Missing, match="brings no skill"):
        change.install(user, address(made), project)
    assert change.names(user) == []
    assert not (user.directory / "git").exists() or not any(user.directory.rglob("README.md"))


def test_what_is_not_there_cannot_be_removed(user: Desk, project: Path) -> None:
    with pytest.raises(Missing, match="is not among the packages"):
        change.remove(user, "npm:nothing", project)
    with pytest.raises(UsageError):
        change.install(user, "nothing", project)


def test_removing_takes_the_files_and_keeps_comments(user: Desk, project: Path, tmp_path: Path) -> None:
    user.settings.parent.mkdir(parents=True, exist_ok=True)
    user.settings.write_text("# mine\n[models]\nretries = 2  # few\n")
    made = repository(tmp_path / "greet", files())
    root, _ = change.install(user, address(made), project)
    change.remove(user, address(made), project)
    assert not root.exists()
    assert "# mine\n[models]\nretries = 2  # few\n" in user.settings.read_text()


def test_without_the_program_one_sentence_says_so(
    user: Desk, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for source in ("npm:greet", "git:example.org/a/b"):
        with pytest.raises(Unavailable, match="is not installed"):
            change.install(user, source, project)


def evil(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        archive.addfile(info, io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        evil("package/../../../out"), evil("package/link", tarfile.SYMTYPE, "/etc/passwd"),
        evil("package/link", tarfile.SYMTYPE, "../../../out"), evil("package/pipe", tarfile.FIFOTYPE),
        evil("package/device", tarfile.CHRTYPE), b"no archive", b"",
    ],
    ids=["up", "link", "link up", "pipe", "device", "text", "nothing"],
)  # fmt: skip
def test_an_archive_that_leads_out_is_refused(archive: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.tgz").write_bytes(archive)
    with pytest.raises(PicodeError):
        unpack.tar(tmp_path / "in" / "a.tgz", tmp_path / "in" / "target")
    assert os.listdir(tmp_path) == ["in"]
    assert not (tmp_path / "in" / "target").exists()


def test_a_wheel_that_leads_out_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("../out", "x")
    with pytest.raises(BadData, match="leads out of it"):
        unpack.wheel(tmp_path / "a.whl", tmp_path / "target")


def test_a_flood_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", 1000)
    (tmp_path / "a.tgz").write_bytes(tarball({"big": "x" * 2000}))
    with pytest.raises(BadData, match="more than"):
        unpack.tar(tmp_path / "a.tgz", tmp_path / "target")
