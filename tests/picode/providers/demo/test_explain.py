"""What the demo says of failed commands: a table of what commands really print."""

from dataclasses import dataclass

import pytest

from picode.context.command import describe, describe_piped
from picode.protocol.values import CommandRecord
from picode.providers.demo import asked, exits
from picode.providers.demo.explain import explain
from picode.providers.demo.finding import Finding
from picode.providers.demo.record import Record, find

TRACEBACK = """Traceback (most recent call last):
  File "/home/u/app/main.py", line 12, in <module>
    run()
  File "/home/u/app/core/run.py", line 7, in run
    json.loads(text)
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"""

PYTEST = """=================================== FAILURES ===================================
    def test_total():
>       assert total([1, 2]) == 4
E       assert 3 == 4

tests/test_sum.py:9: AssertionError
=========================== short test summary info ============================
FAILED tests/test_sum.py::test_total[a b] - assert 3 == 4
FAILED tests/test_sum.py::test_other - KeyError: 'x'
2 failed, 3 passed in 0.12s"""

CARGO = """   Compiling app v0.1.0 (/home/u/app)
error[E0382]: borrow of moved value: `name`
 --> src/main.rs:5:20
  |
5 |     println!("{}", name);
  |                    ^^^^ value borrowed here after move

error: could not compile `app` (bin "app") due to 1 previous error"""


@dataclass(frozen=True)
class Case:
    command: str
    status: int
    output: str
    says: str
    fix: str = ""
    place: tuple[str, int] = ("", 0)


CASES = [
    Case("gti status", 127, "bash: gti: command not found", "Did you mean `git`?", "git status"),
    Case("pyhton x.py", 127, "zsh: command not found: pyhton", "Did you mean `python`?", "python x.py"),
    Case("frobnicate", 127, "fish: Unknown command: frobnicate", "no command `frobnicate`", "type -a frobnicate"),
    Case("x.sh", 127, "x.sh: line 3: jqq: command not found", "no command `jqq`", "type -a jqq"),
    Case("htop", 127, "Command 'htop' not found, but can be installed with:\nsudo apt install htop", "can be installed",
         "sudo apt install htop"),
    Case("sh x", 127, "sh: 1: foo: not found", "no command `foo`"),
    Case("./go.sh", 126, "bash: ./go.sh: Permission denied", "may not be run yet", "chmod +x -- ./go.sh"),
    Case("cat nope", 1, "cat: nope: No such file or directory", "no file or directory nope", "ls -la"),
    Case("ls nope", 2, "ls: cannot access 'no pe': No such file or directory", "no file or directory no pe", "ls -la"),
    Case("cat /etc/x", 1, "cat: /etc/x: Permission denied", "You may not do that with /etc/x", "ls -ld -- /etc/x"),
    Case("cat .", 1, "cat: .: Is a directory", ". is a directory"),
    Case("cp a b", 1, "cp: error writing 'b': No space left on device", "The disk is full", "df -h ."),
    Case("ls --nope", 2, "ls: unrecognized option '--nope'", "does not know the option --nope"),
    Case("echo (", 2, "bash: syntax error near unexpected token `newline'", "stumbles over `newline`"),
    Case("sleep 9", 130, "^C", "SIGINT: Ctrl-C interrupted it"),
    Case("./big", 137, "Killed", "SIGKILL: it was killed"),
    Case("./bad", 139, "Segmentation fault (core dumped)", "SIGSEGV"),
    Case("yes", 141, "y", "SIGPIPE"),
    Case("timeout 1 x", 124, "", "`timeout` ended it"),
    Case("weird", 77, "oh", "exit status 77: what that means is in its manual"),
    Case("python main.py", 1, TRACEBACK, "JSONDecodeError: Expecting value", "", ("/home/u/app/core/run.py", 7)),
    Case("python a.py", 1, '  File "a.py", line 3\n    x = (\n        ^\nSyntaxError: \'(\' was never closed',
         "SyntaxError", "", ("a.py", 3)),
    Case("python b.py", 1,
         'Traceback (most recent call last):\n  File "b.py", line 1, in <module>\n    import yaml\n'
         "ModuleNotFoundError: No module named 'yaml'",
         "ModuleNotFoundError", "python -m pip install pyyaml", ("b.py", 1)),
    Case("python -m nope", 1, "/usr/bin/python: No module named nope", "No module named nope",
         "python -m pip install nope"),
    Case("pytest", 1, PYTEST, "2 tests failed", "python -m pytest -x 'tests/test_sum.py::test_total[a b]'",
         ("tests/test_sum.py", 9)),
    Case("pytest", 5, "collected 0 items\n\nno tests ran in 0.01s", "no tests", "python -m pytest --collect-only -q"),
    Case("cargo build", 101, CARGO, "src/main.rs:5 (E0382): borrow of moved value", "rustc --explain E0382",
         ("src/main.rs", 5)),
    Case("cargo test", 101,
         "test tests::adds ... FAILED\n\nthread 'tests::adds' panicked at src/lib.rs:10:5:\nassertion failed: a == b",
         "panicked at src/lib.rs:10: assertion failed: a == b", "cargo test tests::adds -- --exact --nocapture",
         ("src/lib.rs", 10)),
    Case("cargo run", 101, "error: could not find `Cargo.toml` in `/x` or any parent directory", "no Cargo.toml",
         "cargo init"),
    Case("git status", 128, "fatal: not a git repository (or any of the parent directories): .git",
         "in no Git repository", "git init"),
    Case("git merge x", 1, "CONFLICT (content): Merge conflict in src/a b.py\nAutomatic merge failed", "src/a b.py",
         "git status"),
    Case("git push", 1, " ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs", "rejected",
         "git pull --rebase"),
    Case("git push", 128, "fatal: The current branch my-work has no upstream branch.", "my-work",
         "git push --set-upstream origin my-work"),
    Case("git log nope", 128, "fatal: ambiguous argument 'nope': unknown revision or path not in the working tree.",
         "named nope", "git branch --all"),
    Case("git checkout nope", 1, "error: pathspec 'nope' did not match any file(s) known to git", "named nope"),
    Case("git pull", 1, "error: Your local changes to the following files would be overwritten by merge:\n\ta.py",
         "not committed", "git stash"),
    Case("git comit", 1, "git: 'comit' is not a git command. See 'git --help'.\n\n"
         "The most similar command is\n\tcommit", "commit is near", "git commit"),
    Case("git push", 128, "git@github.com: Permission denied (publickey).", "SSH key", "ssh-add -l"),
    Case("make tset", 2, "make: *** No rule to make target 'tset'.  Stop.", "no target tset",
         "grep -nE '^[A-Za-z0-9_.-]+:' Makefile"),
    Case("make", 2, "Makefile:3: *** missing separator.  Stop.", "Line 3 of Makefile begins with spaces"),
    Case("make", 2, "gcc -o a a.c\nmake: *** [Makefile:4: all] Error 1", "at the target all (Makefile:4)"),
    Case("make", 2, f"cargo build\n{CARGO}\nmake: *** [Makefile:4: all] Error 101", "stopped at the target all",
         "rustc --explain E0382", ("src/main.rs", 5)),
    Case("node s.js", 1, "Error: listen EADDRINUSE: address already in use :::3000", "Port 3000 is taken",
         "ss -ltnp 'sport = :3000'"),
    Case("python -m http.server 8000", 1,
         'Traceback (most recent call last):\n  File "/usr/lib/python3.11/socketserver.py", line 456, in __init__\n'
         "OSError: [Errno 98] Address already in use", "Port 8000 is taken", "ss -ltnp 'sport = :8000'"),
    Case("curl localhost:1", 7, "curl: (7) Failed to connect to localhost port 1: Connection refused",
         "Nothing listens", "ss -ltn"),
    Case("curl http://nope.example", 6, "curl: (6) Could not resolve host: nope.example", "nope.example",
         "getent hosts nope.example"),
    Case("node a.js", 1, "Error: Cannot find module 'express'\nRequire stack:", "no package express",
         "npm install express"),
    Case("npm run biuld", 1, 'npm error Missing script: "biuld"', "no script biuld", "npm run"),
    Case("ls", 0, "a\nb", "exit status 0: it finished without an error. It printed 2 lines; the last one says: `b`"),
    Case("false", 1, "", "It printed nothing"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command} {case.status}")
def test_a_failure_is_explained(case: Case) -> None:
    found = explain(Record(case.output, case.command, case.status))
    assert case.says in found.text
    if case.fix:
        assert found.fix == case.fix
    assert (found.path, found.line) == case.place
    assert found.text.startswith(f"`{case.command}`")


def test_words_of_the_output_are_quoted_for_the_shell() -> None:
    evil = "cat: $(rm -rf ~): Is a directory"
    found = explain(Record(evil.replace(" -rf ", "-rf"), "cat x", 1))
    assert "'$(rm-rf~)'" in found.fix or "$(" not in found.fix
    module = "Traceback (most recent call last):\n  File \"b.py\", line 1\nModuleNotFoundError: No module named 'a;rm'"
    assert ";" not in explain(Record(module, "python b.py", 1)).fix


@pytest.mark.parametrize(
    "output",
    [
        "",
        "\x1b[31m",
        "{braces} {0}",
        "%s" * 50,
        "a" * 200_000,
        "a " * 100_000,
        ":" * 100_000,
        'File "' * 50_000,
        "\n" * 50_000,
        'File "x", line 1\n' * 3000,
    ],
)
def test_no_output_breaks_it(output: str) -> None:
    for status in (None, -9, 0, 1, 127, 300):
        assert isinstance(explain(Record(output, "x", status)), Finding)


def test_every_status_has_a_meaning() -> None:
    for status in range(-70, 300):
        assert exits.meaning(status)


def test_a_running_command_is_told_as_running() -> None:
    block = '<command status="running" cwd="/x" duration="3s">\n$ sleep 100\n</command>'
    text = f"why?\n\n{block}\n<output>\nworking\n</output>"
    question, record = find(text)
    assert question == "why?"
    assert record is not None
    assert record.running
    assert explain(record).text.startswith("`sleep 100` is still running.")


def test_the_command_is_found_in_the_message() -> None:
    text = (
        'What now?\n<command status="3" cwd="/a b/c" duration="1.2s">\n$ for x in 1; do\n  echo\ndone\n</command>\n'
        "<output>\none\n</output>\ntwo\n</output>\n"
    )
    question, record = find(text)
    assert question == "What now?"
    assert record == Record("one\n</output>\ntwo", "for x in 1; do\n  echo\ndone", 3, "/a b/c", "1.2s")
    assert find("just words <b>") == ("just words <b>", None)
    assert find("<output>\npiped\n</output>") == ("", Record("piped"))


ALL = {"read", "ls", "bash", "write", "edit", "grep", "find"}


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("read README.md", "read", {"path": "README.md"}),
        ("Please show me the file `src/app.py`.", "read", {"path": "src/app.py"}),
        ("what does @docs/tour.md say", "read", {"path": "docs/tour.md"}),
        ("explain main.rs", "read", {"path": "main.rs"}),
        ("list src", "ls", {"path": "src"}),
        ("ls", "ls", {"path": "."}),
        ("list the files in daemon/picode", "ls", {"path": "daemon/picode"}),
        ("what files are here?", "ls", {"path": "."}),
        ("run `echo hi there`", "bash", {"command": "echo hi there"}),
        ("run make test", "bash", {"command": "make test"}),
        ("write a.txt: hello\nworld", "write", {"path": "a.txt", "content": "hello\nworld"}),
        ("create the file b.txt with some text", "write", {"path": "b.txt", "content": "some text"}),
        (
            "edit a.txt: old to new",
            "edit",
            {"path": "a.txt", "edits": [{"oldText": "old", "newText": "new"}]},
        ),
        ("search for later in src", "grep", {"pattern": "later", "path": "src"}),
        ("find *.py", "find", {"pattern": "*.py"}),
    ],
)
def test_a_request_becomes_a_call(question: str, tool: str, arguments: dict[str, object]) -> None:
    assert asked.understand(question, ALL) == (tool, arguments)
    assert asked.understand(question, set()) is None


@pytest.mark.parametrize("question", ["", "hello", "who are you?", "why did it fail", "thanks!"])
def test_other_questions_call_nothing(question: str) -> None:
    assert asked.understand(question, ALL) is None


@pytest.mark.parametrize("output", [b"gone\r\n", b""])
def test_what_is_really_sent_is_understood(output: bytes) -> None:
    sent = CommandRecord(1, "make x", '/a "b"', status=2, duration=1234, head=output)
    for question in ("", "why?"):
        asked_, record = find(describe(sent, question)[0])
        assert asked_
        assert record is not None
        assert (record.command, record.status, record.duration) == ("make x", 2, "1.2s")
        assert record.output == output.decode().strip()
    piped = find(describe_piped("from a pipe", "what?")[0])
    assert piped == ("what?", Record("from a pipe"))


def test_lines_that_were_left_out_are_counted() -> None:
    output = "first\n[… 12,345 characters (4,000 lines) left out …]\nlast\n"
    assert "It printed 4,002 lines" in explain(Record(command="seq 5000", status=0, output=output)).text
