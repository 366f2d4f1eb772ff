"""Whose keys there are, and the variables that hold them."""

import re
from collections.abc import Mapping

VARIABLES = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "ollama": "OLLAMA_API_KEY",
    "bedrock": "AWS_BEARER_TOKEN_BEDROCK",
}
KEY_NAMES = {"google": "gemini", "openai-responses": "openai"}
"""How a provider's key is called where it is not called like the provider."""

KEY_NAME = re.compile(r"_(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE)$")
LONG = 16
"""Characters of a value that is taken for a key because of its name; a shorter one may be an ordinary word."""
SHORTEST = 8
"""Characters below which nothing is looked for in a text: it would be found in words."""


def variable_of(provider: str) -> str:
    """`OPENAI_API_KEY`; for a provider of one's own the same form: `MY_SERVER_API_KEY`."""
    return VARIABLES.get(provider) or f"{re.sub(r'[^A-Z0-9]', '_', provider.upper())}_API_KEY"


def in_environment(environ: Mapping[str, str]) -> list[str]:
    """The values of `environ` that are keys, whatever they look like; the longest first."""
    found = {environ.get(variable, "").strip() for variable in VARIABLES.values()}
    found |= {
        value
        for name, value in environ.items()
        if KEY_NAME.search(name) and len(value) >= LONG and not value.startswith(("/", "~"))
    }
    return sorted((value for value in found if len(value) >= SHORTEST), key=len, reverse=True)
