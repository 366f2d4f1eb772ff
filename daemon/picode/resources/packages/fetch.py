"""A package's files from where its source says, into a new directory. No script of a package runs.

npm and pip fetch archives with the user's own configuration (registry, proxy, keys) and are told to run nothing; git
clones without hooks, templates, submodules and links.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from picode.errors import BadData, Missing, Unavailable
from picode.resources.packages import unpack
from picode.resources.packages.source import Source

LONGEST = 300.0
"""Seconds that a fetch may take."""
GIT = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false", "-c", "core.fsmonitor=false",
    "-c", "protocol.ext.allow=never", "-c", "init.templateDir=", "-c", "filter.lfs.smudge=", "-c",
    "filter.lfs.process=", "-c", "filter.lfs.required=false",
)  # fmt: skip


def fetch(source: Source, target: Path, scratch: Path) -> None:
    """`target` must not be there yet; `scratch` is an empty directory. Raises Unavailable, Missing, BadData."""
    match source.kind:
        case "npm":
            _npm(source, target, scratch)
        case "pip":
            _pip(source, target, scratch)
        case "git":
            _git(source, target)
        case "local":
            raise BadData(f"{source.name} is a local package, which is not copied.")


def _npm(source: Source, target: Path, scratch: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable(
            "npm is not installed.", "Install Node, or take the package from git or as a directory."
        )
    wanted = f"{source.name}@{source.version}" if source.version else source.name
    _run(
        [npm, "pack", wanted, "--ignore-scripts", "--pack-destination", str(scratch), "--silent"],
        scratch,
        "npm",
    )
    unpack.tar(_one(scratch, "*.tgz", wanted), target)


def _pip(source: Source, target: Path, scratch: Path) -> None:
    wanted = f"{source.name}{source.version}"
    # a wheel is files; anything else would have to be built, and building runs what the package says
    given = [
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-input",
        "--disable-pip-version-check",
        "--quiet",
    ]
    _run([*_pip_program(), *given, "--dest", str(scratch), "--", wanted], scratch, "pip")
    unpack.wheel(_one(scratch, "*.whl", wanted), target)


def _pip_program() -> Sequence[str]:
    from importlib.util import find_spec

    if find_spec("pip") is not None:
        return (sys.executable, "-m", "pip")
    found = shutil.which("pip3") or shutil.which("pip")
    if found is None:
        raise Unavailable(
            "pip is not installed.", "Install pip, or take the package from git or as a directory."
        )
    return (found,)


def _git(source: Source, target: Path) -> None:
    git = shutil.which("git")
    if git is None:
        raise Unavailable("git is not installed.", "Install it with your package manager.")
    target.parent.mkdir(parents=True, exist_ok=True)
    deep = [] if source.version else ["--depth", "1"]
    given = ["clone", "--quiet", "--no-checkout", "--template=", "--no-recurse-submodules", *deep]
    _run([git, *GIT, *given, "--", source.name, str(target)], target.parent, "git")
    at = [source.version] if source.version else []
    try:
        _run(
            [git, *GIT, "-C", str(target), "checkout", "--quiet", "--detach", *_ref(git, target, at)],
            target,
            "git",
        )
    finally:
        # only the files are wanted: no history, and no configuration that a later git would follow
        shutil.rmtree(target / ".git", ignore_errors=True)


def _ref(git: str, target: Path, at: list[str]) -> list[str]:
    """A branch is known by its remote's name, a tag or a commit by its own."""
    if not at:
        return ["HEAD"]
    for name in (f"refs/tags/{at[0]}", f"refs/remotes/origin/{at[0]}", at[0]):
        asked = [git, "-C", str(target), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
        done = subprocess.run(
            asked, capture_output=True, text=True, timeout=60, check=False, env=_environment()
        )
        if done.returncode == 0:
            return [done.stdout.strip()]
    raise Missing(f"The repository has no branch, tag or commit {at[0]!r}.", "Nothing was installed.")


def _run(command: Sequence[str], cwd: Path, what: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False,
            env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{what} did not end within {LONGEST:.0f} s.", "Try again later.") from None
    except OSError as error:
        raise Unavailable(f"{what} cannot be started: {error.strerror}.") from error
    if done.returncode:
        raise Unavailable(f"{what} could not fetch it: {_complaint(done.stderr)}", "Nothing was installed.")


def _environment() -> dict[str, str]:
    return {
        **os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_ASKPASS": "true",
        "NPM_CONFIG_IGNORE_SCRIPTS": "true", "NPM_CONFIG_UPDATE_NOTIFIER": "false", "NPM_CONFIG_FUND": "false",
    }  # fmt: skip


def _complaint(stderr: bytes) -> str:
    """The line that says most: the last one that begins with an error's mark, else the last one."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    marked = [line for line in lines if line.lower().startswith(("error", "fatal", "npm err", "npm error"))]
    line = next(iter(marked or lines[-1:]), "it said nothing")
    return line[:300].rstrip(".") + "."


def _one(directory: Path, pattern: str, wanted: str) -> Path:
    found = sorted(directory.glob(pattern))
    if not found:
        raise Missing(f"No archive came for {wanted}.", "Nothing was installed.")
    return found[0]
