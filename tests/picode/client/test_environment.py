import pytest

from picode.client.environment import passed_on, unheard
from picode.protocol.values import ModelInfo


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
        "MY_SERVER_API_KEY",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_PROFILE",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_CLOUD_PROJECT",
    ],
)
def test_what_the_daemon_needs_is_passed_on(name: str) -> None:
    assert passed_on({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    "name", ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "PICODE_TERMINAL", "ZELLIJ", "TERM", "PS1"]
)
def test_what_is_one_shells_own_stays_there(name: str) -> None:
    assert passed_on({name: "x"}) == {}


@pytest.mark.parametrize(
    ("environ", "why", "told"),
    [
        ({"OPENAI_API_KEY": "x"}, "no key: set OPENAI_API_KEY or run …", True),
        ({"OPENAI_API_KEY": "x"}, "OPENAI_API_KEY in the environment", False),
        ({"OPENAI_API_KEY": ""}, "no key: set OPENAI_API_KEY or run …", False),
        ({"ANTHROPIC_API_KEY": "x"}, "no key: set OPENAI_API_KEY or run …", False),
        ({}, "no key: set OPENAI_API_KEY or run …", False),
    ],
)
def test_a_key_that_came_after_the_daemon_is_told(environ: dict[str, str], why: str, told: bool) -> None:
    model = ModelInfo("openai/gpt", "in the environment" in why, why)
    assert ("OPENAI_API_KEY is set here" in unheard([model], environ)) is told


def test_a_server_that_the_daemon_does_not_know_is_told() -> None:
    model = ModelInfo("openai/gpt", usable=False, why="no key: set OPENAI_API_KEY")
    told = unheard([model], {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert told.startswith("OPENAI_BASE_URL is set here")
    assert unheard([ModelInfo("openai/gpt", usable=True)], {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}) == ""
