"""`picode config set`: one value changes, everything else in the file stays."""

import pytest

from picode.config import layers
from picode.config.edit import set_value
from picode.errors import ConfigError
from picode.paths import Paths


def test_comments_and_other_values_stay(where: Paths) -> None:
    where.config.mkdir(parents=True)
    where.settings.write_text("# mine\n[models]\nretries = 2  # few\n")
    set_value(where, "models.max_tokens", "50")
    text = where.settings.read_text()
    assert "# mine" in text
    assert "retries = 2  # few" in text
    assert layers.load(where, {}).settings.models.max_tokens == 50


def test_a_value_that_does_not_fit_changes_nothing(where: Paths) -> None:
    with pytest.raises(ConfigError, match="expected a whole number"):
        set_value(where, "models.retries", "some")
    assert not where.settings.exists()


def test_a_setting_of_an_inner_section_is_written_and_read_again(where: Paths) -> None:
    set_value(where, "limits.spend.day", "5")
    set_value(where, "limits.spend.turn", "0.5")
    assert where.settings.read_text().count("[limits.spend]") == 1
    spend = layers.load(where, {}).settings.limits.spend
    assert (spend.day, spend.turn) == (5, 0.5)
