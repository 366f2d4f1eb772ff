"""Skills and templates in the pane: they are the daemon's to unfold, and are completed, listed and read anew."""

from dataclasses import replace

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from picode.pane.completions import Completions
from picode.pane.lines import plain
from picode.pane.state import Brought, Effect, Here, Print, Replied, State, Step, Submitted, Tell
from picode.pane.update import update
from picode.protocol.replies import SlashCommands
from picode.protocol.requests import Ask, Reload
from picode.protocol.values import SlashCommand

BROUGHT = (
    SlashCommand("review", "Look closely", "prompt", "/p/review.md", hint="<file>"),
    SlashCommand("ses", "Short", "prompt", "/p/ses.md"),
    SlashCommand("skill:pdf", "Reads \x1b[31mPDF", "skill", "/s/pdf/SKILL.md"),
)
STATE = State(conversation="c1", connected=True, brought=BROUGHT)


def text_of(effects: list[Effect]) -> str:
    return "\n".join(plain(line) for one in effects if isinstance(one, Print) for line in one.lines)


def asked(step: Step) -> list[object]:
    return [one.request for one in step[1] if isinstance(one, Tell)]


@pytest.mark.parametrize("text", ["/review a.py 'b c'", "/review\na", "/skill:pdf", "/skill:gone x", "/ses"])
def test_they_go_to_the_daemon_as_they_were_typed(text: str) -> None:
    assert asked(update(STATE, Submitted(text, "follow_up"))) == [Ask(0, "c1", text, delivery="follow_up")]


def test_the_pane_s_own_commands_go_before_them() -> None:
    state = replace(STATE, brought=(SlashCommand("reload", "mine", "prompt", "/p/reload.md"),))
    assert update(state, Submitted("/reload"))[1] == [Here("reload"), Tell(Reload(0, "c1"))]


def test_the_nearest_of_them_is_named() -> None:
    assert "Did you mean /review?" in text_of(update(STATE, Submitted("/reviw"))[1])


def test_help_lists_them() -> None:
    told = text_of(update(STATE, Submitted("/help"))[1])
    assert "/review <file>" in told
    assert "\x1b" not in told


def test_the_daemon_s_list_is_kept_and_after_reload_it_is_told() -> None:
    reply = SlashCommands(0, list(BROUGHT), ["The skill /s/x was left out."])
    state, effects = update(replace(STATE, brought=None), Brought(BROUGHT))
    assert (state.brought, effects) == (BROUGHT, [])
    told = text_of(update(state, Replied(Reload(0, "c1"), reply))[1])
    assert "Skills: 1, prompt templates: 2." in told
    assert "! The skill /s/x was left out." in told


async def test_they_are_completed_by_some_of_their_letters() -> None:
    async def files(query: str) -> list[str]:
        return []

    completions = Completions(files, lambda: "/", lambda: BROUGHT)
    found = [one async for one in completions.get_completions_async(Document("/pdf"), CompleteEvent())]
    assert [one.text for one in found] == ["/skill:pdf"]
    assert "\x1b" not in found[0].display_meta_text
