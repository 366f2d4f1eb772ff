"""How turns go: settings, what is tuned, what is wished."""

import pytest

from picode.agents.tuning import limits, told, tuned, wished
from picode.config.schema import Agent, Settings, Tools
from picode.errors import UsageError
from picode.protocol.requests import Tune
from picode.protocol.values import Wishes


def test_what_is_not_tuned_stays_as_the_settings_have_it() -> None:
    settings = Settings(agent=Agent(steering="all"))
    before = limits(settings)
    assert (told(before).steering, told(before).follow_up) == ("all", "one-at-a-time")
    after = tuned(before, Tune(0, "c", follow_up="all", retries=False), settings)
    assert (told(after).steering, told(after).follow_up) == ("all", "all")
    assert (told(after).retries, told(after).compacts) == (False, True)
    again = tuned(after, Tune(0, "c", steering="one-at-a-time", retries=True, compacts=False), settings)
    assert (again.retries, again.compacts) == (settings.models.retries, False)
    assert told(again).steering == "one-at-a-time"


def test_only_the_tools_that_are_wished_for_are_left() -> None:
    settings = Settings(tools=Tools(deny=["write"]))
    names = ["read", "bash", "write"]
    assert wished(settings, Wishes(), names) is settings
    assert wished(settings, Wishes(tools=["read", "write"]), names).tools.deny == ["write", "bash"]
    without = Wishes(tools=["read", "write"], without=["read"])
    assert wished(settings, without, names).tools.deny == ["write", "read", "bash"]
    assert wished(settings, Wishes(tools=[]), names).tools.deny == ["write", *names]
    with pytest.raises(UsageError, match="no tool 'cat'. There are read, bash, write"):
        wished(settings, Wishes(tools=["cat"]), names)
