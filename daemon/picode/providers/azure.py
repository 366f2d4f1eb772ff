"""Addresses at Azure: a deployment in the path and a version behind it, or the newer form without both."""

import re
from urllib.parse import parse_qs, quote, urlsplit

# the last version of the older form that is no preview
VERSION = "2024-10-21"


def address(base: str, path: str, model: str, version: str = "") -> str:
    """Where `model` is asked; the Responses API has the newer form only.

    `base`: the resource's address, with or without `/openai`, `/openai/v1` or a deployment.
    `version`: OPENAI_API_VERSION; one in `base` itself goes before it.
    """
    parts = urlsplit(base)
    version = next(iter(parse_qs(parts.query).get("api-version", [])), "") or version or VERSION
    root, _, rest = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/").partition("/openai")
    if rest.startswith("/v1") or path == "/responses":
        return f"{root}/openai/v1{path}"
    named = re.match(r"/deployments/([^/]+)", rest)
    deployment = named[1] if named else quote(model, safe="")
    return f"{root}/openai/deployments/{deployment}{path}?api-version={quote(version)}"
