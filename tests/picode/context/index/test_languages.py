"""Symbols and imports of every language, by its grammar and our query; and an analyzer of somebody else."""

import importlib.metadata

import pytest

from picode.context.index import languages
from picode.context.index.analyzer import DefaultAnalyzer, Symbol
from picode.context.index.languages import LANGUAGES, analyzer_of, language_of

SOURCES: dict[str, tuple[str, set[tuple[str, str]], list[str]]] = {
    "a.py": (
        "import os.path as p\nfrom ..a import b\nX = 1\nclass A:\n    @p\n    async def f(self):\n        pass\n",
        {("X", "variable"), ("A", "class"), ("f", "function")},
        ["os.path", "..a"],
    ),
    "a.js": (
        "import a from './a'\nconst b = require('b')\nexport class A { m() {} }\nconst f = () => 1\n"
        "function g() { return import('./late') }",
        {
            ("b", "variable"),
            ("A", "class"),
            ("m", "method"),
            ("f", "function"),
            ("f", "variable"),
            ("g", "function"),
        },
        ["./a", "b", "./late"],
    ),
    "a.ts": (
        "import a from './a'\nexport interface I {}\ntype T = 1\nabstract class A { m(): void {} }\nenum E { X }",
        {("I", "interface"), ("T", "type"), ("A", "class"), ("m", "method"), ("E", "enum")},
        ["./a"],
    ),
    "a.tsx": (
        "import a from './a'\nexport function F() { return <div>{a}</div> }\n",
        {("F", "function")},
        ["./a"],
    ),
    "a.go": (
        'package a\nimport (\n"fmt"\n"x/y"\n)\ntype T struct{}\nfunc (t T) M() {}\nfunc F() {}\nvar V = 1\nconst C = 2',
        {("T", "type"), ("M", "method"), ("F", "function"), ("V", "variable"), ("C", "constant")},
        ["fmt", "x/y"],
    ),
    "a.rs": (
        "use crate::b::C;\nmod d;\nstruct S;\nimpl S { fn f(&self) {} }\nmacro_rules! m { () => {} }\n"
        "trait T { fn g(); }",
        {
            ("S", "struct"),
            ("S", "impl"),
            ("f", "function"),
            ("m", "macro"),
            ("T", "trait"),
            ("g", "function"),
        },
        ["crate::b::C", "d"],
    ),
    "A.java": (
        "import a.b.C;\nclass A { void m() {} A() {} }\ninterface I {}\nrecord R(int a) {}",
        {("A", "class"), ("m", "method"), ("A", "method"), ("I", "interface"), ("R", "class")},
        ["a.b.C"],
    ),
    "a.c": (
        '#include <stdio.h>\n#include "a.h"\nstruct S { int a; };\nint f(int a) { return a; }\n'
        "char *g(void) { return 0; }\n"
        "#define M 1\ntypedef int T;",
        {("S", "struct"), ("f", "function"), ("g", "function"), ("M", "macro"), ("T", "type")},
        ["stdio.h", "a.h"],
    ),
    "a.cpp": (
        "#include <a>\nnamespace n { class A { void m() {} }; }\nvoid n::A::k() {}\nint *p() { return 0; }",
        {("n", "module"), ("A", "class"), ("m", "function"), ("n::A::k", "function"), ("p", "function")},
        ["a"],
    ),
    "a.cs": (
        "using System.Text;\nnamespace N { class A { void M() {} int P { get; set; } } struct S {} }",
        {("A", "class"), ("M", "method"), ("P", "property"), ("S", "struct")},
        ["System.Text"],
    ),
    "a.rb": (
        "require 'a'\nrequire_relative 'b'\nmodule M\n class A\n  def m\n  end\n  def self.s\n  end\n end\nend\n",
        {("M", "module"), ("A", "class"), ("m", "method"), ("s", "method")},
        ["a", "b"],
    ),
    "a.php": (
        "<?php\nuse A\\B;\nfunction f() {}\nclass C { function m() {} }\ntrait T {}\nrequire 'x.php';",
        {("f", "function"), ("C", "class"), ("m", "method"), ("T", "trait")},
        ["A\\B", "x.php"],
    ),
    "a.sh": (
        "source ./a.sh\n. b.sh\nf() { :; }\nX=1\nexport Y=2\n",
        {("f", "function"), ("X", "variable"), ("Y", "variable")},
        ["./a.sh", "b.sh"],
    ),
    "a.yaml": ("a: 1\nb: &x\n  c: 2\n", {("a", "key"), ("b", "key"), ("c", "key"), ("x", "anchor")}, []),
    "a.json": ('{"a": {"b": [1]}}', {("a", "key"), ("b", "key")}, []),
    "a.toml": (
        "x = 1\n[a.b]\nc = 1\n[[d]]\n",
        {("x", "key"), ("a.b", "table"), ("c", "key"), ("d", "table")},
        [],
    ),
    "a.tf": (
        'resource "aws_vm" "web" {\n  a = 1\n}\nvariable "v" {}\nlocals {\n}\nmodule "m" {\n  source = "./m"\n}\n',
        {("web", "block"), ("v", "block"), ("locals", "block"), ("m", "block")},
        ["./m"],
    ),
    "a.md": (
        "# A *b*\ntext\n## B\n\nSet\n===\n",
        {("A *b*", "heading"), ("B", "heading"), ("Set", "heading")},
        [],
    ),
}


@pytest.mark.parametrize("path", SOURCES)
def test_symbols_and_imports_of(path: str) -> None:
    source, symbols, imports = SOURCES[path]
    analyzer = analyzer_of(path)
    assert not isinstance(analyzer, DefaultAnalyzer), "the grammar cannot be loaded"
    found = analyzer.extract_symbols(source.encode())
    assert {(one.name, one.kind) for one in found} == symbols
    assert analyzer.extract_imports(source.encode()) == imports
    lines = source.count("\n") + 1
    assert all(1 <= one.line <= one.end <= lines for one in found)


def test_every_language_is_tried() -> None:
    assert {language_of(path) for path in SOURCES} == {language.name for language in LANGUAGES}


def test_where_a_symbol_begins_and_ends() -> None:
    source = b"class A:\n    def f(self):\n        return 1\n\n\ndef g():\n    pass\n"
    found = analyzer_of("a.py").extract_symbols(source)
    assert found == [Symbol("A", "class", 1, 3), Symbol("f", "function", 2, 3), Symbol("g", "function", 6, 7)]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00 def", b"def f(:\n  class", b"((((" * 100])
def test_what_is_no_code_gives_no_error(content: bytes) -> None:
    for language in LANGUAGES:
        analyzer = analyzer_of(f"x{language.suffixes[0]}")
        analyzer.extract_symbols(content)
        analyzer.extract_imports(content)


def test_an_unknown_language_is_read_by_its_looks() -> None:
    analyzer = analyzer_of("a.zig")
    assert isinstance(analyzer, DefaultAnalyzer)
    assert analyzer.extract_symbols(b"// x\npub fn add(a: i32) i32 {\n}\nfn sub() {}\n") == [
        Symbol("add", "fn", 2, 3),
        Symbol("sub", "fn", 4, 4),
    ]
    assert analyzer.extract_imports(b"x") == []


class Recipes:
    """An analyzer as docs/context.md shows one."""

    suffixes = (".just",)

    def extract_symbols(self, content: bytes) -> list[Symbol]:
        lines = content.decode().splitlines()
        return [Symbol(line[:-1], "recipe", at, at) for at, line in enumerate(lines, 1) if line.endswith(":")]

    def extract_imports(self, content: bytes) -> list[str]:
        return [line.split()[1] for line in content.decode().splitlines() if line.startswith("import ")]


def test_an_analyzer_of_another_package_reads_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = importlib.metadata.EntryPoint("recipes", f"{__name__}:Recipes", languages.GROUP)
    broken = importlib.metadata.EntryPoint("broken", "no.such:thing", languages.GROUP)
    monkeypatch.setattr(importlib.metadata.EntryPoint, "load", lambda self: {"recipes": Recipes}[self.name])
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [broken, entry])
    languages._others.cache_clear()
    try:
        analyzer = analyzer_of("all.just")
        assert analyzer.extract_symbols(b"build:\n  make\n") == [Symbol("build", "recipe", 1, 1)]
        assert analyzer.extract_imports(b"import other.just\n") == ["other.just"]
    finally:
        languages._others.cache_clear()


def test_a_grammar_that_is_not_there_leaves_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    language = languages.Language("python", "no_such_grammar", (".py",))
    assert isinstance(languages._grammar(language), DefaultAnalyzer)
