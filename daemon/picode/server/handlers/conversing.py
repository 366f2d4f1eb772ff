"""Conversations: open one, look at it, talk to it."""

from picode.protocol import requests as r
from picode.protocol.events import InputInserted
from picode.protocol.replies import Accepted, Cancelled, Replayed, Snapshot, Suggestion
from picode.server.state import Daemon


class Conversing:
    """Handlers of what a pane, print mode or a shell's key asks of a conversation."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._conversations = daemon.conversations

    def open(self, request: r.Open) -> Snapshot:
        conversation = self._conversations.open(request)
        self._daemon.explorers.sign_of_life(request.place)
        return self._conversations.snapshot(conversation, request.tail)

    def look(self, request: r.Look) -> Snapshot:
        return self._conversations.snapshot(self._conversations.get(request.conversation), request.tail)

    def replay(self, request: r.Replay) -> Replayed:
        return Replayed(id=0, events=self._daemon.bus.replay(request.conversation, request.after))

    def ask(self, request: r.Ask) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.ask(
            request.text,
            images=request.images,
            command=request.command,
            delivery=request.delivery,
            allow=request.allow,
            unattended=request.unattended,
        )
        self._remember(request.text)
        return Accepted(id=0, conversation=conversation.id)

    def send(self, request: r.Send) -> Accepted:
        conversation = self._conversations.make_for(request.place)
        conversation.ask(request.text, command=request.command, piped=request.piped)
        self._remember(request.text)
        self._daemon.explorers.sign_of_life(request.place)
        return Accepted(id=0, conversation=conversation.id)

    def _remember(self, text: str) -> None:
        """For the up-arrow; a key that was pasted by mistake is not kept."""
        from picode.context.redact import redact

        if text.strip():
            self._daemon.prompts.add(redact(text)[0])

    def suggestion(self, request: r.GetSuggestion) -> Suggestion:
        conversation = self._conversations.of(request.place)
        return Suggestion(id=0, command=conversation.suggestion if conversation is not None else "")

    def cancel(self, request: r.Cancel) -> Cancelled:
        return Cancelled(id=0, queue=self._conversations.get(request.conversation).cancel())

    def answer(self, request: r.Answer) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.answer(request.call_id, request.decision, request.reason)
        return Accepted(id=0, conversation=conversation.id)

    def run_command(self, request: r.RunCommand) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.run_command(request.command, request.share)
        return Accepted(id=0, conversation=conversation.id)

    def set_model(self, request: r.SetModel) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        conversation.set_model(request.model)
        return Accepted(id=0, conversation=conversation.id)

    def insert_input(self, request: r.InsertInput) -> Accepted:
        conversation = self._conversations.get(request.conversation)
        self._daemon.bus.emit(conversation.id, InputInserted(request.text))
        return Accepted(id=0, conversation=conversation.id)
