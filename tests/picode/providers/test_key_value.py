from pathlib import Path

import pytest

from picode.errors import Unavailable
from picode.providers.key_value import known, value

ENVIRON = {"MY_API_KEY": "secret", "A": "x"}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("sk-literal", "sk-literal"), ("$MY_API_KEY", "secret"), ("${MY_API_KEY}", "secret"),
        ("Bearer $A!", "Bearer x!"),
        ("$GONE", ""), ("$$A", "$A"), ("$!cmd", "!cmd"), ("MY_API_KEY", "secret"), ("OTHER_KEY", "OTHER_KEY"),
        ("A", "A"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_value_is_itself_or_a_variable_s(written: str, found: str) -> None:
    assert value(written, ENVIRON) == found


def test_a_command_is_run_once(tmp_path: Path) -> None:
    written = f"!echo run >> {tmp_path}/runs; echo ' said '"
    assert not known(written)
    assert [value(written), value(written)] == ["said", "said"]
    assert known(written)
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.parametrize("command", ["!false", "!true", "!exit 3"])
def test_a_command_that_says_nothing_is_told(command: str) -> None:
    with pytest.raises(Unavailable, match="that says a key failed"):
        value(command)
