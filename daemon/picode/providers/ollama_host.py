"""Where Ollama is: OLLAMA_HOST, read as Ollama reads it."""

import ipaddress

PORT = 11434
PORTS = {"http": 80, "https": 443}
# an address to listen at is none to ask
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def base(value: str) -> str:
    """`http://127.0.0.1:11434` for an empty value; scheme, host, port and path may each be left out."""
    value = value.strip().strip("\"'").strip()
    scheme, found, rest = value.partition("://")
    if not found:
        scheme, rest = ("https", "ollama.com:443") if value == "ollama.com" else ("http", value)
    usual = PORTS.get(scheme, PORT) if found else PORT
    place, _, path = rest.partition("/")
    host, port = _split(place, usual)
    host = EVERYWHERE.get(host, host) or "127.0.0.1"
    path = path.rstrip("/")
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{'/' if path else ''}{path}"


def _split(place: str, usual: int) -> tuple[str, int]:
    bare = place.strip("[]")
    try:
        return str(ipaddress.ip_address(bare)), usual
    except ValueError:
        pass
    host, colon, port = place.rpartition(":")
    if not colon:
        return place, usual
    number = int(port) if port.isdecimal() and int(port) <= 65535 else usual
    return host.strip("[]"), number
