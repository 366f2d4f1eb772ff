"""Every event that an extension may hear: pi's names, what is in them, and what a handler may return.

The table in docs/extensions.md is printed from this file, and the daemon works by it.
"""

from typing import Literal, NamedTuple

Contract = Literal[
    "tell", "cancel", "block", "patch", "transform", "messages", "payload", "start", "first", "gather"
]
"""How what the handlers return is put together:
`tell`: not at all; `cancel`: the last one counts, the first that cancels ends it; `block`: the same, and `input` may be
changed in place; `patch`, `transform`, `messages`, `payload`, `start`: each handler gets what the one before it made;
`first`: the first that returns something; `gather`: all together."""


class Event(NamedTuple):
    when: str
    fields: tuple[str, ...] = ()
    contract: Contract = "tell"
    returns: str = ""


EVENTS: dict[str, Event] = {
    "resources_discover": Event(
        "after session_start: more skills, templates and themes", ("cwd", "reason"), "gather",
        "{skillPaths, promptPaths, themePaths}: lists of files or directories",
    ),
    "session_start": Event("the extension was loaded for a conversation; reason: startup, reload", ("reason",)),
    "session_before_switch": Event(
        "before a client goes to a new or another conversation", ("reason", "targetSessionFile"), "cancel", "{cancel}"
    ),
    "session_before_fork": Event("before a fork", ("entryId", "position"), "cancel", "{cancel}"),
    "session_before_compact": Event(
        "before what is old is summarised",
        ("preparation", "branchEntries", "customInstructions", "reason"), "cancel",
        "{cancel}, or {compaction: {summary, firstKeptEntryId?, tokensBefore?, details?}} in place of the model's",
    ),
    "session_compact": Event("after a summary was written", ("compactionEntry", "fromExtension")),
    "session_before_tree": Event(
        "before the conversation goes to another place in its tree", ("preparation",), "cancel",
        "{cancel}, or {summary: {summary}} of the branch that is left",
    ),
    "session_tree": Event("after that", ("newLeafId", "oldLeafId", "summaryEntry", "fromExtension")),
    "session_shutdown": Event("before the extension's process ends; reason: quit, reload", ("reason",)),
    "session_info_changed": Event("the conversation was given a name", ("name",)),
    "input": Event(
        "somebody said something, before skills and templates are unfolded; source: interactive, rpc, extension",
        ("text", "images", "source"), "transform",
        "{action: continue}, {action: transform, text, images?}, or {action: handled}: it is dealt with",
    ),
    "before_agent_start": Event(
        "a question begins a run", ("prompt", "images", "systemPrompt"), "start",
        "{message: {customType, content, display, details?}} to add, {systemPrompt} for this run",
    ),
    "agent_start": Event("a run begins"),
    "agent_end": Event("it ended; what was said in it", ("messages",)),
    "agent_settled": Event("the conversation is at rest", ("aborted",)),
    "turn_start": Event("one answer and its tool calls begin", ("turnIndex", "timestamp")),
    "turn_end": Event("they ended", ("turnIndex", "message", "toolResults")),
    "message_start": Event("a message begins", ("message",)),
    "message_update": Event("more of an answer came", ("message", "assistantMessageEvent")),
    "message_end": Event("a message is whole, and in the session file", ("message",)),
    "context": Event(
        "before each call to a model: what it gets to see", ("messages",), "messages", "{messages} in their place"
    ),
    "before_provider_request": Event(
        "the body of a request, as it would be sent", ("payload",), "payload", "another body"
    ),
    "tool_execution_start": Event("a call is looked at", ("toolCallId", "toolName", "args")),
    "tool_execution_update": Event("it printed something", ("toolCallId", "toolName", "args", "partialResult")),
    "tool_execution_end": Event("it ended", ("toolCallId", "toolName", "result", "isError")),
    "tool_call": Event(
        "a call with valid arguments, before it is asked about or run; `input` may be changed in place",
        ("toolCallId", "toolName", "input"), "block", "{block: true, reason?}: it does not run",
    ),
    "tool_result": Event(
        "a call ran", ("toolCallId", "toolName", "input", "content", "details", "isError"), "patch",
        "any of {content, details, isError} in their place",
    ),
    "user_bash": Event(
        "somebody typed `!command` (`!!`: excludeFromContext)", ("command", "excludeFromContext", "cwd"), "first",
        "{result: {output, exitCode, cancelled, truncated}}: it is not run",
    ),
    "model_select": Event("another model; source: set", ("model", "previousModel", "source")),
    "thinking_level_select": Event("another level of thinking", ("level", "previousLevel")),
}  # fmt: skip
