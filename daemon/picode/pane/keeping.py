"""Keys and sign-ins, from the pane: kept, tested and forgotten as `picode auth` does it. Blocking: it runs in a thread.

A key that was typed goes to where keys are kept, and is in no text that comes back.
"""

import os
from typing import TYPE_CHECKING

from picode import config
from picode.pane.state import Found, Here, Row
from picode.paths import Paths

if TYPE_CHECKING:
    from picode.credentials.browser import Browser
    from picode.credentials.device import Device

_waiting: "dict[str, Browser | Device]" = {}
"""Sign-ins that a person is at, by provider."""


def keys(paths: Paths, cwd: str, asked: Here) -> Found:
    """Everybody who takes a key; `asked.value`: the one that was named."""
    from picode.credentials import Credentials, adding, oauth_data

    kept = Credentials.at(paths, os.environ)
    own = kept.kept().keys
    origins = dict(kept.rows())
    names = adding.names(kept, paths.config, config.load(paths).settings.custom_providers)
    rows = [Row(name, origins.get(name, [""])[0], kind="kept" if name in own else "") for name in names]
    if asked.name == "logout" and not own:
        return Found(asked, told="No key is kept here; what is in the environment is the shell's to forget.")
    if asked.name != "logout":
        rows += [
            Row(f"{name} browser", "sign in", kind="browser")
            for name in oauth_data.names(paths.config / "oauth.json")
        ]
    return Found(asked, tuple(rows))


def keep(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.credentials import Credentials, adding

    assert asked.secret is not None
    kept = Credentials.at(paths, os.environ)
    added = adding.add(kept, asked.name, asked.secret, paths.config / "models.json")
    return Found(asked, told=" ".join((added.told, *added.warnings)))


def forget(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.credentials import Credentials, adding

    return Found(asked, told=adding.forget(Credentials.at(paths, os.environ), asked.name))


def sign_in(paths: Paths, cwd: str, asked: Here) -> Found:
    """Begin: what a person is to do now. `signed_in` waits for it."""
    from picode.credentials import browser, oauth_data
    from picode.credentials.browser import Browser
    from picode.credentials.device import Device
    from picode.openapi.sign_in import known

    give_up(asked.name)
    client = oauth_data.client(paths.config / "oauth.json", asked.name, known=known(paths, asked.name))
    if asked.value == "device" or not client.authorization:
        device = _waiting[asked.name] = Device(client)
        return Found(
            asked, told=f"Open {device.address} on any device, and type this code there: {device.code}"
        )
    waiting = _waiting[asked.name] = Browser(client)
    lines: list[str] = []
    browser.told(waiting.address, browser.open_address(waiting.address), lines.append)
    told = " ".join(lines)
    return Found(
        asked, told=f"{told} (It is copied, too, where the terminal lets us.)", copied=waiting.address
    )


def signed_in(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.credentials import Credentials, adding

    waiting = _waiting.get(asked.name)
    if waiting is None:
        return Found(asked)
    try:
        tokens = waiting.wait()
    finally:
        if _waiting.get(asked.name) is waiting:
            del _waiting[asked.name]
        waiting.close()
    kept = Credentials.at(paths, os.environ)
    where = kept.add_tokens(asked.name, tokens)
    told = f"You are signed in at {asked.name}; the sign-in is in {where}."
    return Found(asked, told=" ".join((told, *adding.before(kept, asked.name))))


def give_up(*names: str) -> None:
    """Whoever waits for these sign-ins, or for any, waits no more: the pane ends, or another one begins."""
    for name in names or tuple(_waiting):
        if (waiting := _waiting.get(name)) is not None:
            waiting.cancel()
