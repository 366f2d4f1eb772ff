"""What is known of models: context, longest answer, prices, way of thinking. From `models.json` and the user's own."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from picode.errors import ConfigError
from picode.messages import Cost, Usage
from picode.protocol.values import Prices
from picode.providers import clouds

if TYPE_CHECKING:
    from picode.providers.models_json import Described

log = logging.getLogger(__name__)
MILLION = 1_000_000


class ModelData(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Tokens, and US dollars per million tokens. Without a cache price, cached tokens cost what others do."""

    context_window: int = 128_000
    max_tokens: int = 16_384
    input: float = 0
    output: float = 0
    cache_read: float | None = None
    cache_write: float | None = None
    thinking: Literal["none", "budget", "adaptive", "effort"] = "none"
    least_thinking: str = ""
    """What is asked of a model that thinks unasked, where no thinking is wanted: a level or a budget."""
    most_thinking: str = ""
    """The highest level that it takes; empty: all of them."""
    api: str = ""
    """The form of the provider's API that this model speaks best; empty: the provider's own."""

    @property
    def prices(self) -> Prices | None:
        """None where nobody said what it costs."""
        if not (self.input or self.output):
            return None
        read = self.input if self.cache_read is None else self.cache_read
        return Prices(
            self.input, self.output, read, self.input if self.cache_write is None else self.cache_write
        )


class ProviderData(msgspec.Struct, forbid_unknown_fields=True):
    models: dict[str, ModelData] = {}
    default: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    providers: dict[str, ProviderData]
    date: str = ""
    about: str = ""


UNKNOWN = ModelData()
"""What is assumed of a model that nobody described: a local server's, most of the time."""


class Catalog:
    """`of("openai")` is one provider's part; `find` never fails, `cost` is in US dollars."""

    def __init__(
        self, providers: Mapping[str, ProviderData], date: str = "", described: "Sequence[Described]" = ()
    ) -> None:
        self.providers = providers
        self.date = date
        self.described = described
        """The providers that a models.json in pi's form describes."""

    def of(self, provider: str) -> ProviderData:
        return self.providers.get(provider) or ProviderData()

    def find(self, provider: str, model: str) -> ModelData:
        if found := self.of(provider).models.get(model):
            return found
        # a cloud's own name for what another one makes
        owned = (self.of(owner).models.get(name) for owner in clouds.OWNERS.get(provider, (provider,))
                 for name in clouds.names(model))  # fmt: skip
        return next((found for found in owned if found), UNKNOWN)

    def cost(self, provider: str, model: str, usage: Usage) -> Cost:
        data = self.find(provider, model)
        read = data.input if data.cache_read is None else data.cache_read
        write = data.input if data.cache_write is None else data.cache_write
        cost = Cost(
            input=usage.input * data.input / MILLION,
            output=usage.output * data.output / MILLION,
            cache_read=usage.cache_read * read / MILLION,
            cache_write=usage.cache_write * write / MILLION,
        )
        cost.total = cost.input + cost.output + cost.cache_read + cost.cache_write
        return cost

    def worst(self, provider: str, model: str, prompt: float, answer: int) -> float:
        """US dollars of a request at most: nothing read from a cache, and the longest answer; both in tokens."""
        data = self.find(provider, model)
        longest = answer if data is UNKNOWN else min(answer, data.max_tokens)
        return (prompt * max(data.input, data.cache_write or 0) + longest * data.output) / MILLION


@cache
def _builtin() -> _File:
    return msgspec.json.decode(Path(__file__).with_name("models.json").read_bytes(), type=_File)


def load(extra: Path | None = None, pi: Path | None = None, given: "Iterable[Described]" = ()) -> Catalog:
    """The built-in list, with pi's file, what extensions gave and the user's own laid over it, model by model. A file
    of pi's that cannot be read is left out; the user's own raises ConfigError."""
    from picode.providers.models_json import with_overrides

    known = _builtin()
    providers = {
        name: ProviderData(dict(data.models), data.default) for name, data in known.providers.items()
    }
    found: list[Described] = []
    try:
        found += _read(pi)[1] if pi else []
    except ConfigError as error:
        log.warning("%s", error)
    found += given
    own, told = _read(extra) if extra else ({}, [])
    for name, data in own.items():
        mine = providers.setdefault(name, ProviderData({}))
        mine.models.update(data.models)
        mine.default = data.default or mine.default
    for one in [*found, *told]:
        providers[one.name] = with_overrides(providers.get(one.name) or ProviderData(), one)
    return Catalog(providers, known.date, tuple({one.name: one for one in [*found, *told]}.values()))


def _read(file: Path) -> "tuple[dict[str, ProviderData], list[Described]]":
    """Providers in PiCode's own form, and in pi's."""
    from picode.providers.models_json import described, is_pi_s, parse

    try:
        providers = parse(file.read_text(encoding="utf-8"))
        told = [described(name, entry, file) for name, entry in providers.items() if is_pi_s(entry)]
        own = {name: entry for name, entry in providers.items() if not is_pi_s(entry)}
        return msgspec.convert(own, dict[str, ProviderData]), told
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except OSError as error:
        raise ConfigError(f"The file {file} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"The file {file} is no list of models: {error}.",
            'It has the form {"providers": {"openai": {"models": {"NAME": {"context_window": 128000}}}}}.',
        ) from error
