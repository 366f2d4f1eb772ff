"""What a provider is: one file per model API, from a `ModelRequest` to `StreamEvent`s.

Adding one takes a file here and a line in `registry.py`.
"""

from collections.abc import AsyncGenerator
from typing import Protocol

from picode.errors import Missing, NotAllowed, PicodeError, TryLater, Unavailable
from picode.messages import ModelRequest, StreamEvent


class Provider(Protocol):
    # the part of a model's name before the slash: `anthropic`
    name: str
    # what session files call the wire format: `anthropic-messages`, `openai-completions`
    api: str

    # the answer as it comes; failures are raised as ModelFailed; closing the generator closes the connection
    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]: ...

    # whether it can be used now, and where its key is from or what is missing; raises what is wrong with the keys
    def ready(self) -> tuple[bool, str]: ...

    # let go of connections
    async def close(self) -> None: ...


# what a script can act on: give a key, name another model, wait
EXIT_CODES = {
    "no_key": NotAllowed.exit_code,
    "bad_key": NotAllowed.exit_code,
    "unknown_model": Missing.exit_code,
    "rate": TryLater.exit_code,
    "overload": TryLater.exit_code,
}


class ModelFailed(PicodeError):
    """A model call failed. `kind` is its class, `retry_after` the seconds that the server asked to wait.

    Kinds: `no_key`, `bad_key`, `unknown_model`, `rate`, `overload`, `quota`, `overflow` (context too long),
    `bad_request`, `refused` (the model or a filter declined), `server`, `network`, `timeout`, `cut` (the stream
    ended before its end), `protocol` (what came is no model's answer).
    """

    exit_code = Unavailable.exit_code

    def __init__(self, kind: str, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.exit_code = EXIT_CODES.get(kind, Unavailable.exit_code)
        self.retry_after = retry_after
