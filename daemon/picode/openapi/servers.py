"""Where an operation is: `servers`, with variables, of the operation, its path or the document."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from picode.openapi.document import is_address
from picode.openapi.node import Node

VARIABLE = re.compile(r"\{([^{}]+)\}")


def base(places: tuple[Node, ...], chosen: Mapping[str, str]) -> str:
    """The address that paths are put behind, without a slash at its end; empty where the document names none.

    `places`: the operation, its path, the document: the first that has servers counts. `chosen`: values of variables.
    """
    for place in places:
        servers = place.at("servers")
        if found := servers.list("a list of servers"):
            return _address(found[0], chosen)
    source = places[-1].file.source
    # by the letter, a document without servers is at its own server's root
    return urljoin(source, "/").rstrip("/") if is_address(source) else ""


def _address(server: Node, chosen: Mapping[str, str]) -> str:
    server.mapping("a server, which is a mapping with a url")
    url = server.text("url")
    if not url:
        raise server.at("url").wrong("the server's address")

    def value(found: "re.Match[str]") -> str:
        name = found[1]
        told = server.at("variables", name)
        if name in chosen:
            allowed = [one.value for one in told.at("enum").list("a list of values")]
            if allowed and chosen[name] not in allowed:
                words = ", ".join(map(str, allowed))
                raise told.at("enum").wrong(f"{name} to be one of {words}", f"not for {chosen[name]!r}")
            return chosen[name]
        default = told.at("default")
        if not default.there:
            raise (
                told.wrong(f"a variable {name} with a default")
                if not told.there
                else default.wrong("a value")
            )
        return str(default.value)

    address = VARIABLE.sub(value, url)
    source = server.file.source
    if is_address(source):
        address = urljoin(source, address)
    return address.rstrip("/") if urlsplit(address).scheme in ("http", "https") else ""
