"""The table of what a template makes of its arguments, and of how they are taken apart."""

import pytest

from picode.resources.substitution import arguments, substitute

ARGUMENTS: list[tuple[str, list[str]]] = [
    ("", []),
    ("   ", []),
    ("a", ["a"]),
    ("a b c", ["a", "b", "c"]),
    ("  a   b  ", ["a", "b"]),
    ("a\tb", ["a", "b"]),
    ("a\nb", ["a", "b"]),
    ('"a b" c', ["a b", "c"]),
    ("'a b' c", ["a b", "c"]),
    ("a \"b 'c' d\"", ["a", "b 'c' d"]),
    ("a 'b \"c\" d'", ["a", 'b "c" d']),
    ('a"b c"d', ["ab cd"]),
    ('--x="a b"', ["--x=a b"]),
    ("\"a\"'b'", ["ab"]),
    ('"" a', ["a"]),
    ("''", []),
    ('" "', [" "]),
    ('"a b', ["a b"]),
    ("it's fine", ["its fine"]),
    (r"a\ b", ["a\\", "b"]),
    (r"C:\x", [r"C:\x"]),
    ("ünï cødé", ["ünï", "cødé"]),
    ("日本 語", ["日本", "語"]),
    ("$1 $@", ["$1", "$@"]),
    ('"$ARGUMENTS here"', ["$ARGUMENTS here"]),
    ("a\u00a0b", ["a", "b"]),
]

SUBSTITUTIONS: list[tuple[str, list[str], str]] = [
    # all of them
    ("$ARGUMENTS", ["a", "b"], "a b"),
    ("$@", ["a", "b"], "a b"),
    ("x $ARGUMENTS y", ["a"], "x a y"),
    ("x $@ y", ["a"], "x a y"),
    ("$@ and $ARGUMENTS", ["a", "b"], "a b and a b"),
    ("$ARGUMENTS $ARGUMENTS", ["a"], "a a"),
    ("$@$@", ["a"], "aa"),
    ("$ARGUMENTS", [], ""),
    ("[$@]", [], "[]"),
    ("$ARGUMENTSX", ["a"], "aX"),
    ("pre$ARGUMENTS", ["a"], "prea"),
    ("$arguments", ["a"], "$arguments"),
    ("$ARGUMENT", ["a"], "$ARGUMENT"),
    ("ARGUMENTS", ["a"], "ARGUMENTS"),
    # by number
    ("$1", ["a", "b"], "a"),
    ("$2", ["a", "b"], "b"),
    ("$1 $2 $3", ["a", "b", "c"], "a b c"),
    ("$2 $1", ["a", "b"], "b a"),
    ("$1$2", ["a", "b"], "ab"),
    ("$1$1", ["a"], "aa"),
    ("$3", ["a", "b"], ""),
    ("[$1]", [], "[]"),
    ("$0", ["a"], ""),
    ("$10", list("abcdefghij"), "j"),
    ("$10", ["a"], ""),
    ("$1 0", ["a"], "a 0"),
    ("$01", ["a"], "a"),
    ("$100", ["a"], ""),
    ("$1.5", ["a"], "a.5"),
    ("$1st", ["a"], "ast"),
    ("$-1", ["a"], "$-1"),
    ("cost: $5", [], "cost: "),
    ("$1: $ARGUMENTS", ["a", "b"], "a: a b"),
    ("$1 of $@", ["a", "b"], "a of a b"),
    # slices
    ("${@:1}", ["a", "b", "c"], "a b c"),
    ("${@:2}", ["a", "b", "c"], "b c"),
    ("${@:3}", ["a", "b", "c"], "c"),
    ("${@:4}", ["a", "b", "c"], ""),
    ("${@:0}", ["a", "b", "c"], "a b c"),
    ("${@:1:1}", ["a", "b", "c"], "a"),
    ("${@:2:1}", ["a", "b", "c"], "b"),
    ("${@:2:2}", ["a", "b", "c", "d"], "b c"),
    ("${@:2:9}", ["a", "b", "c"], "b c"),
    ("${@:2:0}", ["a", "b", "c"], ""),
    ("${@:0:2}", ["a", "b", "c"], "a b"),
    ("${@:9:2}", ["a"], ""),
    ("${@:1}", [], ""),
    ("${@:2} then $1", ["a", "b"], "b then a"),
    ("$@ | ${@:2}", ["a", "b"], "a b | b"),
    ("x${@:2:1}y", ["a", "b"], "xby"),
    ("${@:-1}", ["a"], "${@:-1}"),
    ("${@}", ["a"], "${@}"),
    ("${@:}", ["a"], "${@:}"),
    ("${@:a}", ["a"], "${@:a}"),
    ("${@:1:}", ["a"], "${@:1:}"),
    ("${1}", ["a"], "${1}"),
    ("${ARGUMENTS}", ["a"], "${ARGUMENTS}"),
    ("${@: 1}", ["a"], "${@: 1}"),
    # what an argument says is only text
    ("$ARGUMENTS", ["$1", "$ARGUMENTS"], "$1 $ARGUMENTS"),
    ("$@", ["$1", "$@"], "$1 $@"),
    ("$1", ["$ARGUMENTS"], "$ARGUMENTS"),
    ("$1", ["$2", "b"], "$2"),
    ("$1 $2", ["$2", "$1"], "$2 $1"),
    ("${@:1}", ["${@:2}", "b"], "${@:2} b"),
    ("$1", ["$@"], "$@"),
    ("$@", ["$&", "$$", "$`"], "$& $$ $`"),
    ("$1", [r"\1 \g<0>"], r"\1 \g<0>"),
    # and the rest of the template, too
    ("no places", ["a"], "no places"),
    ("", ["a"], ""),
    ("$", ["a"], "$"),
    ("$$1", ["a"], "$a"),
    ("$$", ["a"], "$$"),
    ("$x ${y} $(z)", ["a"], "$x ${y} $(z)"),
    ("line $1\n\nline $2", ["a", "b"], "line a\n\nline b"),
    ("ü $1 日", ["é"], "ü é 日"),
    ("$1", ["a b"], "a b"),
    ("$ARGUMENTS", ["a b", "c"], "a b c"),
    ("`$1`", ["a"], "`a`"),
    ('"$1"', ['x"y'], '"x"y"'),
    ("$١", ["a"], "$١"),
]


@pytest.mark.parametrize(("text", "words"), ARGUMENTS)
def test_arguments_are_taken_apart(text: str, words: list[str]) -> None:
    assert arguments(text) == words


@pytest.mark.parametrize(("template", "given", "text"), SUBSTITUTIONS)
def test_arguments_are_put_into_their_places(template: str, given: list[str], text: str) -> None:
    assert substitute(template, given) == text


def test_the_table_is_long_enough() -> None:
    assert len(ARGUMENTS) + len(SUBSTITUTIONS) >= 70
