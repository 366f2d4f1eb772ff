"""Which analyzer reads which file: by its name's end, those of other packages before ours, else the default one."""

import logging
from functools import cache
from posixpath import basename, splitext
from typing import NamedTuple

from picode.context.index.analyzer import Analyzer, DefaultAnalyzer

log = logging.getLogger(__name__)
GROUP = "picode.languages"


class Language(NamedTuple):
    """`grammar`: the module that has it; `function`: what gives it there."""

    name: str
    grammar: str
    suffixes: tuple[str, ...]
    function: str = "language"
    names: tuple[str, ...] = ()


LANGUAGES = (
    Language("python", "tree_sitter_python", (".py", ".pyi", ".pyw")),
    Language("javascript", "tree_sitter_javascript", (".js", ".jsx", ".mjs", ".cjs")),
    Language("typescript", "tree_sitter_typescript", (".ts", ".mts", ".cts"), "language_typescript"),
    Language("tsx", "tree_sitter_typescript", (".tsx",), "language_tsx"),
    Language("go", "tree_sitter_go", (".go",)),
    Language("rust", "tree_sitter_rust", (".rs",)),
    Language("java", "tree_sitter_java", (".java",)),
    Language("c", "tree_sitter_c", (".c", ".h")),
    Language("cpp", "tree_sitter_cpp", (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx")),
    Language("csharp", "tree_sitter_c_sharp", (".cs",)),
    Language("ruby", "tree_sitter_ruby", (".rb", ".rake"), names=("Rakefile", "Gemfile")),
    Language("php", "tree_sitter_php", (".php",), "language_php"),
    Language("bash", "tree_sitter_bash", (".sh", ".bash"), names=(".bashrc", ".profile")),
    Language("yaml", "tree_sitter_yaml", (".yaml", ".yml")),
    Language("json", "tree_sitter_json", (".json",)),
    Language("toml", "tree_sitter_toml", (".toml",)),
    Language("hcl", "tree_sitter_hcl", (".tf", ".hcl", ".tfvars")),
    Language("markdown", "tree_sitter_markdown", (".md", ".markdown")),
)
_BY_END = {end: language for language in LANGUAGES for end in (*language.suffixes, *language.names)}


def language_of(path: str) -> str:
    """`python`, `rust` …; empty for one that none of ours is."""
    known = _BY_END.get(basename(path)) or _BY_END.get(splitext(path)[1].lower())
    return known.name if known is not None else ""


def analyzer_of(path: str) -> Analyzer:
    """Never raises: a grammar that cannot be loaded is logged once, and the default takes its place."""
    suffix = splitext(path)[1].lower()
    if (other := _others().get(suffix)) is not None:
        return other
    known = _BY_END.get(basename(path)) or _BY_END.get(suffix)
    return _grammar(known) if known is not None else _default()


@cache
def _default() -> Analyzer:
    return DefaultAnalyzer()


@cache
def _grammar(language: Language) -> Analyzer:
    try:
        from picode.context.index.grammar import GrammarAnalyzer

        return GrammarAnalyzer(language)
    except Exception as error:  # whatever a grammar of another version does
        log.warning("%s files are read without a grammar: %s", language.name, error)
        return _default()


@cache
def _others() -> dict[str, Analyzer]:
    """What other packages offer, by suffix."""
    found: dict[str, Analyzer] = {}
    from importlib.metadata import entry_points

    for entry in entry_points(group=GROUP):
        try:
            analyzer = entry.load()
            one: Analyzer = analyzer() if isinstance(analyzer, type) else analyzer
            found |= {suffix.lower(): one for suffix in one.suffixes}
        except Exception as error:
            log.warning("the analyzer %s cannot be used: %s", entry.name, error)
    return found
