"""Servers that speak Chat Completions on this machine, where their own programs put them: LM Studio, llama.cpp."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from picode.credentials import Found
from picode.providers.catalog import Catalog
from picode.providers.discovery import WHATEVER
from picode.providers.failures import Asked
from picode.providers.http import Http
from picode.providers.openai import OpenAI


@dataclass(frozen=True)
class Known:
    """`variable`: what says where it is instead; `owner`: what its list of models says of each, where that tells it
    from whatever else may listen at such a port."""

    label: str
    port: int
    variable: str
    owner: str = ""


KNOWN = {
    "lmstudio": Known("LM Studio", 1234, "LMSTUDIO_BASE_URL"),
    "llamacpp": Known("llama.cpp", 8080, "LLAMACPP_BASE_URL", owner="llamacpp"),
}


def base(name: str, environ: Mapping[str, str]) -> str:
    """With `/v1`."""
    known = KNOWN[name]
    told = environ.get(known.variable, "").strip().rstrip("/") or f"http://127.0.0.1:{known.port}"
    return f"{told.removesuffix('/v1')}/v1"


class Local(OpenAI):
    """`there`: whether it has answered."""

    def __init__(
        self, name: str, base: str, http: Http, catalog: Catalog, *, find_key: Callable[[], Found | None],
        there: Callable[[], bool], choose: Callable[[], str] = lambda: WHATEVER,
    ) -> None:  # fmt: skip
        super().__init__(http, find_key, catalog, base, choose=choose)
        self.name, self.there, self._known = name, there, KNOWN[name]
        self.quirks = replace(self.quirks, label=self._known.label)

    def asked(self, model: str, key: str) -> Asked:
        variable = f"{self.name.upper()}_API_KEY"
        return replace(
            super().asked(model, key),
            provider=self.name,
            variable=variable,
            base_variable=self._known.variable,
        )

    def ready(self) -> tuple[bool, str]:
        if self.there():
            return True, f"{self.base} needs no key"
        return False, f"no {self._known.label} was found at {self.base}"
