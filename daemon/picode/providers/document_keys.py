"""The keys that a document of OpenAPI wants to be shown: written in the configuration, or kept like any other."""

from collections.abc import Mapping

from picode.config.schema import CustomProvider
from picode.credentials import Credentials
from picode.errors import Unavailable
from picode.openapi.security import KeyOf
from picode.providers import key_value


def keys(name: str, entry: CustomProvider, credentials: Credentials, environ: Mapping[str, str]) -> KeyOf:
    """What `custom_providers.NAME.keys` says for a scheme, else the provider's key. A command may take ten seconds."""

    def key_of(scheme: str) -> str:
        written = entry.keys.get(scheme, "")
        if not written:
            found = credentials.have(name)
            return found.secret.reveal() if found else ""
        try:
            return key_value.value(written, environ).strip()
        except Unavailable:
            raise Unavailable(
                f"The command that says the key {scheme} of {name} failed.", "Try it in a shell."
            ) from None

    return key_of
