"""Events on their way to whoever listens: numbered per conversation, kept for a replay, pieces of text joined.

A piece of text goes out at once, as long as its conversation has no more than 250 of them a second; eight may come
close together. What comes faster is sent together every 4 ms: ten thousand words a second cost 250 events. This is the
only place where text waits. Any other event sends what is pending before itself: order is kept.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from picode.errors import Missing
from picode.protocol import codec
from picode.protocol.events import Announced, AnyEvent, TextAdded, ThoughtAdded, ToolPrinted

GAP = 0.004
"""Seconds between two events with text of one conversation, on average at least."""
AHEAD = 0.028
"""Seconds that such events may be ahead of this: what was late for a moment is not held back for it."""
LARGEST_PIECE = 8192
"""Characters of joined text; more goes out at once."""
KEPT_EVENTS = 4000
KEPT_BYTES = 4_000_000
KEPT_CONVERSATIONS = 64
EVERYBODY = "daemon"
"""The topic of what concerns all clients."""


@dataclass
class Channel:
    """One conversation's events."""

    seq: int = 0
    kept: deque[tuple[Announced, int]] = field(default_factory=deque)
    bytes_kept: int = 0
    pending: list[TextAdded | ThoughtAdded | ToolPrinted] = field(default_factory=list)
    size: int = 0
    timer: asyncio.TimerHandle | None = None
    """Runs while something is pending."""
    due: float = 0
    """When the next text would go out at the steady pace, by the loop's clock."""


class Bus:
    """`publish(topic, frame)` puts a frame on the events socket."""

    def __init__(self, boot: str, publish: Callable[[str, bytes], None]) -> None:
        self._boot, self._publish = boot, publish
        self._channels: OrderedDict[str, Channel] = OrderedDict()

    def emit(self, conversation: str, event: AnyEvent) -> None:
        """Announce an event of a conversation."""
        channel = self._channel(conversation)
        if not isinstance(event, TextAdded | ThoughtAdded | ToolPrinted):
            self.flush(conversation)
            self._number(conversation, channel, event)
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if channel.timer is None and channel.due <= now + AHEAD:
            channel.due = max(channel.due, now) + GAP
            self._number(conversation, channel, event)
            return
        self._join(channel, event)
        if channel.size > LARGEST_PIECE:
            self.flush(conversation)
        elif channel.timer is None:
            channel.timer = loop.call_at(channel.due - AHEAD, self.flush, conversation)

    def announce(self, topic: str, event: AnyEvent) -> None:
        """Announce an event that is not numbered: of a workspace, or to everybody."""
        self._publish(topic, codec.encode(Announced(event, boot=self._boot)))

    def seq(self, conversation: str) -> int:
        """The number of the last event, after sending what is pending: a snapshot made now holds it all."""
        self.flush(conversation)
        channel = self._channels.get(conversation)
        return channel.seq if channel is not None else 0

    def replay(self, conversation: str, after: int) -> list[Announced]:
        """Every event after number `after`. Raises Missing when they are no longer kept, or were never sent."""
        last = self.seq(conversation)
        if after == last:
            return []
        channel = self._channels.get(conversation)
        first = channel.kept[0][0].seq if channel is not None and channel.kept else last + 1
        if channel is None or not first - 1 <= after < last:
            raise Missing(
                f"The events after number {after} are not kept.",
                "Ask for the conversation as it is now (Look).",
            )
        return [announced for announced, _ in channel.kept if announced.seq > after]

    def flush(self, conversation: str) -> None:
        """Send the text that is pending."""
        channel = self._channels.get(conversation)
        if channel is None:
            return
        if channel.timer is not None:
            channel.timer.cancel()
            channel.timer = None
        pending, channel.pending, channel.size = channel.pending, [], 0
        if pending:
            channel.due = max(channel.due, asyncio.get_running_loop().time()) + GAP
        for event in pending:
            self._number(conversation, channel, event)

    def close(self) -> None:
        """Send everything that is pending."""
        for conversation in list(self._channels):
            self.flush(conversation)

    def _channel(self, conversation: str) -> Channel:
        channel = self._channels.get(conversation)
        if channel is None:
            channel = self._channels[conversation] = Channel()
            if len(self._channels) > KEPT_CONVERSATIONS:
                self._forget_events()
        else:
            self._channels.move_to_end(conversation)
        return channel

    def _forget_events(self) -> None:
        """Of conversations that were silent longest only the number stays: it must not begin again."""
        excess = len(self._channels) - KEPT_CONVERSATIONS
        for channel in list(self._channels.values())[:excess]:
            channel.kept.clear()
            channel.bytes_kept = 0

    def _number(self, conversation: str, channel: Channel, event: AnyEvent) -> None:
        channel.seq += 1
        announced = Announced(event, seq=channel.seq, boot=self._boot)
        frame = codec.encode(announced)
        channel.kept.append((announced, len(frame)))
        channel.bytes_kept += len(frame)
        while channel.kept and (len(channel.kept) > KEPT_EVENTS or channel.bytes_kept > KEPT_BYTES):
            channel.bytes_kept -= channel.kept.popleft()[1]
        self._publish(conversation, frame)

    def _join(self, channel: Channel, event: TextAdded | ThoughtAdded | ToolPrinted) -> None:
        joined = _together(channel.pending[-1], event) if channel.pending else None
        if joined is not None:
            channel.pending[-1] = joined
        else:
            channel.pending.append(event)
        channel.size += len(event.text)


def _together(
    before: TextAdded | ThoughtAdded | ToolPrinted, event: TextAdded | ThoughtAdded | ToolPrinted
) -> TextAdded | ThoughtAdded | ToolPrinted | None:
    """One event for two of the same kind (and the same call), or None; the events themselves are not changed."""
    if len(before.text) + len(event.text) > LARGEST_PIECE:
        return None
    match before, event:
        case TextAdded(one), TextAdded(two):
            return TextAdded(one + two)
        case ThoughtAdded(one), ThoughtAdded(two):
            return ThoughtAdded(one + two)
        case ToolPrinted(call, one), ToolPrinted(other, two) if call == other:
            return ToolPrinted(call, one + two)
    return None
