import pytest

from picode.agents.suggest import suggested

TABLE = [
    ("Run:\n\n```sh\ngit status\n```\n", "git status"),
    ("```bash\n$ make test\n```", "make test"),
    ("```fish\nset -x A b\n```", "set -x A b"),
    ("```console\n$ ls\na.txt\nb.txt\n```", "ls"),
    ("```sh\none\n```\nthen\n```sh\ntwo\n```", "two"),
    ("```sh\none\ntwo\n```", ""),
    ("```sh\none\n```\n```sh\ntwo\nthree\n```", ""),
    ("```console\n$ one\n$ two\n```", ""),
    ("```python\nprint(1)\n```", ""),
    ("```\nls\n```", ""),
    ("no block", ""),
    ("```sh\nunfinished", ""),
    ("```sh\n```", ""),
    ("```sh\n# only words\n```", ""),
    ("```sh\n# first look\nls -l\n```", "ls -l"),
    ("- item\n  ```sh\n  ls -l\n  ```\n", "ls -l"),
    ("```sh\ndocker run \\\n  -it \\\n  image\n```", "docker run -it image"),
    ("~~~zsh\nls\n~~~", "ls"),
    ("````sh\nls\n````", "ls"),
    ("```sh title=x\nls\n```", "ls"),
    ("```SH\nls\n```", "ls"),
]


@pytest.mark.parametrize(("text", "command"), TABLE)
def test_what_an_answer_suggests(text: str, command: str) -> None:
    assert suggested(text) == command


def test_a_suggestion_never_runs_itself() -> None:
    for text, _ in TABLE:
        assert "\n" not in suggested(text)
