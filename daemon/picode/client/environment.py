"""What of a client's environment reaches the daemon that it starts: what tools, keys and networks need, no more."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picode.protocol.values import ModelInfo

NAMES = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "EDITOR", "VISUAL",
    "GOOGLE_GEMINI_BASE_URL", "OLLAMA_HOST", "LMSTUDIO_BASE_URL", "LLAMACPP_BASE_URL",
    "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG",
    # of AWS: where, whose files, and Bedrock's own key; not the keys of a whole account
    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_BEARER_TOKEN_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND", "PYTHONPATH", "VIRTUAL_ENV",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "ZELLIJ_SOCKET_DIR",
})  # fmt: skip
PREFIXES = (
    "LC_",
    "XDG_",
    "PICODE_",
    "ANTHROPIC_",
    "OPENAI_",
    "PI_CODING_AGENT_",
    "GOOGLE_CLOUD_",
    "GOOGLE_VERTEX_",
)
# a provider of one's own has its key in a variable of this form
SUFFIX = "_API_KEY"
DEMO = "demo/demo"
"""The model of those who have no key."""
# these tell of one shell or one test, not of the user
WITHOUT = frozenset({"PICODE_TERMINAL", "PICODE_SECRET_FILE", "PICODE_TTY", "PICODE_ZELLIJ", "PICODE_RECORD"})


def passed_on(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that a daemon gets."""
    return {
        name: value
        for name, value in environ.items()
        if (name in NAMES or name.startswith(PREFIXES) or name.endswith(SUFFIX)) and name not in WITHOUT
    }


def has_key(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this terminal has a provider's key, by its variable."""
    from picode.credentials import VARIABLES

    return any(environ.get(variable) for variable in VARIABLES.values())


def unheard(models: "list[ModelInfo]", environ: Mapping[str, str] = os.environ) -> str:
    """A sentence for keys that were exported after the daemon was started, so that it does not have them."""
    from picode.credentials import VARIABLES

    # a server of one's own needs no key, so a daemon that misses the key does not know the server either
    sought = {**{name: name for name in VARIABLES.values()}, "OPENAI_BASE_URL": VARIABLES["openai"]}
    missed = [
        variable
        for variable, key in sought.items()
        if environ.get(variable) and any(not one.usable and key in one.why for one in models)
    ]
    if not missed:
        return ""
    return (
        f"{' and '.join(missed)} {'is' if len(missed) == 1 else 'are'} set here, but the daemon was started without."
        f" `picode daemon restart` passes {'it' if len(missed) == 1 else 'them'} on."
    )
