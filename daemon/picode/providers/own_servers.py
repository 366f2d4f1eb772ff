"""Which servers of one's own there may be: what OPENAI_BASE_URL names, Ollama, LM Studio and llama.cpp."""

from collections.abc import Mapping
from functools import partial

from picode.credentials import Credentials
from picode.errors import PicodeError
from picode.providers import local_servers, ollama_host
from picode.providers.discovery import Discovery, Server, ollama_list, openai_list, owned_by


def discovery(environ: Mapping[str, str], credentials: Credentials, compatible: bool) -> Discovery:
    """`compatible`: whether OPENAI_BASE_URL is somebody else's than OpenAI's, and has a list of its models."""

    def key(name: str) -> str:
        try:
            found = credentials.find(name)
        except PicodeError:
            return ""
        return found.secret.reveal() if found else ""

    servers = {}
    if compatible:
        base = environ.get("OPENAI_BASE_URL", "").strip().rstrip("/").removesuffix("/chat/completions")
        servers["openai"] = Server(f"{base}/models", openai_list, lambda: key("openai"))
    ollama = ollama_host.base(environ.get("OLLAMA_HOST", ""))
    servers["ollama"] = Server(f"{ollama}/api/tags", ollama_list, lambda: key("ollama"))
    for name, known in local_servers.KNOWN.items():
        address = f"{local_servers.base(name, environ)}/models"
        servers[name] = Server(address, owned_by(known.owner), partial(key, name))
    return Discovery(servers)
