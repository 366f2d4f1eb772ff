"""Every command of pi's RPC mode: its fields, what it does, and the data that it answers with."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from picode.errors import NotAllowed, PicodeError, UsageError
from picode.messages import LEVELS, Image, Level
from picode.protocol import requests as r
from picode.protocol.replies import Cancelled, Exported, Models, Moved, SlashCommands
from picode.protocol.values import Delivery, Mode, ModelInfo
from picode.rpc import facts
from picode.rpc.talk import Object, Talk, shape

BUSY = "Agent is already processing. Specify streamingBehavior ('steer' or 'followUp') to queue the message."
COMMANDS_WITHIN = 60.0
"""Seconds: extensions are begun by it, the first time."""
Command = Callable[[Talk, Object], Awaitable[Any]]
DELIVERIES: dict[str, Delivery] = {"steer": "steer", "followUp": "follow_up"}


def text(given: Object, name: str, default: str | None = None) -> str:
    """A field that is a string. Raises UsageError."""
    value = given.get(name, default)
    if not isinstance(value, str):
        raise UsageError(f"{given['type']} needs {name}, a string.")
    return value


def choice(given: Object, name: str, choices: tuple[str, ...]) -> str:
    value = text(given, name)
    if value not in choices:
        raise UsageError(f"{name} of {given['type']} is one of {', '.join(choices)}, not {value!r}.")
    return value


def flag(given: Object, name: str, default: bool | None = None) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"{given['type']} needs {name}, true or false.")
    return value


async def images(given: Object) -> tuple[list[Image], str]:
    """Made to fit, and what the model needs to know of those that were made smaller. Raises UsageError, BadData."""
    asked = given.get("images") or []
    try:
        found = [Image(data=str(one["data"]), mime_type=str(one["mimeType"])) for one in asked]
    except (TypeError, KeyError) as error:
        raise UsageError("An image has data (base64) and mimeType.") from error
    if not found:
        return [], ""
    from picode.images import refitted

    fitted = [await asyncio.to_thread(refitted, one) for one in found]
    return [one.image for one in fitted], "".join(f"\n{one.note}" for one in fitted if one.note)


# --- talking


async def prompt(talk: Talk, given: Object) -> Object:
    said, behavior = text(given, "message"), given.get("streamingBehavior")
    if said.startswith("/") and await _is_extension_s(talk, said):
        await _say(talk, given, said, "steer")
        return {"disposition": "handled"}
    if talk.busy and behavior is None:
        raise PicodeError(BUSY)
    delivery = DELIVERIES[choice(given, "streamingBehavior", tuple(DELIVERIES))] if behavior else "steer"
    if said.strip() == "/reload":
        await reload(talk, given)
        return {"disposition": "handled"}
    return await _say(talk, given, said, delivery)


async def _is_extension_s(talk: Talk, said: str) -> bool:
    """A command of an extension runs at once, also beside a turn."""
    found = await talk.daemon.ask_for(SlashCommands, r.GetSlashCommands(0, talk.id), COMMANDS_WITHIN)
    name = said[1:].partition(" ")[0]
    return any(one.source == "extension" and one.name == name for one in found.commands)


async def steer(talk: Talk, given: Object) -> Object:
    return await _say(talk, given, text(given, "message"), "steer")


async def follow_up(talk: Talk, given: Object) -> Object:
    return await _say(talk, given, text(given, "message"), "follow_up")


async def _say(talk: Talk, given: Object, said: str, delivery: Delivery) -> Object:
    pictures, note = await images(given)
    disposition = "queued" if talk.busy else "started"
    await talk.daemon.ask(
        r.Ask(
            0,
            talk.id,
            said + note,
            images=pictures,
            delivery=delivery,
            allow=talk.allow,
            source="rpc",
        )
    )
    return {"disposition": disposition}


async def abort(talk: Talk, given: Object) -> None:
    """Of the turn alone, whose end is waited for; what is queued begins the next one."""
    await talk.end_turn()


async def abort_retry(talk: Talk, given: Object) -> None:
    """Nothing where no try is waited for."""
    if talk.waits_to_retry:
        await talk.end_turn()


async def clear_queue(talk: Talk, given: Object) -> Object:
    done = await talk.daemon.ask_for(Cancelled, r.Cancel(0, talk.id, "queue"))
    queued = {
        kind: [one.text for one in done.queue if one.delivery == kind] for kind in ("steer", "follow_up")
    }
    return {"steering": queued["steer"], "followUp": queued["follow_up"]}


async def bash(talk: Talk, given: Object) -> Object:
    share = not flag(given, "excludeFromContext", False)
    return shape(await talk.run(text(given, "command"), share, given.get("id")))


async def abort_bash(talk: Talk, given: Object) -> None:
    await talk.daemon.ask(r.Cancel(0, talk.id, "commands"))


# --- model, thinking and how turns go


async def _models(talk: Talk) -> list[ModelInfo]:
    found = (await talk.daemon.ask_for(Models, r.GetModels(0))).models
    talk.prices = {one.name: one.prices for one in found}
    return [info for info in found if info.usable]


def _current(talk: Talk) -> Object:
    """Of what is known already: to list all models takes its time, for servers of one's own are asked for theirs. What
    it costs is told from the first command on that lists them."""
    status = talk.status
    info = ModelInfo(
        status.model,
        True,
        "",
        status.context_window,
        status.max_tokens,
        thinks=bool(status.thinking),
        prices=talk.prices.get(status.model),
    )
    return facts.model(info)


async def set_model(talk: Talk, given: Object) -> Object:
    name = f"{text(given, 'provider')}/{text(given, 'modelId')}"
    await talk.daemon.ask(r.SetModel(0, talk.id, name))
    known = await _models(talk)
    return facts.model(next((one for one in known if one.name == name), ModelInfo(name, True)))


async def cycle_model(talk: Talk, given: Object) -> Object | None:
    usable = await _models(talk)
    levels = dict(talk.scope) or {one.name: "" for one in usable}
    names = [one.name for one in usable if one.name in levels]
    if len(names) < 2:
        return None
    at = names.index(talk.status.model) + 1 if talk.status.model in names else 0
    name = names[at % len(names)]
    await talk.daemon.ask(r.SetModel(0, talk.id, f"{name}:{levels[name]}".rstrip(":")))
    level = levels[name] or talk.status.thinking or "off"
    chosen = next(one for one in usable if one.name == name)
    return {"model": facts.model(chosen), "thinkingLevel": level, "isScoped": bool(talk.scope)}


async def get_available_models(talk: Talk, given: Object) -> Object:
    return {"models": [facts.model(info) for info in await _models(talk)]}


async def set_thinking_level(talk: Talk, given: Object) -> None:
    await talk.daemon.ask(r.SetThinking(0, talk.id, cast(Level, choice(given, "level", LEVELS))))


async def cycle_thinking_level(talk: Talk, given: Object) -> Object | None:
    if not talk.status.thinking:
        return None
    at = LEVELS.index(cast(Level, talk.status.thinking)) + 1
    level = LEVELS[at % len(LEVELS)]
    await talk.daemon.ask(r.SetThinking(0, talk.id, level))
    return {"level": level}


async def get_available_thinking_levels(talk: Talk, given: Object) -> Object:
    return {"levels": list(LEVELS) if talk.status.thinking else ["off"]}


MODES = ("one-at-a-time", "all")


async def set_steering_mode(talk: Talk, given: Object) -> None:
    await talk.tune(steering=cast(Mode, choice(given, "mode", MODES)))


async def set_follow_up_mode(talk: Talk, given: Object) -> None:
    await talk.tune(follow_up=cast(Mode, choice(given, "mode", MODES)))


async def set_auto_compaction(talk: Talk, given: Object) -> None:
    await talk.tune(compacts=flag(given, "enabled"))


async def set_auto_retry(talk: Talk, given: Object) -> None:
    await talk.tune(retries=flag(given, "enabled"))


# --- conversations


def _cancellable(command: Command) -> Command:
    """An extension may cancel it, which is no mistake."""

    @functools.wraps(command)
    async def run(talk: Talk, given: Object) -> Any:
        try:
            return await command(talk, given)
        except NotAllowed:
            return {"cancelled": True}

    return run


@_cancellable
async def new_session(talk: Talk, given: Object) -> Object:
    await talk.open("new", parent=text(given, "parentSession", ""))
    return {"cancelled": False}


@_cancellable
async def switch_session(talk: Talk, given: Object) -> Object:
    await talk.open("named", text(given, "sessionPath"))
    return {"cancelled": False}


@_cancellable
async def fork(talk: Talk, given: Object) -> Object:
    moved = await talk.daemon.ask_for(Moved, r.Fork(0, talk.id, text(given, "entryId")))
    await talk.go(moved.conversation)
    return {"text": moved.text, "cancelled": False}


@_cancellable
async def clone(talk: Talk, given: Object) -> Object:
    moved = await talk.daemon.ask_for(Moved, r.Clone(0, talk.id))
    await talk.go(moved.conversation)
    return {"cancelled": False}


async def compact(talk: Talk, given: Object) -> Object:
    await talk.compact(text(given, "customInstructions", ""))
    entries, leaf = await talk.entries()
    done = [entry for entry in facts.path(entries, leaf) if entry.get("type") == "compaction"][-1]
    names = ("summary", "firstKeptEntryId", "tokensBefore", "details")
    usage = facts.summary_usage(done)
    return (
        {name: done.get(name) for name in names} | {"estimatedTokensAfter": talk.status.context_used}
        | ({"usage": usage} if usage else {})
    )  # fmt: skip


async def reload(talk: Talk, given: Object) -> Object:
    """Ours: settings, skills, templates and instructions count as they are on the disk now."""
    found = await talk.daemon.ask_for(SlashCommands, r.Reload(0, talk.id))
    return {"commands": [facts.command(one) for one in found.commands], "notices": found.notices}


async def set_session_name(talk: Talk, given: Object) -> None:
    await talk.daemon.ask(r.SetName(0, talk.id, text(given, "name")))


async def export_html(talk: Talk, given: Object) -> Object:
    path = text(given, "outputPath", "")
    target = str(Path(talk.place.cwd) / path) if path else ""
    done = await talk.daemon.ask_for(Exported, r.Export(0, talk.id, "html", target), 60)
    return {"path": done.path}


# --- looking


async def get_state(talk: Talk, given: Object) -> Object:
    modes = await talk.tune()
    status = talk.status
    return {
        "model": _current(talk), "thinkingLevel": status.thinking or "off",
        "isStreaming": status.state in ("thinking", "tool", "waiting"), "isCompacting": status.state == "compacting",
        "steeringMode": modes.steering, "followUpMode": modes.follow_up, "sessionFile": talk.path,
        "sessionId": talk.id, "autoCompactionEnabled": modes.compacts,
        "messageCount": modes.messages, "pendingMessageCount": len(status.queue),
    } | ({"sessionName": talk.name} if talk.name else {})  # fmt: skip


async def get_messages(talk: Talk, given: Object) -> Object:
    return {"messages": facts.messages(*await talk.entries())}


async def get_entries(talk: Talk, given: Object) -> Object:
    entries, leaf = await talk.entries()
    since = given.get("since")
    if since is not None:
        ids = [entry.get("id") for entry in entries]
        if since not in ids:
            raise UsageError(f"Entry not found: {since}")
        entries = entries[ids.index(since) + 1 :]
    return {"entries": entries, "leafId": leaf or None}


async def get_tree(talk: Talk, given: Object) -> Object:
    entries, leaf = await talk.entries()
    return {"tree": facts.tree(entries), "leafId": leaf or None}


async def get_fork_messages(talk: Talk, given: Object) -> Object:
    return {"messages": facts.fork_messages(*await talk.entries())}


async def get_last_assistant_text(talk: Talk, given: Object) -> Object:
    return {"text": facts.last_text(*await talk.entries())}


async def get_session_stats(talk: Talk, given: Object) -> Object:
    entries, leaf = await talk.entries()
    return {"sessionFile": talk.path, "sessionId": talk.id} | facts.stats(entries, leaf, talk.status)


async def get_commands(talk: Talk, given: Object) -> Object:
    found = await talk.daemon.ask_for(SlashCommands, r.GetSlashCommands(0, talk.id), COMMANDS_WITHIN)
    return {"commands": [facts.command(one) for one in found.commands]}


COMMANDS: dict[str, Command] = {
    function.__name__: function
    for function in (
        prompt, steer, follow_up, abort, abort_retry, clear_queue, reload,
        bash, abort_bash, set_model, cycle_model, get_available_models,
        set_thinking_level, cycle_thinking_level, get_available_thinking_levels, set_steering_mode, set_follow_up_mode,
        set_auto_compaction, set_auto_retry, new_session, switch_session, fork, clone, compact, set_session_name,
        export_html, get_state, get_messages, get_entries, get_tree, get_fork_messages, get_last_assistant_text,
        get_session_stats, get_commands,
    )
}  # fmt: skip
