"""Questions that a person wants to see before they are sent: held, as they would go, until somebody says yes or no."""

from picode.agents.inputs import Question
from picode.config.schema import Shell
from picode.errors import Missing
from picode.messages import plain_text
from picode.protocol.values import Preview


def is_wanted(question: Question, shell: Shell) -> bool:
    """What `shell.preview` says: large is what is longer than `shell.preview_above`, was cut, or lost a secret."""
    receipt = question.receipt
    if shell.preview != "large":
        return shell.preview == "always"
    if receipt is not None and (receipt.cut or receipt.redacted):
        return True
    return len(plain_text(question.message.content)) > shell.preview_above


class Previews:
    """`shown`: what waits, the oldest first."""

    def __init__(self) -> None:
        self._held: dict[str, Question] = {}
        self._count = 0

    @property
    def shown(self) -> list[Preview]:
        return [
            Preview(id_, plain_text(question.message.content), question.receipt)
            for id_, question in self._held.items()
        ]

    def take_in(self, question: Question, shell: Shell) -> bool:
        """Hold it where its user wants that; the others go on."""
        if not is_wanted(question, shell):
            return False
        self._count += 1
        self._held[f"preview_{self._count}"] = question
        return True

    def take(self, id_: str) -> Question:
        """Raises Missing when it is settled already."""
        if id_ not in self._held:
            raise Missing("This output does not wait any more.", "Somebody else may have sent or dropped it.")
        return self._held.pop(id_)
