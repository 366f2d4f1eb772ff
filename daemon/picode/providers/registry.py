"""Which providers there are, which of their models a name means, and which one is taken when nobody names one.

To add a provider: a file in this package with a class that fits `base.Provider`, and a line in `REGISTERED`.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from picode.config.schema import Models
from picode.credentials import KEY_NAMES, Credentials
from picode.errors import PicodeError
from picode.messages import Cost, Usage
from picode.modelnames import named
from picode.protocol.values import ModelInfo
from picode.providers import catalog, ollama_host, own_servers
from picode.providers.base import ModelFailed, Provider
from picode.providers.clouds import NAMED_ONLY
from picode.providers.discovery import WHATEVER
from picode.providers.http import Http, Waits
from picode.providers.models_json import Described
from picode.providers.settled import Settled, Settling

if TYPE_CHECKING:
    from picode.openapi.library import Library


@dataclass(frozen=True)
class Parts:
    """What a provider may be made of."""

    http: Http
    credentials: Credentials
    catalog: catalog.Catalog
    environ: Mapping[str, str]
    demo_pace: float
    there: Callable[[], bool]
    """Whether an Ollama is configured, or has answered."""
    answered: Callable[[str], bool]
    """Whether this server of one's own has told its models."""
    choose: Callable[[str], str]
    """The model of this server of one's own that is taken when none was named; blocks for 0.3 s at most."""


def _anthropic(parts: Parts) -> Provider:
    from picode.providers.anthropic import Anthropic

    base = parts.environ.get("ANTHROPIC_BASE_URL", "")
    return Anthropic(parts.http, lambda: parts.credentials.find("anthropic"), parts.catalog, base)


def _openai(parts: Parts) -> Provider:
    from picode.providers.openai import OpenAI

    base, version = (parts.environ.get(name, "") for name in ("OPENAI_BASE_URL", "OPENAI_API_VERSION"))
    return OpenAI(
        parts.http, lambda: parts.credentials.find("openai"), parts.catalog, base,
        version=version.strip(), choose=lambda: parts.choose("openai"),
    )  # fmt: skip


def _responses(parts: Parts, name: str) -> Provider:
    from picode.providers.openai_responses import OpenAIResponses

    base = parts.environ.get("OPENAI_BASE_URL", "")
    return OpenAIResponses(
        parts.http, lambda: parts.credentials.find("openai"), parts.catalog, base,
        choose=lambda: parts.choose("openai"), name=name,
    )  # fmt: skip


def _google(parts: Parts) -> Provider:
    from picode.providers.google import Google

    base = parts.environ.get("GOOGLE_GEMINI_BASE_URL", "")
    return Google(parts.http, lambda: parts.credentials.find("gemini"), parts.catalog, base)


def _ollama(parts: Parts) -> Provider:
    from picode.providers.ollama import Ollama

    base = ollama_host.base(parts.environ.get("OLLAMA_HOST", ""))
    return Ollama(
        parts.http, lambda: parts.credentials.find("ollama"), parts.catalog, base,
        there=parts.there, choose=lambda: parts.choose("ollama"),
    )  # fmt: skip


def _local(name: str) -> Callable[[Parts], Provider]:
    def make(parts: Parts) -> Provider:
        from picode.providers.local_servers import Local, base

        return Local(
            name, base(name, parts.environ), parts.http, parts.catalog,
            find_key=lambda: parts.credentials.find(name), there=lambda: parts.answered(name),
            choose=lambda: parts.choose(name),
        )  # fmt: skip

    return make


def _bedrock(parts: Parts) -> Provider:
    from picode.providers.bedrock import Bedrock

    return Bedrock(parts.http, lambda: parts.credentials.find("bedrock"), parts.catalog, parts.environ)


def _vertex(parts: Parts) -> Provider:
    from picode.providers.vertex import Vertex

    return Vertex(parts.http, parts.catalog, parts.environ)


def _demo(parts: Parts) -> Provider:
    from picode.providers.demo.provider import Demo

    return Demo(parts.demo_pace)


def _describing(told: Described) -> Callable[[Parts], Provider]:
    def make(parts: Parts) -> Provider:
        from picode.providers.described import DescribedProvider

        key_name = KEY_NAMES.get(told.name, told.name)
        find = lambda: parts.credentials.find(key_name)  # noqa: E731
        return DescribedProvider(told, parts.http, parts.catalog, find, parts.environ)

    return make


def _documented(name: str, library: "Library") -> Callable[[Parts], Provider]:
    def make(parts: Parts) -> Provider:
        from picode.providers.openapi import OpenAPI

        return OpenAPI(
            name, library, parts.http, parts.catalog, credentials=parts.credentials, environ=parts.environ
        )

    return make


def _seen(*files: Path | None) -> list[tuple[int, int]]:
    """What changes when one of the files does."""
    out = []
    for file in files:
        try:
            facts = file.stat() if file else None
        except OSError:
            facts = None
        out.append((facts.st_mtime_ns, facts.st_size) if facts else (0, 0))
    return out


# In the order in which a default is looked for. The modules are imported when their provider is first needed.
REGISTERED: dict[str, Callable[[Parts], Provider]] = {
    "anthropic": _anthropic,
    "openai": _openai,
    "google": _google,
    "ollama": _ollama,
    "lmstudio": _local("lmstudio"),
    "llamacpp": _local("llamacpp"),
    "bedrock": _bedrock,
    "vertex": _vertex,
    "demo": _demo,
}
# Another form of a provider's API: taken where the list of models says so, or where a name begins with it.
FORMS: dict[str, tuple[str, Callable[[Parts, str], Provider]]] = {
    "openai-responses": ("openai", _responses),
}
DEMO = "demo/demo"
READING = 5.0
"""Seconds that a list of models waits for documents."""


class Providers:
    """One for the daemon. `models_file`: the user's additions to the list of models; `pi_models`: pi's own;
    `demo_pace`: seconds a word."""

    def __init__(
        self,
        settings: Models,
        credentials: Credentials,
        environ: Mapping[str, str],
        models_file: Path | None = None,
        demo_pace: float = 0.025,
        *,
        pi_models: Path | None = None,
    ) -> None:
        self.settings = settings
        self.catalog = catalog.load(models_file, pi_models)
        self.models_file, self._pi_models = models_file, pi_models
        self._files = _seen(models_file, pi_models)
        waits = Waits(settings.connect_timeout, settings.first_byte_timeout, settings.idle_timeout)
        self._parts = Parts(
            Http(waits),
            credentials,
            self.catalog,
            environ,
            demo_pace,
            there=self._ollama_there,
            answered=lambda name: bool(self._found.known(name)),
            choose=self._choose,
        )
        self._settling = Settling(credentials)
        self._made: dict[str, Provider] = {}
        self._given: dict[str, list[Described]] = {}
        """What extensions describe, by the conversation that has them."""
        self.library: Library | None = None
        """The documents of custom_providers; None: there are none."""
        lists = self._open("openai") and bool(getattr(self.provider("openai"), "lists", True))
        self._found = own_servers.discovery(environ, credentials, lists)

    def register(self, owner: str, entries: Mapping[str, dict[str, Any]]) -> None:
        """Providers that the extensions of a conversation describe, as models.json does; in place of those that the
        same `owner` gave before. Raises ConfigError, and changes nothing then."""
        from picode.providers.models_json import described

        found = [described(name, entry, Path("An extension")) for name, entry in entries.items()]
        if found or owner in self._given:
            self._given[owner] = found
            self._files = []
            self._look_again()

    def _described(self) -> set[str]:
        return {one.name for one in self.catalog.described}

    def _makers(self) -> dict[str, Callable[[Parts], Provider]]:
        """In the order in which a default is looked for: what a models.json or a document describes stands before the
        demo."""
        own = {one.name: _describing(one) for one in self.catalog.described}
        if self.library is not None:
            own |= {name: _documented(name, self.library) for name in self.library.names()}
        return (
            {name: REGISTERED[name] for name in REGISTERED if name != "demo"}
            | own
            | {"demo": REGISTERED["demo"]}
        )

    def _look_again(self) -> None:
        """A models.json that has changed counts from now on; one that is broken leaves what was known."""
        if self._files == (now := _seen(self.models_file, self._pi_models)):
            return
        self._files = now
        before = self._described()
        given = {one.name: one for described in self._given.values() for one in described}
        found = catalog.load(self.models_file, self._pi_models, given.values())
        self.catalog.providers, self.catalog.described = found.providers, found.described
        for name in before | self._described():
            self._made.pop(name, None)

    def provider(self, name: str) -> Provider:
        if name not in self._made:
            self._made[name] = self._makers()[name](self._parts)
        return self._made[name]

    def resolve(self, name: str) -> tuple[Provider, ModelInfo]:
        """The provider and the model that `name` means: `provider/model`, a model's name alone, a provider's name
        alone, or the beginning of one model's name. Raises `ModelFailed` (`unknown_model`) with the nearest names."""
        first, slash, rest = name.strip().partition("/")
        if first in self._makers():
            return self._within(first, rest if slash else self._first_choice(first))
        if first in FORMS:
            provider = FORMS[first][0]
            return self._within(provider, rest if slash else self._first_choice(provider), form=first)
        known = self._names()
        near = [full for full in known if full.partition("/")[2] == name] or [
            full for full in known if full.partition("/")[2].startswith(name)
        ]
        if name and len(near) != 1 and (meant := named(name, known)):
            near = [meant]
        if name and len(near) == 1:
            provider, _, model = near[0].partition("/")
            return self._within(provider, model)
        if name and not near and self._open("openai"):
            return self._within("openai", name)
        raise self._unknown(name, near)

    def default(self) -> str:
        """`provider/model`: the configured one, else the first provider that can be used, else the demo."""
        return self._default()[0]

    def why(self) -> str:
        """The reason for `default`, as half a sentence: `the default, because …`."""
        return self._default()[1]

    def models(self) -> list[ModelInfo]:
        """Everything that is known, the default marked; `why` says where the key is from, or what is missing.

        Servers of one's own are asked for theirs, so this takes up to 0.3 s and belongs into a thread."""
        self._look_again()
        self._found.look()
        if self.library is not None:
            self.library.look(READING)
        default = self.default()
        found = [info for name in self._makers() for info in self._listed(name)]
        if not any(info.name == default for info in found):
            try:
                found.insert(0, self.resolve(default)[1])
            except PicodeError as error:
                found.insert(0, ModelInfo(default, False, str(error)))
        for info in found:
            if info.name == default:
                why = info.why.rstrip(".")
                info.default, info.why = True, f"{why}; the default, because {self.why()}".lstrip("; ")
        return found

    def known(self) -> list[ModelInfo]:
        """What is known without asking a server now."""
        return [info for name in self._makers() for info in self._listed(name)]

    def expect(self, name: str) -> None:
        """A question to this model may come: what the first one would wait for is made ready."""
        if name.partition("/")[0] != "demo":
            self._parts.http.expect()

    def price(self, name: str, usage: Usage) -> Cost:
        """US dollars for `usage` of the model `provider/model`."""
        provider, _, model = name.partition("/")
        if provider in FORMS:
            provider = FORMS[provider][0]
        return self.catalog.cost(provider, model, usage)

    def worst(self, name: str, prompt: float, answer: int) -> float:
        """US dollars that a request to `provider/model` costs at most: tokens of the prompt, and of the answer."""
        provider, _, model = name.partition("/")
        return self.catalog.worst(
            FORMS[provider][0] if provider in FORMS else provider, model, prompt, answer
        )

    def priced(self, name: str) -> bool:
        """Whether the price is known, or nobody asks for one: a server without a key is one's own."""
        provider, _, model = name.partition("/")
        provider = FORMS[provider][0] if provider in FORMS else provider
        known = self.catalog.find(provider, model) is not catalog.UNKNOWN
        return known or not getattr(getattr(self.provider(provider), "quirks", None), "key_needed", False)

    async def close(self) -> None:
        for provider in self._made.values():
            await provider.close()
        self._settling.close()
        await self._parts.http.close()

    def _within(self, provider: str, model: str, form: str = "") -> tuple[Provider, ModelInfo]:
        known = self.catalog.of(provider).models
        if model not in known and not self._open(provider):
            near = [name for name in known if model and name.startswith(model)]
            if len(near) != 1 and (meant := named(model, (f"{provider}/{name}" for name in known))):
                near = [meant.partition("/")[2]]
            if len(near) != 1:
                raise self._unknown(f"{provider}/{model}", [f"{provider}/{name}" for name in near])
            model = near[0]
        if model == WHATEVER and self._open(provider):
            model = self._first_choice(provider)
        data = self.catalog.find(provider, model)
        made = self.provider(provider)
        if of := getattr(made, "of", None):
            made = of(model)
        elif form or (data.api in FORMS and not self._open(provider)):
            made = self._form(form or data.api, form or provider)
        window = self._found.context_window(provider, model) or data.context_window
        info = ModelInfo(f"{form or provider}/{model}", True, "", window, data.max_tokens)
        info.thinks = data.thinking != "none"
        info.usable, info.why = self._usable(provider)
        key = KEY_NAMES.get(provider, provider)
        return Settled(made, key, self._settling) if self._parts.credentials.takes_time(key) else made, info

    def _form(self, form: str, name: str) -> Provider:
        """The provider in another form; `name`: how its models are called in a session."""
        if (key := f"{name} as {form}") not in self._made:
            self._made[key] = FORMS[form][1](self._parts, name)
        return self._made[key]

    def _open(self, provider: str) -> bool:
        """Whether this provider is somebody else's server, whose models nobody listed."""
        return bool(getattr(self.provider(provider), "compatible", False))

    def _usable(self, provider: str) -> tuple[bool, str]:
        try:
            return self.provider(provider).ready()
        except PicodeError as error:
            return False, str(error)

    def _first_choice(self, provider: str) -> str:
        """The model that a provider's name alone means; never waits: an unasked server is asked now."""
        choice = self.catalog.of(provider).default
        if provider not in self._found.servers:
            return choice or next(iter(self._models_of(provider)), WHATEVER)
        known = self._found.known(provider)
        if not known:
            self._found.begin(provider)
            return WHATEVER if known is None or not choice else choice
        names = [one.name for one in known]
        return choice if choice in names else names[0]

    def _choose(self, provider: str) -> str:
        self._found.settle(provider)
        return self._first_choice(provider)

    def _ollama_there(self) -> bool:
        known = self._found.known("ollama")
        if known or not self._parts.environ.get("OLLAMA_HOST", "").strip():
            return bool(known)
        self._found.begin("ollama")
        return known is None

    def _default(self) -> tuple[str, str]:
        if configured := self.settings.default.strip():
            return configured, "it is configured as models.default"
        for name in self._makers():
            if name == "demo" or name in NAMED_ONLY:
                continue
            if self._usable(name)[0]:
                return f"{name}/{self._first_choice(name)}", "it is the first provider that can be used"
        return DEMO, "no key was found"

    def _listed(self, name: str) -> list[ModelInfo]:
        usable, why = self._usable(name)
        return [
            ModelInfo(
                f"{name}/{model}",
                usable,
                why,
                self._found.context_window(name, model) or self.catalog.find(name, model).context_window,
                self.catalog.find(name, model).max_tokens,
                thinks=self.catalog.find(name, model).thinking != "none",
                prices=self.catalog.find(name, model).prices,
            )
            for model in self._models_of(name)
        ]

    def _models_of(self, name: str) -> list[str]:
        """What a list says, or what a server of one's own says that it has."""
        if name in self._found.servers:
            return [one.name for one in self._found.known(name) or ()]
        if told := getattr(self.provider(name), "models", None):
            return list(told())
        return [] if self._open(name) else list(self.catalog.of(name).models)

    def _names(self) -> list[str]:
        listed = [f"{name}/{model}" for name in self._makers() for model in self.catalog.of(name).models]
        found = [f"{name}/{model}" for name in self._found.servers for model in self._models_of(name)]
        return list(dict.fromkeys(listed + found))

    def _unknown(self, name: str, near: list[str]) -> ModelFailed:
        known = self._names()
        if not near:
            by_model = {full.partition("/")[2]: full for full in known}
            likely = difflib.get_close_matches(name, known, 3, 0.5)
            likely += [
                by_model[m] for m in difflib.get_close_matches(name.rpartition("/")[2], by_model, 3, 0.5)
            ]
            near = list(dict.fromkeys(likely))
        hint = f"Did you mean {' or '.join(near[:3])}?" if near else "`picode models` shows what is there."
        if self.models_file is not None:
            hint += f" A model that is newer than PiCode can be added to {self.models_file}."
        return ModelFailed("unknown_model", f"There is no model named {name or '(nothing)'}.", hint)
