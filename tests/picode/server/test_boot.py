"""Which model a conversation begins with, while settings change under a daemon that runs."""

from pathlib import Path

import pytest

from picode.config.schema import Settings
from picode.errors import ConfigError
from picode.paths import Paths
from picode.server.boot import Models
from picode.server.panes import Panes
from picode.server.terminals import Terminals
from picode.sessions.store import Store


def begun_with(models: Models, where: Paths, directory: Path) -> str:
    return models.conversation(Store(where.sessions).new(str(directory)), "", lambda event: None).status.model


def default_of(models: Models) -> str:
    [found] = [one for one in models.list() if one.default]
    return found.name


async def test_a_default_that_was_changed_counts_from_the_next_conversation_on(
    where: Paths, tmp_path: Path
) -> None:
    models = Models(where, Settings(), Panes(where, Terminals(), str))
    assert (begun_with(models, where, tmp_path), default_of(models)) == ("demo/demo", "demo/demo")
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text("[models]\ndefault = 'openai/gpt-5'\n")
    assert (begun_with(models, where, tmp_path), default_of(models)) == ("openai/gpt-5", "openai/gpt-5")
    where.settings.unlink()
    assert begun_with(models, where, tmp_path) == "demo/demo"
    await models.close()


async def test_a_projects_default_holds_in_that_project_alone(where: Paths, tmp_path: Path) -> None:
    models = Models(where, Settings(), Panes(where, Terminals(), str))
    (tmp_path / "one/.picode").mkdir(parents=True)
    (tmp_path / "two").mkdir()
    (tmp_path / "one/.picode/config.toml").write_text("[models]\ndefault = 'openai/gpt-5'\n")
    assert begun_with(models, where, tmp_path / "one") == "openai/gpt-5"
    assert begun_with(models, where, tmp_path / "two") == "demo/demo"
    assert default_of(models) == "demo/demo"
    await models.close()


async def test_a_setting_that_was_broken_meanwhile_is_told(where: Paths, tmp_path: Path) -> None:
    models = Models(where, Settings(), Panes(where, Terminals(), str))
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text("[models]\nretries = 'x'\n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: models\.retries"):
        begun_with(models, where, tmp_path)
    await models.close()
