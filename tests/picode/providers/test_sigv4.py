"""Signatures of AWS: the vectors that AWS published, and a header of every kind."""

import pytest

from picode.providers.sigv4 import Keys, Scope, signed

KEYS = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SCOPE = Scope("us-east-1", "service", "20150830T123600Z")
LETTERS = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def signature(method: str, target: str, headers: dict[str, str], body: bytes = b"", keys: Keys = KEYS) -> str:
    found = signed(method, f"https://example.amazonaws.com{target}", headers, body, keys=keys, scope=SCOPE)
    return found["authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "expected"),
    [
        ("GET", "/", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", f"/{LETTERS}", {}, b"", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        ("GET", "/ሴ", {}, b"", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        ("GET", "/example space/", {}, b"", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        ("GET", "/example/$delete", {}, b"", "a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27"),
        ("GET", "/?Param1=value1", {}, b"", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ("POST", "/?Param1=value1", {}, b"", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        ("GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", {}, b"",
         "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"),
        ("GET", "/?Param2=value2&Param1=value1", {}, b"",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("GET", "/?Param1=value2&Param1=Value1", {}, b"",
         "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
        ("GET", "/?Param1=value2&Param1=value1", {}, b"",
         "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        ("GET", f"/?{LETTERS}={LETTERS}", {}, b"", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        ("GET", "/?ሴ=bar", {}, b"", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        ("GET", "/", {"My-Header1": " value1", "My-Header2": ' "a   b   c"'}, b"",
         "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        ("POST", "/", {"My-Header1": "value1"}, b"",
         "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        ("POST", "/", {"My-Header1": "VALUE1"}, b"",
         "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        ("POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Param1=value1",
         "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        ("POST", "/", {"Content-Type": "application/x-www-form-urlencoded; charset=utf8"}, b"Param1=value1",
         "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    ],
)  # fmt: skip
def test_the_published_vectors(
    method: str, target: str, headers: dict[str, str], body: bytes, expected: str
) -> None:
    assert signature(method, target, headers, body) == expected


def test_a_session_s_token_is_signed_and_sent() -> None:
    token = (
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf"
        "KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8"
        "Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iS"
        "IlTJabIQwj2ICCR/oLxBA=="
    )
    keys = Keys(KEYS.access, KEYS.secret, token)
    assert (
        signature("POST", "/", {}, keys=keys)
        == "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
    )
    found = signed("POST", "https://example.amazonaws.com/", {}, b"", keys=keys, scope=SCOPE)
    assert found["x-amz-security-token"] == token
    assert "wJalr" not in repr(keys)
    assert "AQoD" not in repr(keys)


def test_a_path_is_signed_as_it_is_sent_and_quoted_once_more() -> None:
    """Recorded with AWS's own library: Bedrock's names of models have colons."""
    scope = Scope("eu-west-1", "bedrock", "20260102T030405Z")
    url = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-x-v1%3A0/converse-stream"
    found = signed("POST", url, {"content-type": "application/json"}, b'{"a":1}', keys=KEYS, scope=scope)
    assert found["authorization"].endswith(f"Signature={RECORDED}")


RECORDED = "ffc98dcae028657f35effe76921724aa6857ae61c926ee922059f2bd8920aceb"
