"""What all conversations share on the way to models: the record of what was spent."""

from dataclasses import dataclass

from picode.providers.spending.ledger import Ledger


@dataclass
class Traffic:
    """`ledger` None: nothing is written down and no limit holds, as in a program's own use of an agent."""

    ledger: Ledger | None = None

    def close(self) -> None:
        if self.ledger is not None:
            self.ledger.close()
