"""A summary takes the place of what is old in a conversation, or tells of a branch that was left."""

from collections.abc import Awaitable, Callable
from typing import Any

from picode.agents import summary
from picode.agents.answer import ABORTED
from picode.agents.asking import Model
from picode.agents.compaction import Cut, Room, cut, files, tokens
from picode.agents.effects import Compact
from picode.agents.history import History
from picode.agents.inputs import Compacted
from picode.config.schema import Compaction
from picode.errors import PicodeError, kind_of
from picode.messages import Assistant, Message, User
from picode.protocol.events import CompactionEnded
from picode.protocol.values import Summary
from picode.sessions.messages import entries_of

OVERHEAD = 4000
"""Tokens of a summary's request beside the conversation and the notes before it."""


def room_of(settings: Compaction, window: int) -> Room:
    return Room(window, settings.reserve_tokens, settings.keep_recent_tokens).fitted()


Instead = Callable[[Compact, Cut, int], Awaitable[dict[str, Any] | None]]
"""What an extension has in place of a model's summary, as fields of the entry; None: nothing. Raises Cancelled."""


class Cancelled(PicodeError):
    """An extension does not want the conversation summarised."""


async def compact(
    history: History, model: Model, settings: Compaction, effect: Compact, instead: Instead | None = None
) -> tuple[str, Compacted]:
    """The new entry's id, and what the loop is told; never raises a PicodeError."""
    room = room_of(settings, model.window)
    try:
        place = _place(history, room, effect)
        if place is None:
            told = "The conversation is short enough: there is nothing to summarise yet."
            return "", Compacted(told, summary.NothingToCompact.__name__, needless=True)
        leaf, before = history.session.leaf, history.tokens()
        given = await instead(effect, place, before) if instead is not None else None
        longest = max(256, room.reserve * 4 // 5)
        text = (
            given["summary"]
            if given
            else await summary.compacted(
                place,
                lambda told: model.write(told, longest),
                _request_room(room, longest),
                effect.instructions,
            )
        )
        if history.session.leaf != leaf:
            raise PicodeError("The conversation was moved while it was summarised.", "Try /compact again.")
        return history.compact(place, text, before, given), Compacted()
    except Cancelled as error:
        return "", Compacted(str(error), kind_of(error), needless=effect.reason == "threshold")
    except PicodeError as error:
        return "", Compacted(str(error), kind_of(error))


def ended(history: History, effect: Compact, id_: str, done: Compacted) -> CompactionEnded:
    """How it went, as it is announced."""
    told = CompactionEnded(effect.reason, done.error, aborted=done.error == ABORTED)
    if id_:
        entry = history.session.read(history.session.tree.by_id[id_]) or {}
        details = {name: value for name, value in entry.get("details", {}).items() if isinstance(value, list)}
        told.result = Summary(
            entry["summary"], entry["firstKeptEntryId"], entry["tokensBefore"], history.used, details
        )
    return told


def _place(history: History, room: Room, effect: Compact) -> Cut | None:
    """When the model refused the length, less is kept until something is found to summarise."""
    entries = [(id_, message) for id_, message in entries_of(history.session) if not _is_nothing(message)]
    keep = room.keep
    found = cut(entries, keep)
    while found is None and effect.reason != "threshold" and keep > 1:
        keep //= 2
        found = cut(entries, keep)
    return found


def _is_nothing(message: Message) -> bool:
    """An answer that failed before its first word."""
    return (
        isinstance(message, Assistant) and not message.content and message.stop_reason in ("error", "aborted")
    )


def _request_room(room: Room, longest: int) -> int:
    """Tokens of the conversation that one request for a summary may have."""
    if not room.window:
        return 100_000
    return max(500, room.window - 2 * longest - min(OVERHEAD, room.window // 8))


async def branch_summary(
    model: Model, settings: Compaction, messages: list[Message], instructions: str
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What a branch that is left came to, with its files read and changed. Raises PicodeError."""
    room = room_of(settings, model.window)
    longest = max(256, min(2048, room.reserve * 4 // 5))
    said = [message for message in messages if isinstance(message, User) or tokens(message)]
    model.next_call()
    text = await summary.branch(
        said, lambda told: model.write(told, longest), _request_room(room, longest), instructions
    )
    reads, changes = files(said)
    return text + summary.file_lists(reads, changes), reads, changes
