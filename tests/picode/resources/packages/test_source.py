from pathlib import Path

import pytest

from picode.errors import UsageError
from picode.resources.packages.source import parse

BASE = Path("/base")


@pytest.mark.parametrize(
    ("text", "kind", "name", "version", "directory"),
    [
        ("npm:pkg", "npm", "pkg", "", "npm/pkg"),
        ("npm:pkg@1.2.3", "npm", "pkg", "1.2.3", "npm/pkg"),
        ("npm:pkg@next", "npm", "pkg", "next", "npm/pkg"),
        ("npm:pkg@^1.0", "npm", "pkg", "^1.0", "npm/pkg"),
        ("npm:@scope/pkg", "npm", "@scope/pkg", "", "npm/@scope/pkg"),
        ("npm:@scope/pkg@1.0.0", "npm", "@scope/pkg", "1.0.0", "npm/@scope/pkg"),
        ("pip:pkg", "pip", "pkg", "", "pip/pkg"),
        ("pip:My_Pkg.Name==1.0", "pip", "my-pkg-name", "==1.0", "pip/my-pkg-name"),
        ("pip:pkg>=1,<2", "pip", "pkg", ">=1,<2", "pip/pkg"),
        ("git:github.com/u/r", "git", "https://github.com/u/r", "", "git/github.com/u/r"),
        ("git:github.com/u/r@v1", "git", "https://github.com/u/r", "v1", "git/github.com/u/r"),
        ("git:github.com/u/r.git@v1", "git", "https://github.com/u/r.git", "v1", "git/github.com/u/r"),
        ("git:git@github.com:u/r", "git", "git@github.com:u/r", "", "git/github.com/u/r"),
        ("git:git@github.com:u/r@v1", "git", "git@github.com:u/r", "v1", "git/github.com/u/r"),
        ("git:https://github.com/u/r@main", "git", "https://github.com/u/r", "main", "git/github.com/u/r"),
        ("https://github.com/u/r", "git", "https://github.com/u/r", "", "git/github.com/u/r"),
        ("https://l.com/a/b/c.git@feature/x", "git", "https://l.com/a/b/c.git", "feature/x", "git/l.com/a/b/c"),
        ("ssh://git@github.com/u/r@v1", "git", "ssh://git@github.com/u/r", "v1", "git/github.com/u/r"),
        ("ssh://git@host.org:2222/u/r", "git", "ssh://git@host.org:2222/u/r", "", "git/host.org/u/r"),
        ("/abs/pkg", "local", "/abs/pkg", "", ""),
        ("./pkg", "local", "/base/pkg", "", ""),
        ("../pkg", "local", "/pkg", "", ""),
        (".", "local", "/base", "", ""),
    ],
)  # fmt: skip
def test_a_source_is_understood(text: str, kind: str, name: str, version: str, directory: str) -> None:
    found = parse(text, BASE)
    assert (found.kind, found.name, found.version, found.directory) == (kind, name, version, directory)


@pytest.mark.parametrize(
    "text",
    [
        "", "npm:", "npm:../x", "npm:a/b/c", "npm:--registry=x", "npm:file:../x", "npm:https://host/x.tgz", "pip:--x",
        "pip:-r/etc/passwd", "pip:pkg @ file:///x", "git:", "git:repo", "git:github.com/u/../../x",
        "git:github.com/u/--upload-pack=x", "git:github.com/u/r@--upload-pack=x", "git:ext::sh -c x", "nothing",
        "ext::x",
    ],
)  # fmt: skip
def test_what_is_no_source_is_told(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text, BASE)


@pytest.mark.parametrize(
    "pair",
    [
        ("npm:pkg", "npm:pkg@2"), ("pip:a_b", "pip:A-B==1"), ("git:github.com/u/r@v1", "https://github.com/u/r.git"),
        ("git:git@github.com:u/r", "ssh://git@github.com/u/r@v2"), ("./x", "/base/x"),
    ],
)  # fmt: skip
def test_two_sources_of_one_package_are_the_same(pair: tuple[str, str]) -> None:
    assert parse(pair[0], BASE).identity == parse(pair[1], BASE).identity


def test_a_home_is_expanded(home: Path) -> None:
    assert parse("~/pkg", BASE).name == str(home / "pkg")
