"""pi's models.json: providers of one's own, with address, key and models, and changes to those that are known."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from picode.errors import ConfigError
from picode.providers.catalog import ModelData, ProviderData

OF_PI = {"baseUrl", "apiKey", "api", "headers", "authHeader", "compat", "modelOverrides"}
APIS = {
    "openai-completions": "effort", "openai-responses": "effort", "anthropic-messages": "budget",
    "google-generative-ai": "budget",
}  # fmt: skip
"""The forms of an API that PiCode speaks, and how their models are asked to think."""
BUILT_IN = {
    "anthropic": "anthropic-messages",
    "openai": "openai-completions",
    "google": "google-generative-ai",
}
NOISE = re.compile(
    r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*(?://[^\n]*\n\s*|/\*.*?\*/\s*)*[}\]])', re.DOTALL
)


@dataclass(frozen=True)
class Described:
    """One provider; `key` and `headers` are as they are written: `$NAME`, `!command`, or the value itself."""

    name: str
    base: str = ""
    api: str = ""
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    bearer: bool = False
    """The key goes into an `Authorization` header, too."""
    compat: dict[str, Any] = field(default_factory=dict)
    models: dict[str, ModelData] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What a model says of itself, by its name: baseUrl, headers, compat."""
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Changes to models that are known already."""


def parse(text: str) -> dict[str, Any]:
    """The file's `providers`; comments and trailing commas are allowed. Raises ValueError."""
    found = json.loads(NOISE.sub(lambda match: match[1] or "", text) or "{}")
    providers = found.get("providers") if isinstance(found, dict) else None
    if not isinstance(providers, dict):
        raise ValueError("it has no providers")
    return providers


def is_pi_s(entry: Any) -> bool:
    """Whether a provider is written as pi writes it, and not in PiCode's own form."""
    return isinstance(entry, dict) and (bool(OF_PI & set(entry)) or isinstance(entry.get("models"), list))


def described(name: str, entry: dict[str, Any], file: Path) -> Described:
    """Raises ConfigError with what is wrong, in one sentence."""

    def wrong(why: str) -> ConfigError:
        return ConfigError(f"{file}: the provider {name} {why}.", "docs/customising.md shows the form.")

    listed = entry.get("models") or []
    api = entry.get("api") or BUILT_IN.get(name, "")
    headers, compat, overrides = (entry.get(key) or {} for key in ("headers", "compat", "modelOverrides"))
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in (headers, compat, overrides)):
        raise wrong("has models, headers, compat or modelOverrides of a wrong form")
    for key in ("baseUrl", "apiKey"):
        if not isinstance(entry.get(key, ""), str):
            raise wrong(f"needs a text as {key}")
        if listed and not entry.get(key) and name not in BUILT_IN:
            raise wrong(f"has models and no {key}")
    if not listed and name not in BUILT_IN:
        raise wrong("has no models, and is none that PiCode knows")
    models, own = {}, {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not one["id"]:
            raise wrong("has a model without an id")
        if (form := one.get("api") or api) not in APIS:
            raise wrong(f"speaks {form or 'an API without a name'} with {one['id']}, which PiCode does not")
        models[one["id"]] = _model(one, form, wrong)
        own[one["id"]] = one
    return Described(
        name, entry.get("baseUrl", ""), api, entry.get("apiKey", ""), dict(headers), entry.get("authHeader") is True,
        compat, models, own, overrides,
    )  # fmt: skip


def _model(one: dict[str, Any], api: str, wrong: Callable[[str], ConfigError]) -> ModelData:
    cost = one.get("cost") or {}
    if not isinstance(cost, dict):
        raise wrong(f"has a model {one['id']} whose cost is no object")
    numbers = [one.get("contextWindow", 128_000), one.get("maxTokens", 16_384)]
    prices = [cost.get(key, 0) for key in ("input", "output", "cacheRead", "cacheWrite")]
    if not all(map(_is_number, numbers + prices)):
        raise wrong(f"has a model {one['id']} whose numbers are none")
    return ModelData(
        context_window=int(numbers[0]), max_tokens=int(numbers[1]), input=prices[0], output=prices[1],
        cache_read=prices[2], cache_write=prices[3], api=api,
        thinking=APIS[api] if one.get("reasoning") is True else "none",  # type: ignore[arg-type]
    )  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def with_overrides(known: ProviderData, told: Described) -> ProviderData:
    """The provider's list with the file's models added and changes made; what is known stays."""
    models = {**known.models, **told.models}
    for name, change in told.overrides.items():
        if name in models and isinstance(change, dict):
            models[name] = _changed(models[name], change)
    default = known.default or next(iter(told.models), "")
    return ProviderData(models, default)


def _changed(data: ModelData, change: dict[str, Any]) -> ModelData:
    import msgspec

    cost = change.get("cost") if isinstance(change.get("cost"), dict) else {}
    wanted = {
        "context_window": change.get("contextWindow"), "max_tokens": change.get("maxTokens"),
        "input": cost.get("input"), "output": cost.get("output"),  # type: ignore[union-attr]
        "cache_read": cost.get("cacheRead"), "cache_write": cost.get("cacheWrite"),  # type: ignore[union-attr]
    }  # fmt: skip
    return msgspec.structs.replace(data, **{key: value for key, value in wanted.items() if _is_number(value)})
