import json
from pathlib import Path
from typing import Any

import pytest

from picode import config, paths
from picode.config import pi_settings


def write(file: Path, content: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


@pytest.fixture
def pi(home: Path) -> Path:
    return home / "p" / ".pi" / "agent" / "settings.json"


EVERYTHING = {
    "defaultProvider": "anthropic", "defaultModel": "claude-opus-5", "defaultThinkingLevel": "high",
    "steeringMode": "all", "followUpMode": "all", "theme": "light", "enableSkillCommands": False,
    "compaction": {"enabled": False, "reserveTokens": 1000, "keepRecentTokens": 2000},
    "retry": {"enabled": True, "maxRetries": 5, "baseDelayMs": 500},
    "hideThinkingBlock": False, "doubleEscapeAction": "fork", "enabledModels": ["claude-*", "gpt-5"],
    "packages": ["npm:x"], "skills": ["/s"], "prompts": ["/p"], "themes": ["/t"],
}  # fmt: skip
MEANS = {
    "models.default": "anthropic/claude-opus-5", "models.thinking": "high", "agent.steering": "all",
    "agent.follow_up": "all", "pane.theme": "light", "resources.skill_commands": False, "compaction.enabled": False,
    "compaction.reserve_tokens": 1000, "compaction.keep_recent_tokens": 2000, "models.retries": 5,
    "models.retry_delay": 0.5, "pane.thoughts": True, "pane.double_escape": "fork",
    "models.scoped": ["claude-*", "gpt-5"], "resources.packages": ["npm:x"], "resources.skills": ["/s"],
    "resources.prompts": ["/p"], "resources.themes": ["/t"],
}  # fmt: skip


@pytest.mark.parametrize("name", MEANS)
def test_what_pi_calls_otherwise_counts_here_and_is_named(name: str, where: paths.Paths, pi: Path) -> None:
    write(pi, EVERYTHING)
    loaded = config.load(where, {"PICODE_HOME": str(where.config.parent)})
    assert config.layers.value_of(loaded.settings, name) == MEANS[name]
    assert loaded.origins[name].startswith(f"{pi} (")
    assert (loaded.notices, loaded.pi) == ([], [pi])


def test_our_own_files_go_before_pi_s_and_a_project_s_before_the_user_s(
    where: paths.Paths, pi: Path, home: Path
) -> None:
    project = home / "project"
    write(pi, {"defaultThinkingLevel": "high", "steeringMode": "all", "followUpMode": "all", "theme": "dark"})
    write(where.settings, '[models]\nthinking = "low"\n[agent]\nsteering = "one-at-a-time"\n')
    write(project / ".pi" / "settings.json", {"defaultThinkingLevel": "xhigh", "steeringMode": "all"})
    write(project / ".picode" / "config.toml", '[models]\nthinking = "off"\n')
    found = config.load(where, {"PICODE_HOME": str(where.config.parent)}, project)
    assert found.settings.models.thinking == "off"
    assert found.settings.agent.steering == "all"
    assert found.settings.agent.follow_up == "all"
    assert found.settings.pane.theme == "dark"
    assert found.origins["agent.steering"] == f"{project}/.pi/settings.json (steeringMode)"


def test_lists_of_resources_come_together(where: paths.Paths, pi: Path, home: Path) -> None:
    project = home / "project"
    write(pi, {"packages": ["npm:a", "../pkg"]})
    write(where.settings, '[resources]\npackages = ["npm:b", "npm:a"]\n')
    write(project / ".pi" / "settings.json", {"packages": [{"source": "npm:c", "skills": []}]})
    found = config.load(where, {"PICODE_HOME": str(home / "p")}, project).settings
    assert found.resources.packages == [
        "npm:a",
        str(pi.parents[1] / "pkg"),
        "npm:b",
        {"source": "npm:c", "skills": []},
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is no JSON and was left out"),
        ("[]", "holds no object and was left out"),
        ({"defaultThinkingLevel": "max"}, "models.thinking is 'max'; expected 'off' or"),
        ({"compaction": {"reserveTokens": "many"}}, "compaction.reserve_tokens is 'many'"),
        ({"skills": [1]}, "resources.skills is [1]"),
        ({"defaultProvider": "groq", "defaultModel": "x"}, "PiCode knows no provider groq"),
    ],
)
def test_what_does_not_fit_is_left_out_and_told(
    content: Any, told: str, where: paths.Paths, pi: Path
) -> None:
    write(pi, content)
    loaded = config.load(where, {"PICODE_HOME": str(where.config.parent)})
    assert loaded.settings == config.Settings()
    assert told in loaded.notices[0]
    assert str(pi) in loaded.notices[0]


def test_it_can_be_left_alone(where: paths.Paths, pi: Path) -> None:
    write(pi, EVERYTHING)
    environ = {"PICODE_HOME": str(where.config.parent)}
    assert config.load(where, environ | {"PICODE_PI_READ": "false"}).settings.models.default == ""
    write(where.settings, "[pi]\nread = false\n")
    assert config.load(where, environ).settings.models.default == ""
    assert config.load(where, environ | {"PICODE_PI_READ": "true"}).settings.models.thinking == "high"


def test_retries_can_be_off(where: paths.Paths, pi: Path) -> None:
    write(pi, {"retry": {"enabled": False, "maxRetries": 4}})
    assert config.load(where, {"PICODE_HOME": str(where.config.parent)}).settings.models.retries == 0


def test_what_means_nothing_here_can_be_named() -> None:
    assert pi_settings.unused(EVERYTHING | {"editorPaddingX": 1, "lastChangelogVersion": "x"}) == [
        "editorPaddingX"
    ]
