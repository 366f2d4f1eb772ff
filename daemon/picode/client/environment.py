"""What of a client's environment reaches the daemon that it starts: what tools, keys and networks need, no more."""

from collections.abc import Mapping

NAMES = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "EDITOR", "VISUAL",
    "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "OLLAMA_HOST", "OLLAMA_API_KEY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND", "PYTHONPATH", "VIRTUAL_ENV",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "ZELLIJ_SOCKET_DIR",
})  # fmt: skip
PREFIXES = ("LC_", "XDG_", "PICODE_", "ANTHROPIC_", "OPENAI_")
# these tell of one shell or one test, not of the user
WITHOUT = frozenset({"PICODE_TERMINAL", "PICODE_SECRET_FD", "PICODE_TTY", "PICODE_ZELLIJ", "PICODE_RECORD"})


def passed_on(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that a daemon gets."""
    return {
        name: value
        for name, value in environ.items()
        if (name in NAMES or name.startswith(PREFIXES)) and name not in WITHOUT
    }
