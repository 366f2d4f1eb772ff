"""The keys that a document of OpenAPI wants to be shown: written in the configuration, or kept like any other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from picode.config.schema import CustomProvider
from picode.credentials import Credentials
from picode.errors import Unavailable
from picode.openapi.security import Scheme
from picode.openapi.tokens import Tokens
from picode.providers import key_value


@dataclass(frozen=True)
class Keys:
    """The keys of one provider. With `tokens`, an id and a secret (`id:secret`) are changed for a token where the
    document says where; without, nothing is asked of anybody. Called with a scheme it gives the key, empty where
    there is none; a command may take ten seconds."""

    name: str
    entry: CustomProvider
    credentials: Credentials
    environ: Mapping[str, str]
    tokens: Tokens | None = None

    def __call__(self, scheme: Scheme) -> str:
        text = self._written(scheme.name)
        client, colon, secret = text.partition(":")
        if self.tokens is None or not scheme.token_url or not colon:
            return text
        base = f"{self.entry.base_url.rstrip('/')}/" if self.entry.base_url else ""
        return self.tokens.token(replace(scheme, token_url=urljoin(base, scheme.token_url)), client, secret)

    def _written(self, scheme: str) -> str:
        written = self.entry.keys.get(scheme, "")
        if not written:
            found = self.credentials.have(self.name)
            return found.secret.reveal() if found else ""
        try:
            return key_value.value(written, self.environ).strip()
        except Unavailable:
            raise Unavailable(
                f"The command that says the key {scheme} of {self.name} failed.", "Try it in a shell."
            ) from None
