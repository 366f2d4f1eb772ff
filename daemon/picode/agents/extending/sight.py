"""A conversation as its extensions see it: the one place that looks into it and acts on it for them."""

from typing import TYPE_CHECKING, Any

from picode.agents import inputs
from picode.messages import Custom
from picode.protocol.events import AnyEvent, EntryAppended
from picode.protocol.values import Delivery

if TYPE_CHECKING:
    from picode.agents.conversation import Conversation


class Sight:
    """A friend of the conversation's: it knows its parts."""

    def __init__(self, conversation: "Conversation") -> None:
        self.conversation = conversation
        self.session = conversation.session

    @property
    def at_rest(self) -> bool:
        """No turn is under way."""
        return self.conversation._turn.phase == "idle"

    @property
    def last_prompt(self) -> str:
        """What was said to the model before all else, in this turn."""
        return self.conversation._model._system

    async def prompt(self) -> str:
        return await self.conversation._model.prompt()

    def tools(self) -> dict[str, Any]:
        """All tools, and the names of those that the model is told of."""
        tools, settings = self.conversation._tools, self.conversation._settings
        own = {"name", "description", "parameters"}
        known = [{name: getattr(spec, name) for name in own} for spec in tools.specs()]
        active = [spec.name for spec in tools.specs(settings, self.conversation._model._in_workspace)]
        return {"allTools": known, "activeTools": active}

    def register_providers(self, entries: dict[str, dict[str, Any]]) -> None:
        """Of models; in place of those that were registered before. Raises ConfigError."""
        self.conversation._model._providers.register(self.session.id, entries)

    def announce(self, event: AnyEvent) -> None:
        self.conversation._emit(event)

    def say(self, message: Custom, delivery: Delivery, answer: bool) -> None:
        """At rest it is written down, and with `answer` the model is asked; while a turn runs it waits as a person's
        does. Raises PicodeError."""
        self.conversation._check_open()
        if self.at_rest and not answer:
            self.conversation._save(message)
        else:
            self.conversation._feed(inputs.Asked(inputs.Question(message, delivery=delivery)))

    def left_branch(self, text: str, old: str) -> str:
        """An extension's summary of the branch that ended in `old`, written where the conversation is now."""
        id_ = self.conversation._history.leave_branch(text, old, (), (), given=True)
        return self.conversation._announce(id_)

    def keep(self, kind: str, fields: dict[str, Any]) -> None:
        """An entry that is no message into the file, and to everybody. Raises PicodeError."""
        self.conversation._check_open()
        id_ = self.conversation._history.keep(kind, fields)
        self.announce(EntryAppended(self.session.line(self.session.tree.by_id[id_])))
