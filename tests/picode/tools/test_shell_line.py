import pytest

from picode.tools.shell_line import parts

PLAIN = [
    ("ls", [["ls"]]),
    ("git commit -m 'a && b; c'", [["git", "commit", "-m", "a && b; c"]]),
    ('echo "a | b"', [["echo", "a | b"]]),
    ("echo a\\ b\\;c", [["echo", "a b;c"]]),
    ("a && b || c; d | e & f\ng", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
    ("pytest $EXTRA", [["pytest", "$EXTRA"]]),
    ('echo "cost: $5 \\"quoted\\""', [["echo", 'cost: $5 "quoted"']]),
    ("  ls   -l  ", [["ls", "-l"]]),
    ("p\"y\"'test' x", [["pytest", "x"]]),
    ("ls;", [["ls"]]),
]
HIDDEN = [
    "", " ", ";", "echo $(rm x)", "echo `rm x`", 'echo "$(rm x)"', 'echo "`rm x`"', "ls > f", "ls 2>&1", "cat < f",
    "cat <<EOF\nrm\nEOF", "diff <(a) <(b)", "(rm x)", "{ rm x; }", "X=1 ls", "$CMD x", "'unfinished", '"unfinished',
    "ls \\\n-l", "if true; then rm x; fi", "for f in *; do rm $f; done", "eval rm x", "exec rm", ". ./f", "source f",
    "echo ${x:=$(rm)}", "echo $((1))", "ls # comment", "! ls", "echo $'\\n'", "~/bin/x", "./*.sh", "a\\", "time ls",
    'echo "${x@P}"', "command rm x", "trap 'rm x' EXIT", "ls &> f", "a |& b > c",
]  # fmt: skip


@pytest.mark.parametrize(("command", "words"), PLAIN)
def test_what_words_tell(command: str, words: list[list[str]]) -> None:
    assert parts(command) == words


@pytest.mark.parametrize("command", HIDDEN)
def test_what_words_do_not_tell(command: str) -> None:
    assert parts(command) is None
