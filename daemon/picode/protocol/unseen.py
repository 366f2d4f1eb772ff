"""What every request has, and those requests that carry a secret: they show nothing of themselves."""

from msgspec import Struct


class Request(Struct, omit_defaults=True, tag_field="type"):
    id: int


class LendKey(Request, tag="lend_key"):
    """A key for the provider of this conversation's model, kept in memory only. Reply: `Accepted`."""

    conversation: str
    key: str

    def __repr__(self) -> str:
        return "LendKey(…)"


class Unlock(Request, tag="unlock"):
    """The passphrase of the kept keys, kept in memory only. Reply: `Accepted`; refused when it is another one."""

    passphrase: str

    def __repr__(self) -> str:
        return "Unlock(…)"
