"""How keys are shown: every kind of scheme, alone and together."""

from pathlib import Path

import pytest

from picode.errors import BadData, NotAllowed
from picode.openapi.operations import heads
from picode.openapi.security import Need, Scheme, needs, scheme, shown
from support.documents import DOCUMENTS, schema, top

KEYS = {"a": "key-a", "b": "key-b", "user": "me:secret"}


def key_of(one: Scheme) -> str:
    return KEYS.get(one.name, "")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{type: apiKey, in: header, name: X-Key}", Scheme("s", "header", "X-Key")),
        ("{type: apiKey, in: query, name: key}", Scheme("s", "query", "key")),
        ("{type: apiKey, in: cookie, name: sid}", Scheme("s", "cookie", "sid")),
        ("{type: http, scheme: Bearer}", Scheme("s", "bearer")),
        ("{type: http, scheme: basic}", Scheme("s", "basic")),
        ("{type: oauth2, flows: {}}", Scheme("s", "bearer")),
        (
            "{type: oauth2, flows: {clientCredentials: {tokenUrl: https://x/t, scopes: {}}}}",
            Scheme("s", "bearer", token_url="https://x/t"),
        ),
        ("{type: openIdConnect, openIdConnectUrl: https://x}", Scheme("s", "bearer")),
        ("{type: http, scheme: digest}", Scheme("s", "unknown", unknown="HTTP's digest")),
        ("{type: mutualTLS}", Scheme("s", "unknown", unknown="mutual TLS")),
    ],
)
def test_every_kind_is_read(home: Path, written: str, meant: Scheme) -> None:
    assert scheme("s", schema(home, written)) == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{type: apiKey, in: body, name: a}", "/in is 'body'; expected header, query or cookie"),
        ("{type: apiKey, in: query}", "/name is nothing; expected the name of"),
        ("{type: http}", "/scheme is nothing; expected bearer, basic"),
        (
            "{type: oauth2, flows: {clientCredentials: {tokenUrl: 5}}}",
            "/tokenUrl is 5; expected the address that gives",
        ),
        ("{type: password}", "/type is 'password'; expected apiKey, http"),
    ],
)
def test_a_broken_scheme_is_told_with_its_place(home: Path, written: str, told: str) -> None:
    with pytest.raises(BadData) as error:
        scheme("s", schema(home, written))
    assert told in error.value.message


def test_each_goes_where_it_belongs_and_is_a_secret() -> None:
    need: Need = (
        Scheme("a", "header", "X-A"), Scheme("b", "query", "k"), Scheme("a", "cookie", "sid"), Scheme("user", "basic"),
    )  # fmt: skip
    put = shown((need,), key_of, "shop")
    assert put.headers == {"X-A": "key-a", "Authorization": "Basic bWU6c2VjcmV0"}
    assert (put.query, put.cookies) == ((("k", "key-b"),), (("sid", "key-a"),))
    assert {"key-a", "key-b", "me:secret", "bWU6c2VjcmV0"} <= set(put.secrets)
    assert shown(((Scheme("a", "bearer"),),), key_of, "shop").headers == {"Authorization": "Bearer key-a"}


def test_the_first_alternative_with_a_key_is_taken() -> None:
    alternatives: tuple[Need, ...] = ((Scheme("none", "bearer"),), (Scheme("a", "header", "X-A"),))
    assert shown(alternatives, key_of, "shop").headers == {"X-A": "key-a"}


def test_what_needs_none_is_asked_with_one_where_there_is_one() -> None:
    assert shown((), key_of, "shop").headers == {}
    assert shown(((Scheme("a", "bearer"),), ()), key_of, "shop").headers == {"Authorization": "Bearer key-a"}
    assert shown(((Scheme("none", "bearer"),), ()), key_of, "shop").headers == {}


def test_a_missing_key_and_an_unknown_kind_are_told() -> None:
    with pytest.raises(NotAllowed, match=r"There is no key for shop \(none\).*picode auth add shop"):
        shown(((Scheme("none", "bearer"),),), key_of, "shop")
    with pytest.raises(NotAllowed, match="shop wants mutual TLS, which PiCode does not speak"):
        shown(((Scheme("m", "unknown", unknown="mutual TLS"),),), key_of, "shop")


def test_an_operation_s_own_needs_go_before_the_document_s() -> None:
    document = top(DOCUMENTS / "session.yaml")
    found = {one.name: needs(one.node, document) for one in heads(document)}
    assert [[one.name for one in need] for need in found["me"]] == [["cookieAuth", "appId"], []]
    assert found["login"] == ()
    assert found["strict"] == ((Scheme("oidc", "bearer"),),)
