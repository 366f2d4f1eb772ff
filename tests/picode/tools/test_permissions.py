from pathlib import Path

import pytest

from picode.tools.permissions import Call, Grants, Policy, Verdict, always_means, decide, with_always

ANYBODY = Policy()


def bash(command: str) -> Call:
    return Call("bash", False, command, cwd="/project")


def edit(path: str, cwd: str = "/project", tool: str = "edit") -> Call:
    return Call(tool, False, path=path, cwd=cwd)


@pytest.mark.parametrize("tool", ["read", "grep", "find", "ls"])
def test_what_reads_runs(tool: str) -> None:
    assert decide(Call(tool, True), Policy(unattended=True), Grants()).decision == "allow"


TABLE = [
    # allow, deny, unattended, decision for bash
    ([], [], False, "ask"),
    ([], [], True, "deny"),
    (["bash"], [], True, "allow"),
    (["all"], [], True, "allow"),
    (["edit"], [], False, "ask"),
    (["edit"], [], True, "deny"),
    (["all"], ["bash"], False, "deny"),
    (["bash"], ["all"], False, "deny"),
]


@pytest.mark.parametrize(("allow", "deny", "unattended", "decision"), TABLE)
def test_grants_of_a_turn(allow: list[str], deny: list[str], unattended: bool, decision: str) -> None:
    policy = Policy(frozenset(allow), frozenset(deny), unattended)
    assert decide(bash("ls"), policy, Grants()).decision == decision


def test_a_reading_tool_can_be_switched_off() -> None:
    verdict = decide(Call("read", True), Policy(deny=frozenset(["read"])), Grants())
    assert verdict == Verdict("deny", "The tool read is switched off in the settings. Do without it.")


ALWAYS = [
    # said "always" to, then asked for, decision
    ("pytest -q", "pytest -x tests", "allow"),
    ("pytest -q", "pytest -q", "allow"),
    ("pytest -q", "pytest; pytest -x", "allow"),
    ("pytest -q", "pytest && rm -rf /", "ask"),
    ("pytest -q", "pytest $(rm -rf /)", "ask"),
    ("pytest -q", "pytest `rm -rf /`", "ask"),
    ("pytest -q", 'pytest "$(rm x)"', "ask"),
    ("pytest -q", "pytest > /etc/passwd", "ask"),
    ("pytest -q", "pytest | sh", "ask"),
    ("pytest -q", "pytest & rm x", "ask"),
    ("pytest -q", "pytest\nrm x", "ask"),
    ("pytest -q", "FOO=1 pytest", "ask"),
    ("pytest -q", "PATH=. pytest", "ask"),
    ("pytest -q", "./pytest", "ask"),
    ("pytest -q", "(pytest)", "ask"),
    ("pytest -q", "pytests", "ask"),
    ("pytest -q", "p'y'test", "allow"),
    ("pytest -q", "eval pytest", "ask"),
    ("git status", "git status -s", "allow"),
    ("git status", "git push --force", "ask"),
    ("git status", "git -c alias.x=!sh x", "ask"),
    ("git push", "git push --force", "ask"),
    ("git push", "git push", "allow"),
    ("cargo test", "cargo test --all", "allow"),
    ("cargo test", "cargo publish", "ask"),
    ("cargo run", "cargo run -- x", "ask"),
    ("rm a", "rm -rf b", "ask"),
    ("rm a", "rm a", "allow"),
    ("/bin/rm a", "/bin/rm b", "ask"),
    ("sudo ls", "sudo rm x", "ask"),
    ("python x.py", "python -c 'import os'", "ask"),
    ("env ls", "env rm x", "ask"),
    ("xargs ls", "xargs rm", "ask"),
    ("find . -name x", "find . -delete", "ask"),
    ("make", "make install", "ask"),
    ("npm test", "npm test -- -u", "allow"),
    ("npm install", "npm install evil", "ask"),
    ("bash x.sh", "bash -c 'rm x'", "ask"),
    ("ls && pwd", "ls", "ask"),
    ("ls && pwd", "ls && pwd", "allow"),
    ("ls > f", "ls > f", "allow"),
    ("ls > f", "ls > g", "ask"),
]


@pytest.mark.parametrize(("granted", "wanted", "decision"), ALWAYS)
def test_what_always_means_for_commands(granted: str, wanted: str, decision: str) -> None:
    grants = with_always(bash(granted), Grants())
    assert decide(bash(wanted), ANYBODY, grants).decision == decision


def test_grants_of_several_parts_add_up() -> None:
    grants = with_always(bash("ls"), with_always(bash("pytest -q"), Grants()))
    assert decide(bash("ls -l && pytest | ls"), ANYBODY, grants).decision == "allow"


def test_a_grant_for_commands_is_none_for_files() -> None:
    assert decide(edit("/project/a"), ANYBODY, with_always(bash("ls"), Grants())).decision == "ask"


def test_always_for_files_ends_at_the_projects_border(home: Path) -> None:
    project = home / "project"
    (project / ".git/hooks").mkdir(parents=True)
    (project / "out").symlink_to(home)
    grants = with_always(edit(str(project / "a"), str(project)), Grants())
    decisions = {
        path: decide(edit(str(project / path), str(project)), ANYBODY, grants).decision
        for path in ("b", "new/c", "../other", "out/file", ".git/hooks/pre-commit", "../project-two/x")
    }
    assert decisions == {
        "b": "allow", "new/c": "allow", "../other": "ask", "out/file": "ask", ".git/hooks/pre-commit": "ask",
        "../project-two/x": "ask",
    }  # fmt: skip
    assert decide(edit(str(project / "b"), str(project), "write"), ANYBODY, grants).decision == "ask"


@pytest.mark.parametrize(("call", "meaning"), [
    (bash("pytest -q"), "every `pytest …`"), (bash("git status"), "every `git status …`"),
    (bash("rm x"), "this exact command"), (bash("a && b"), "this exact command"),
    (edit("/project/a"), "edit below /project"), (edit("/etc/passwd"), "nothing: it is outside of the project"),
])  # fmt: skip
def test_always_is_told_in_words(call: Call, meaning: str) -> None:
    assert always_means(call) == meaning
