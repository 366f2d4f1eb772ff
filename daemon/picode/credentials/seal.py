"""Encryption: AES-256-GCM under a key of 32 bytes that is random or comes from a passphrase by scrypt.

A sealed text is base64 of nonce and ciphertext; the name that it belongs to is authenticated with it, so that nobody
can put one provider's key in another's place.
"""

import base64
import binascii
import json
import os
from typing import Any

from picode.errors import BadData

NONCE = 12
SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}
"""About 0.1 s and 32 MB."""
MOST_MEMORY = 1 << 28
"""Bytes that the numbers in a file may ask for."""


class Unsealable(Exception):
    """Another key is needed, or what is sealed was changed."""


def new_key() -> bytes:
    return os.urandom(32)


def seal(key: bytes, name: str, value: dict[str, Any]) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(value).encode(), name.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(key: bytes, name: str, sealed: object) -> dict[str, Any]:
    """Raises Unsealable."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = base64.b64decode(str(sealed), validate=True)
        plain = json.loads(AESGCM(key).decrypt(data[:NONCE], data[NONCE:], name.encode()))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Unsealable(name) from error
    return dict(plain)


def stretched(passphrase: str, asked: dict[str, Any]) -> bytes:
    """The key that a passphrase makes with the salt and the numbers of the file. Raises BadData."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    try:
        n, r, p = (int(asked[name]) for name in ("n", "r", "p"))
        if not 0 < 128 * n * r * p <= MOST_MEMORY:
            raise ValueError("too costly")
        salt = base64.b64decode(asked["salt"], validate=True)
        return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.encode())
    except (KeyError, ValueError, TypeError) as error:
        raise BadData("The file of keys does not say how its passphrase is used.") from error


def new_salt() -> dict[str, Any]:
    return {"salt": base64.b64encode(os.urandom(16)).decode(), **SCRYPT}
