"""Where conversations are: PiCode's own directory, pi's, or one that somebody names."""

from pathlib import Path

import pytest

from picode import paths
from picode.errors import BadData, Missing
from picode.sessions.stores import Stores, place
from support.sessions import user


def test_the_setting_says_where_they_are(where: paths.Paths, home: Path) -> None:
    pi = {"PICODE_HOME": str(home)}
    assert place(where, "", {"PI_CODING_AGENT_SESSION_DIR": "/x"}) == (where.sessions, False)
    assert place(where, "/some/where", {}) == (Path("/some/where"), True)
    assert place(where, "pi", pi) == (home / ".pi" / "agent" / "sessions", False)
    assert place(where, "pi", {"PI_CODING_AGENT_DIR": "/a"}) == (Path("/a/sessions"), False)
    assert place(where, "pi", {"PI_CODING_AGENT_DIR": "/a", "PI_CODING_AGENT_SESSION_DIR": "/s"}) == (
        Path("/s"),
        True,
    )


def test_what_pi_s_own_settings_say_counts_where_pi_s_directory_is_wanted(
    where: paths.Paths, home: Path
) -> None:
    agent = home / "agent"
    agent.mkdir()
    given = {"PI_CODING_AGENT_DIR": str(agent)}
    settings = agent / "settings.json"
    settings.write_text('{"sessionDir": "/there/"}')
    assert place(where, "pi", given) == (Path("/there"), True)
    assert place(where, "pi", {**given, "PI_CODING_AGENT_SESSION_DIR": "/s"}) == (Path("/s"), True)
    assert place(where, "", given) == (where.sessions, False)
    for nothing in ('{"sessionDir": "relative"}', '{"sessionDir": 3}', "{"):
        settings.write_text(nothing)
        assert place(where, "pi", given) == (agent / "sessions", False)


def test_in_a_named_directory_all_files_lie_side_by_side_and_nothing_else(
    where: paths.Paths, home: Path
) -> None:
    stores = Stores(where, "", {})
    store = stores.of(str(home / "mine"))
    assert stores.of(f"{home}/mine/") is store
    assert stores.of("") is stores.of(str(where.sessions)) is stores.main
    session = store.new(str(home))
    session.append_message(user("hello"))
    assert [info.id for info in store.list()] == [session.id]
    assert [path.name for path in (home / "mine").iterdir()] == [session.path.name]
    assert store.latest(str(home)) is session
    stores.close()
    assert session.closed


def test_a_conversation_is_found_in_whichever_directory_it_is(where: paths.Paths, home: Path) -> None:
    stores = Stores(where, "", {})
    main, other = stores.main.new(str(home)), stores.of(str(home / "mine")).new(str(home))
    for session in (main, other):
        session.append_message(user("hello"))
        assert stores.find(session.id) is session
        assert stores.find(str(session.path)) is session
    with pytest.raises(Missing):
        stores.find("nowhere")
    stores.close()


@pytest.mark.parametrize("directory", ["relative", "/with\0zero"])
def test_a_directory_must_be_a_whole_path(where: paths.Paths, directory: str) -> None:
    with pytest.raises(BadData, match="absolute path"):
        Stores(where, "", {}).of(directory)
