import pytest

from picode.client.environment import passed_on


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "LC_ALL",
        "XDG_RUNTIME_DIR",
        "PICODE_HOME",
        "ANTHROPIC_API_KEY",
        "OPENAI_BASE_URL",
        "https_proxy",
    ],
)
def test_what_the_daemon_needs_is_passed_on(name: str) -> None:
    assert passed_on({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    "name", ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "PICODE_TERMINAL", "ZELLIJ", "TERM", "PS1"]
)
def test_what_is_one_shells_own_stays_there(name: str) -> None:
    assert passed_on({name: "x"}) == {}
