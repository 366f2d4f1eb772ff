"""What the daemon announces to everybody who subscribed.

A conversation's events are published under its id as the topic and carry numbers without a gap, from 1 in each
life of the daemon (`boot`). What is announced is on disk already, but for pieces of text that are still being written.
A workspace's events are published under `workspace/<zellij session>` and carry no number.
"""

from typing import Literal

from msgspec import Struct

from picode.protocol.values import Approval, CommandNote, Decision, Digest, Entry, Status, Summary


class Event(Struct, omit_defaults=True, tag_field="type"):
    pass


class EntryAdded(Event, tag="entry_added"):
    """A message is in the session file. For an `Assistant` it ends the draft, for a `ToolResult` the tool's run."""

    entry: Entry


class AnswerBegun(Event, tag="answer_begun"):
    """The model was asked; text may follow."""

    model: str


class TextAdded(Event, tag="text_added"):
    """More of the draft's text, announced as it comes: what is faster than 250 events a second is joined."""

    text: str


class ThoughtAdded(Event, tag="thought_added"):
    text: str


class ToolPlanned(Event, tag="tool_planned"):
    """The model began to write this call; its arguments are not complete."""

    call_id: str
    tool: str


class ToolStarted(Event, tag="tool_started"):
    call_id: str
    tool: str
    title: str


class ToolPrinted(Event, tag="tool_printed"):
    """More of a tool's output, at most 8 KB an event."""

    call_id: str
    text: str


class ApprovalNeeded(Event, tag="approval_needed"):
    approval: Approval


class ApprovalSettled(Event, tag="approval_settled"):
    call_id: str
    decision: Decision
    by: str = ""


class StatusChanged(Event, tag="status_changed"):
    status: Status


class TurnStarted(Event, tag="turn_started"):
    pass


class TurnEnded(Event, tag="turn_ended"):
    """The conversation is at rest: everything of the turn is on disk and synced. The only safe "done"."""

    outcome: Literal["done", "cancelled", "failed"]
    error: str = ""
    """With `failed`: one sentence, and what to do."""
    kind: str = ""
    """With `failed`: the error's name (picode.errors)."""


class Retrying(Event, tag="retrying"):
    """A model call failed and is made again after `delay` seconds."""

    attempt: int
    """From 1."""
    of: int
    delay: float
    error: str


class CompactionStarted(Event, tag="compaction_started"):
    """What is old is being summarised."""

    reason: Literal["manual", "threshold", "overflow"]


class CompactionEnded(Event, tag="compaction_ended"):
    """The summary's entry was announced before, or `error` says why there is none."""

    reason: Literal["manual", "threshold", "overflow"]
    error: str = ""
    result: Summary | None = None
    aborted: bool = False
    """It was cancelled."""


class Noticed(Event, tag="noticed"):
    """Something to tell the user, in one sentence."""

    level: Literal["info", "warning", "error"]
    text: str


class Suggested(Event, tag="suggested"):
    """The assistant wrote a command that `Alt-z` puts on the prompt."""

    command: str


class InputInserted(Event, tag="input_inserted"):
    """Text for the assistant pane's input line."""

    text: str


class LeafMoved(Event, tag="leaf_moved"):
    """The conversation is at another place of its tree: what was shown of it no longer counts; `Look` at it anew."""

    leaf: str = ""
    """Empty: the next message begins anew."""


class NameChanged(Event, tag="name_changed"):
    """The conversation is called something else."""

    name: str


class Returned(Event, tag="returned"):
    """Somebody is back: what happened meanwhile, told once."""

    digest: Digest


class ExtensionFailed(Event, tag="extension_failed"):
    """An extension made a mistake; the conversation goes on without its answer."""

    path: str
    """Its file; empty: none in particular."""
    event: str
    """What it was asked: an event's name, `load`, `command:NAME`, `process`."""
    error: str
    where: str = ""
    """File and line."""


class EntryAppended(Event, tag="entry_appended"):
    """An entry that is no message is in the session file; `line` is how it stands there."""

    line: bytes


class TitleSet(Event, tag="title_set"):
    """An extension wants the terminal's title to be this."""

    title: str


class EditorSet(Event, tag="editor_set"):
    """Text in place of what is typed in the input line."""

    text: str


class CommandSeen(Event, tag="command_seen"):
    """A shell of the workspace began or ended a command."""

    note: CommandNote


class CurrentChanged(Event, tag="current_changed"):
    """The workspace belongs to another conversation now."""

    conversation: str


class FilesChanged(Event, tag="files_changed"):
    """A file of the project has changed, or what Git says of it; under `project/<directory>`, without a number."""

    project: str


class DaemonStopping(Event, tag="daemon_stopping"):
    """The daemon ends in order; the next request starts another one."""


class Subscribed(Event, tag="subscribed"):
    """Published under the topic that a subscriber named for it: every subscription it made before is active."""


AnyEvent = (
    EntryAdded | AnswerBegun | TextAdded | ThoughtAdded | ToolPlanned | ToolStarted | ToolPrinted | ApprovalNeeded
    | ApprovalSettled | StatusChanged | TurnStarted | TurnEnded | Retrying | CompactionStarted
    | CompactionEnded | Noticed | Suggested | InputInserted | LeafMoved
    | NameChanged | Returned | ExtensionFailed | EntryAppended | TitleSet | EditorSet
    | CommandSeen | CurrentChanged | FilesChanged | DaemonStopping | Subscribed
)  # fmt: skip


class Announced(Struct, omit_defaults=True):
    """An event as it is published: the second frame, after the topic."""

    event: AnyEvent
    seq: int = 0
    """0: not numbered."""
    boot: str = ""
