from typing import Any

import pytest

from picode.tools.base import ToolFailed, parameter, parameters
from picode.tools.validate import validated

SCHEMA = parameters(
    ("path",),
    path=parameter("string", "p"),
    limit=parameter("number", "l"),
    deep=parameter("boolean", "d"),
    list=parameter("array", "a", items=parameters(("old",), old=parameter("string", "o"))),
)
FITS = [
    ({"path": "a"}, {"path": "a"}),
    ({"path": 5}, {"path": "5"}),
    ({"path": 2.5}, {"path": "2.5"}),
    ({"path": True}, {"path": "true"}),
    ({"path": "a", "limit": "5"}, {"path": "a", "limit": 5}),
    ({"path": "a", "limit": "2.5"}, {"path": "a", "limit": 2.5}),
    ({"path": "a", "limit": None, "deep": None}, {"path": "a"}),
    ({"path": "a", "deep": "true"}, {"path": "a", "deep": True}),
    ({"path": "a", "deep": 0}, {"path": "a", "deep": False}),
    ({"path": "a", "list": [{"old": 1}]}, {"path": "a", "list": [{"old": "1"}]}),
    ({"path": "a", "more": [1]}, {"path": "a", "more": [1]}),
]
FAILS = [
    ({}, "  - path: must have required properties path"),
    ({"path": []}, "  - path: must be string"),
    ({"path": "a", "limit": "many"}, "  - limit: must be number"),
    ({"path": "a", "limit": float("nan")}, "  - limit: must be number"),
    ({"path": "a", "deep": "maybe"}, "  - deep: must be boolean"),
    ({"path": "a", "list": {}}, "  - list.0.old: must have required properties old"),
    ({"path": "a", "list": [{}]}, "  - list.0.old: must have required properties old"),
    ({"path": "a", "list": ["x"]}, "  - list.0: must be object"),
]


@pytest.mark.parametrize(("given", "taken"), FITS)
def test_what_fits(given: dict[str, Any], taken: dict[str, Any]) -> None:
    assert validated("x", SCHEMA, given) == taken


@pytest.mark.parametrize(("given", "told"), FAILS)
def test_what_does_not_fit(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ToolFailed) as failure:
        validated("x", SCHEMA, given)
    assert failure.value.text.split("\n\n")[0] == f'Validation failed for tool "x":\n{told}'


def test_the_whole_text() -> None:
    with pytest.raises(ToolFailed) as failure:
        validated("read", SCHEMA, {"limit": "x"})
    assert failure.value.text == (
        'Validation failed for tool "read":\n  - path: must have required properties path\n'
        '  - limit: must be number\n\nReceived arguments:\n{\n  "limit": "x"\n}'
    )
