"""What ran, joined with what changed: real shells under the recorder, a real repository, a real daemon."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode.protocol.replies import Terminals
from picode.protocol.requests import GetTerminals
from support.daemon import Running, daemon, executable
from support.timeline import Project, changed, git, make_project, until

__all__ = ["daemon"]


@pytest.fixture
def project(home: Path, daemon: Running) -> Iterator[Project]:
    root = make_project(home / "project", app_py="x = 1\n", _gitignore="build/\n*.o\n")
    made = Project(root, home, daemon)
    yield made
    made.close()


def test_a_command_is_joined_with_the_files_that_it_changed_and_with_the_state_of_git(
    project: Project,
) -> None:
    shell = project.shell()
    entry = project.run(
        shell, "echo 'x = 2' > app.py; mkdir -p src/deep; echo 1 > src/deep/new.py; echo 2 > other.py"
    )
    assert changed(entry) == {"app.py": "M", "src/deep/new.py": "A", "other.py": "A"}
    assert entry.status == 0
    assert not entry.incomplete
    assert entry.cwd == str(project.root)
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before.branch, entry.before.dirty) == ("main", 0)
    assert entry.after.dirty == 3
    assert entry.after.head == entry.before.head == git(project.root, "rev-parse", "HEAD")
    committed = project.run(shell, "git add -A; git commit -qm second")
    assert committed.before is not None
    assert committed.after is not None
    assert committed.after.head == git(project.root, "rev-parse", "HEAD") != committed.before.head
    assert committed.after.dirty == 0
    removed = project.run(shell, "rm other.py; mv app.py main.py; false")
    assert changed(removed) == {"other.py": "D", "app.py": "D", "main.py": "A"}
    assert removed.status == 1
    assert changed(project.run(shell, "ls; cat main.py")) == {}


def test_an_editors_save_is_one_changed_file_however_it_is_done(project: Project) -> None:
    """A new file renamed over the old one; the old one renamed away and written anew; and the editors' own files."""
    shell = project.shell()
    renamed = project.run(
        shell, "touch .app.py.swp; echo 'x = 3' > app.py~new; mv app.py~new app.py; rm .app.py.swp"
    )
    assert changed(renamed) == {"app.py": "M"}
    anew = project.run(shell, "touch 4913; rm 4913; mv app.py app.py~; echo 'x = 4' > app.py; rm app.py~")
    assert changed(anew) == {"app.py": "M"}


def test_a_checkout_tells_every_file_that_it_wrote_and_both_branches(project: Project) -> None:
    shell = project.shell()
    project.run(
        shell, "git checkout -qb other; for n in $(seq 200); do echo $n > f$n.py; done; echo y > app.py"
    )
    project.run(shell, "git add -A; git commit -qm other")
    there = project.run(shell, "git checkout -q main")
    names = {f"f{number}.py" for number in range(1, 201)}
    assert changed(there) == {"app.py": "M", **dict.fromkeys(names, "D")}
    assert there.before is not None
    assert there.after is not None
    assert (there.before.branch, there.after.branch) == ("other", "main")
    back = project.run(shell, "git checkout -q other")
    assert changed(back) == {"app.py": "M", **dict.fromkeys(names, "A")}
    assert back.changed == 201


def test_a_build_that_writes_5000_ignored_files_hides_nothing_and_is_no_storm(project: Project) -> None:
    shell = project.shell()
    project.run(shell, "mkdir -p src lib; touch src/a.py lib/b.py; git add -A; git commit -qm directories")
    writes = "for n in $(seq 2500); do echo > src/build/$n.o; echo > build/$n; done"
    build = f"mkdir -p build src/build; {writes}; echo 1 > lib/b.py"
    entry = project.run(shell, build)
    assert changed(entry) == {"lib/b.py": "M"}
    assert not entry.incomplete
    # the second one is known from the first: nobody is asked for each file again
    assert changed(
        project.run(shell, "for n in $(seq 2500); do echo 2 > src/build/$n.o; done; echo 2 > src/a.py")
    ) == {"src/a.py": "M"}


def test_of_two_commands_at_once_both_get_the_file_and_it_is_said_so(project: Project) -> None:
    one, two = project.shell(), project.shell()
    long = "while [ ! -e ../go ]; do sleep 0.02; done; echo 1 > mine.py"
    start = len(one.seen)
    one.send(long.encode() + b"\r")
    one.wait_for(b"\x1b]133;C", start, 30)
    short = project.run(two, "echo 2 > both.py")
    assert changed(short) == {"both.py": "A"}
    assert short.beside == [long]
    assert [change.shared for change in short.files] == [True]
    (project.root.parent / "go").touch()
    entry = until(lambda: project._find(long), "the first command's entry")
    assert {change.path: change.shared for change in entry.files} == {"both.py": True, "mine.py": False}
    assert "echo 2 > both.py" in entry.beside


def test_what_changes_while_no_command_runs_is_told_too(project: Project) -> None:
    project.shell()
    (project.root / "app.py").write_text("by somebody else\n")
    entry = until(lambda: project._find(""), "an entry without a command")
    assert changed(entry) == {"app.py": "M"}
    assert entry.terminal == ""


def test_the_timeline_outlives_the_daemon(project: Project, daemon: Running) -> None:
    shell = project.shell()
    project.run(shell, "echo 2 > app.py")
    daemon.kill()
    daemon.start()
    assert changed(project.entry("echo 2 > app.py")) == {"app.py": "M"}
    # the recorder comes back with its next command; nobody watched yet, and that is said
    until(lambda: shell.run("true") and len(daemon_terminals(daemon)), "the recorder at the new daemon")
    until(lambda: project.timeline().watched, "the new daemon's watch")
    assert changed(project.run(shell, "echo 3 > app.py")) == {"app.py": "M"}
    assert daemon.stop() == 0
    daemon.start()
    assert [entry.command for entry in project.timeline().entries][-1] == "echo 3 > app.py"


def daemon_terminals(daemon: Running) -> list[object]:
    with daemon.connect() as connection:
        return list(connection.ask_for(Terminals, GetTerminals(0)).terminals)


def test_blame_names_the_command_between_the_last_green_and_the_first_red_run(project: Project) -> None:
    shell = project.shell()
    test = "grep -q 'x = 1' app.py"
    assert project.run(shell, test).status == 0
    project.run(shell, "echo notes > notes.txt")
    project.run(shell, "sed -i s/1/2/ app.py")
    project.run(shell, "git commit -qam 'change x'")
    assert project.run(shell, test).status == 1
    assert project.run(shell, test).status == 1
    found = project.blame(test)
    assert found.verdict == "broken"
    assert [entry.command for entry in found.between] == [
        "echo notes > notes.txt", "sed -i s/1/2/ app.py", "git commit -qam 'change x'",
    ]  # fmt: skip
    assert [line.partition(" ")[2] for line in found.commits] == ["change x"]
    assert any("app.py" in line for line in found.stat)
    told = "\n".join(found.sentences)
    assert "`sed -i s/1/2/ app.py`: M app.py" in told
    assert "1 commit came in between:" in told


def test_picode_timeline_prints_it(project: Project, home: Path) -> None:
    shell = project.shell()
    project.run(shell, "echo 2 > app.py; echo 1 > new.py")

    def picode(*words: str) -> str:
        command = [sys.executable, "-m", "picode", "timeline", *words]
        done = subprocess.run(
            command, cwd=project.root, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "echo 2 > app.py; echo 1 > new.py  [2 files: M app.py, A new.py]" in picode()
    assert "\n    M app.py\n    A new.py\n" in picode("--files")
    last = json.loads(picode("--json", "--since", "1h").splitlines()[-1])
    assert last["command"] == "echo 2 > app.py; echo 1 > new.py"
    assert last["after"]["branch"] == "main"
    assert "No run of `make test` is known" in picode("--blame", "make test")


def test_what_is_not_recorded_is_not_in_the_timeline_either(project: Project) -> None:
    """Nor is the command that paused the terminal, which had begun before anybody could know."""
    shell = project.shell()
    shell.run_quietly(" echo hidden-1")
    shell.run_quietly(f"{executable()} pause")
    shell.run_quietly("echo hidden-2")
    shell.run_quietly(f"{executable()} resume")
    shell.run_next("echo last")
    project.entry("echo last")
    told = [entry.command for entry in project.timeline().entries]
    assert not [
        command for command in told if "hidden" in command or "pause" in command or "resume" in command
    ]
