"""Conversations: open one, look at it, talk to it."""

import logging
import secrets
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from picode.errors import Missing, PicodeError
from picode.protocol import requests as r
from picode.protocol.events import InputInserted, Noticed
from picode.protocol.replies import Accepted, Cancelled, Replayed, Snapshot, Suggestion, Tuned
from picode.server.state import Daemon
from picode.sessions.display import path_entries

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation
    from picode.agents.extending.joined import Joined

MOST_LOOKED_AT = 50
"""Messages at the end of a conversation among which a key press is looked for."""
log = logging.getLogger(__name__)


class Conversing:
    """Handlers of what a pane, print mode or a shell's key asks of a conversation."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._conversations = daemon.conversations

    def open(self, request: r.Open) -> "Snapshot | Coroutine[Any, Any, Snapshot]":
        joined = self._conversations.joined(request.leaving)
        return self._leave_and_open(joined, request) if joined is not None else self._open(request)

    async def _leave_and_open(self, joined: "Joined", request: r.Open) -> Snapshot:
        """The extensions of the conversation that is left may cancel it. Raises NotAllowed."""
        reason = "new" if request.choice == "new" else "resume"
        target = {"targetSessionFile": request.name} if request.name else {}
        await joined.leave({"type": "session_before_switch", "reason": reason, **target})
        return self._open(request)

    def _open(self, request: r.Open) -> Snapshot:
        conversation = self._conversations.open(request)
        if conversation.joined is not None:
            conversation.joined.begin()
        self._daemon.explorers.sign_of_life(request.place)
        if request.place.zellij_session:
            self._daemon.panes.seen(conversation.id, request.place)
        return self._conversations.snapshot(conversation, request.tail)

    def look(self, request: r.Look) -> Snapshot:
        return self._conversations.snapshot(self._conversations.get(request.conversation), request.tail)

    def replay(self, request: r.Replay) -> Replayed:
        return Replayed(id=0, events=self._daemon.bus.replay(request.conversation, request.after))

    def ask(self, request: r.Ask) -> Accepted:
        self._daemon.presses.work_now()
        conversation = self._conversations.get(request.conversation)
        conversation.ask(
            request.text,
            images=request.images,
            command=request.command,
            delivery=request.delivery,
            allow=request.allow,
            unattended=request.unattended,
            source=request.source,
        )
        if not conversation.session.ephemeral:
            self._remember(request.text)
        return Accepted(id=0, conversation=conversation.id)

    def send(self, request: r.Send) -> Accepted:
        along = request.command or request.piped
        if along and not request.once:
            # a script's output that waits for a look is kept as a key's is
            request.once = f"sent:{secrets.token_hex(8)}"
        if request.once and (along or request.text.strip()):
            return self._press(request)
        conversation = self._conversations.make_for(request.place)
        conversation.ask(request.text, command=request.command, piped=request.piped)
        self._remember(request.text)
        self._daemon.explorers.sign_of_life(request.place)
        return Accepted(id=0, conversation=conversation.id)

    def _press(self, request: r.Send) -> Accepted:
        """A key: acknowledged as soon as it is on disk. Reading the output and the rest come after the reply."""
        known = self._daemon.presses.conversation(request.once)
        if known is not None:
            return Accepted(id=0, conversation=known)
        conversation = self._conversations.make_for(request.place)
        conversation.check(again=False)
        self._daemon.presses.accept(request, conversation.id)
        self._daemon.presses.work_soon(lambda: self._ask(request, conversation))
        return Accepted(id=0, conversation=conversation.id)

    def _ask(self, request: r.Send, conversation: "Conversation") -> None:
        try:
            conversation.ask(
                request.text,
                command=request.command,
                piped=request.piped,
                once=request.once,
                preview=bool(request.command or request.piped),
            )
        except PicodeError as error:
            self._daemon.presses.done(request.once)
            self._daemon.bus.emit(conversation.id, Noticed("error", str(error)))
        self._remember(request.text)
        self._daemon.explorers.sign_of_life(request.place)

    def ask_again(self) -> None:
        """Keys that the daemon before this one accepted, and was killed before their messages were in a file."""
        presses = self._daemon.presses
        for press in presses.left:
            request = press.request
            if request is None:
                continue
            try:
                conversation = self._pressed_in(press.conversation, request)
                entries, _ = path_entries(conversation.session, MOST_LOOKED_AT)
            except PicodeError as error:
                log.warning("a key press could not be asked again: %s", error)
                presses.done(press.name)
                continue
            if any(entry.receipt and entry.receipt.once == press.name for entry in entries):
                presses.done(press.name)
            else:
                self._ask(request, conversation)
        presses.left.clear()

    def _pressed_in(self, name: str, request: r.Send) -> "Conversation":
        try:
            return self._conversations.get(name)
        except Missing:  # it was new, and had no file yet
            return self._conversations.make_for(request.place)

    def _remember(self, text: str) -> None:
        """For the up-arrow; a key that was pasted by mistake is not kept."""
        from picode.context.redact import redact

        if text.strip():
            self._daemon.prompts.add(redact(text)[0])

    def suggestion(self, request: r.GetSuggestion) -> Suggestion:
        conversation = self._conversations.of(request.place)
        return Suggestion(id=0, command=conversation.suggestion if conversation is not None else "")

    def cancel(self, request: r.Cancel) -> Cancelled:
        self._daemon.presses.work_now()
        conversation = self._conversations.get(request.conversation)
        if request.what == "commands":
            conversation.cancel_commands()
            return Cancelled(id=0)
        if request.what == "turn":
            conversation.cancel_turn()
            return Cancelled(id=0)
        queue = conversation.clear_queue() if request.what == "queue" else conversation.cancel()
        self._daemon.presses.drop(conversation.id)
        return Cancelled(id=0, queue=queue)

    def answer(self, request: r.Answer) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.answer(request.call_id, request.decision, request.reason)
        return Accepted(id=0, conversation=conversation.id)

    def settle_preview(self, request: r.SettlePreview) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        if request.send:
            conversation.check()
        press = conversation.composer.settle(request.preview, request.send)
        if not request.send:
            self._daemon.presses.done(press)
            self._daemon.bus.emit(conversation.id, Noticed("info", "It was dropped; nothing was sent."))
        return Accepted(id=0, conversation=conversation.id)

    def run_command(self, request: r.RunCommand) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.run_command(request.command, request.share)
        return Accepted(id=0, conversation=conversation.id)

    def set_model(self, request: r.SetModel) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.set_model(request.model)
        return Accepted(id=0, conversation=conversation.id)

    def set_thinking(self, request: r.SetThinking) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.set_thinking(request.level)
        return Accepted(id=0, conversation=conversation.id)

    def tune(self, request: r.Tune) -> Tuned:
        conversation = self._conversations.get(request.conversation)
        return conversation.tune(request)

    def lend_key(self, request: r.LendKey) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.lend_key(request.key)
        return Accepted(id=0, conversation=conversation.id)

    def compact(self, request: r.Compact) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.compact(request.instructions)
        return Accepted(id=0, conversation=conversation.id)

    def insert_input(self, request: r.InsertInput) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        self._daemon.bus.emit(conversation.id, InputInserted(request.text))
        return Accepted(id=0, conversation=conversation.id)
