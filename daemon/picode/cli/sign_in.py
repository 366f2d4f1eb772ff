"""Signing in at a provider from the command line: what is printed, and what is waited for."""

import sys

from picode import paths
from picode.credentials import Credentials, browser, oauth_data
from picode.credentials.device import Device


def run(kept: Credentials, provider: str, *, device: bool, open_browser: bool) -> str:
    """Blocks until somebody has signed in; says where the tokens are. Raises PicodeError."""
    from picode.openapi.sign_in import known

    where = paths.resolve()
    client = oauth_data.client(where.config / "oauth.json", provider, known=known(where, provider))
    if device or not client.authorization:
        asked = Device(client)
        print(f"Open {asked.address} on any device, and type this code there: {asked.code}", flush=True)
        return kept.add_tokens(provider, asked.wait())
    waiting = browser.Browser(client)
    try:
        opened = open_browser and browser.open_address(waiting.address)
        browser.told(waiting.address, opened, lambda line: print(line, flush=True))
        if sys.stdin.isatty():
            print("Where the browser is elsewhere, paste the address at which it ends.", flush=True)
        tokens = waiting.wait(pasted=sys.stdin.fileno() if sys.stdin.isatty() else -1)
    finally:
        waiting.close()
    return kept.add_tokens(provider, tokens)
