"""Parameters as style and explode say: the table of the specification, and what is not in it."""

from pathlib import Path
from typing import Any

import pytest

from picode.errors import BadData
from picode.openapi.parameters import Parameter, in_header, in_path, in_query, parameter
from support.documents import DOCUMENTS, schema, top

LIST: Any = ["blue", "black", "brown"]
MAP: Any = {"R": 100, "G": 200, "B": 150}


def one(place: str, style: str, explode: bool, **more: Any) -> Parameter:
    return Parameter("color", place, style, explode, **more)


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("simple", False, "blue", "blue"), ("simple", False, LIST, "blue,black,brown"),
        ("simple", False, MAP, "R,100,G,200,B,150"), ("simple", True, MAP, "R=100,G=200,B=150"),
        ("label", False, "blue", ".blue"), ("label", True, LIST, ".blue.black.brown"),
        ("label", False, LIST, ".blue,black,brown"), ("label", True, MAP, ".R=100.G=200.B=150"),
        ("matrix", False, "blue", ";color=blue"), ("matrix", False, LIST, ";color=blue,black,brown"),
        ("matrix", True, LIST, ";color=blue;color=black;color=brown"),
        ("matrix", False, MAP, ";color=R,100,G,200,B,150"), ("matrix", True, MAP, ";R=100;G=200;B=150"),
        ("simple", False, "a/b c?é", "a%2Fb%20c%3F%C3%A9"), ("simple", False, True, "true"),
        ("simple", False, 5.0, "5"),
    ],
)  # fmt: skip
def test_in_the_path(style: str, explode: bool, value: Any, written: str) -> None:
    assert in_path(one("path", style, explode), value) == written


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("form", True, "blue", "color=blue"), ("form", True, LIST, "color=blue&color=black&color=brown"),
        ("form", False, LIST, "color=blue,black,brown"), ("form", True, MAP, "R=100&G=200&B=150"),
        ("form", False, MAP, "color=R,100,G,200,B,150"),
        ("spaceDelimited", False, LIST, "color=blue%20black%20brown"),
        ("pipeDelimited", False, LIST, "color=blue%7Cblack%7Cbrown"),
        ("spaceDelimited", False, MAP, "color=R%20100%20G%20200%20B%20150"),
        ("deepObject", True, MAP, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        ("form", True, "a&b=c d+e", "color=a%26b%3Dc%20d%2Be"), ("form", True, None, "color="),
    ],
)  # fmt: skip
def test_in_the_query(style: str, explode: bool, value: Any, written: str) -> None:
    pairs = in_query(one("query", style, explode), value)
    assert "&".join(f"{name}={part}" for name, part in pairs) == written


def test_reserved_characters_and_whole_json_in_the_query() -> None:
    assert in_query(one("query", "form", True, reserved=True), "/a/b?c&d") == [("color", "/a/b?c%26d")]
    told = one("query", "form", True, media="application/json")
    assert in_query(told, {"a": [1]}) == [("color", "%7B%22a%22%3A%20%5B1%5D%7D")]


@pytest.mark.parametrize(
    ("explode", "value", "written"),
    [(False, LIST, "blue,black,brown"), (True, MAP, "R=100,G=200,B=150"), (False, MAP, "R,100,G,200,B,150")],
)
def test_in_a_header(explode: bool, value: Any, written: str) -> None:
    assert in_header(one("header", "simple", explode), value) == written


def test_every_style_of_a_document_is_understood() -> None:
    described = top(DOCUMENTS / "styles.yaml").at(
        "paths", "/s/{simple}/l/{label}/m/{matrix}", "get", "parameters"
    )
    found = {told.name: told for told in map(parameter, described.list("parameters"))}
    assert (found["form"].style, found["form"].explode) == ("form", True)
    assert (found["simple"].style, found["simple"].explode, found["simple"].required) == (
        "simple",
        False,
        True,
    )
    assert (found["deep"].explode, found["json"].media, found["path"].reserved) == (
        True,
        "application/json",
        True,
    )
    assert found["json"].schema == {"type": "object"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{in: query}", "/name is nothing; expected the parameter's name"),
        ("{name: a, in: body}", "/in is 'body'; expected path, query, header or cookie"),
        ("{name: a, in: header, style: form}", "/style is 'form'; expected simple, as it is in header"),
        ("{name: a, in: query, required: 'yes'}", "/required is 'yes'; expected true or false"),
        ("[a]", "is a list; expected a parameter, which is a mapping"),
    ],
)
def test_a_broken_parameter_is_told_with_its_place(home: Path, written: str, told: str) -> None:
    with pytest.raises(BadData) as error:
        parameter(schema(home, written))
    assert told in error.value.message
    assert "spec.yaml:2: /schema" in error.value.message
