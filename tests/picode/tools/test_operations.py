"""Operations of documents as tools, against a server that describes itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import CustomProvider, Settings
from picode.credentials import Credentials
from picode.errors import UsageError
from picode.messages import ToolCall
from picode.openapi.library import Library
from picode.tools.base import Running
from picode.tools.operations import Operations
from picode.tools.permissions import Grants
from picode.tools.toolbox import Prepared, Result, Toolbox
from support.documents import DOCUMENTS
from support.model_server import ModelServer, Script
from support.shop import KEY, Shop, running_shop, shop
from support.toolbox import call, text, toolbox

__all__ = ["running_shop", "shop"]
Make = Callable[..., Toolbox]


@pytest.fixture
async def make(home: Path) -> AsyncIterator[Make]:
    made: list[Toolbox] = []

    def boxed(name: str, settings: Settings | None = None, **entry: Any) -> Toolbox:
        library = Library(home)
        library.configure({name: CustomProvider(**entry)})
        environ = {f"{name.upper()}_API_KEY": KEY}
        box = toolbox(home, settings)
        box.operations = Operations(library, Credentials(home / "credentials", environ), environ)
        box.settle()
        made.append(box)
        return box

    yield boxed
    for box in made:
        await box.close()


def offered(box: Toolbox) -> list[str]:
    return [spec.name for spec in box.specs() if "_" in spec.name]


async def test_operations_are_offered_without_the_chat(make: Make, shop: Shop) -> None:
    box = make("shop", document=shop.document)
    names = ["shop_list_items", "shop_add_item", "shop_show_item"]
    assert sorted(offered(box)) == sorted(names)
    assert offered(make("shop", document=shop.document, tools=["show_*"])) == ["shop_show_item"]
    assert sorted(offered(make("shop", document=shop.document, tools=["tag:items"]))) == sorted(names[:2])
    denying = Settings()
    denying.tools.deny = ["shop_add_item"]
    assert "shop_add_item" not in offered(make("shop", denying, document=shop.document))


async def test_a_call_reaches_the_server_with_its_key_and_its_arguments(
    make: Make, shop: Shop, home: Path
) -> None:
    box = make("shop", document=shop.document)
    result = await call(box, home, "shop_list_items", tag=["a", "b c"], limit=5)
    assert not result.is_error
    first, _, rest = text(result).partition("\n\n")
    assert (first, json.loads(rest)[0]["name"]) == ("200 OK", "lamp")
    assert shop.seen == [("list", (["a", "b c"], 5))]
    made = await call(box, home, "shop_add_item", body={"name": "chair", "price": 9})
    assert text(made).startswith("201 Created")
    assert shop.seen[-1] == ("add", {"name": "chair", "price": 9.0})
    assert KEY not in text(result) + text(made)


async def test_only_reading_needs_no_permission(make: Make, shop: Shop, home: Path) -> None:
    box = make("shop", document=shop.document)
    assert box.reads("shop_show_item")
    assert not box.reads("shop_add_item")

    async def decided(name: str, grants: Grants, **arguments: Any) -> Prepared:
        wanted = ToolCall(id="c", name=name, arguments=arguments)
        found = await box.prepare(wanted, str(home), "conversation", box.policy(frozenset(), False), grants)
        assert isinstance(found, Prepared)
        return found

    assert (await decided("shop_show_item", Grants(), item_id=1)).verdict.decision == "allow"
    chair = {"name": "chair"}
    asked = await decided("shop_add_item", Grants(), body=chair)
    assert asked.verdict.decision == "ask"
    told = asked.approval()
    assert told.title == f"POST {shop.url}/items"
    assert '"name": "chair"' in told.detail
    assert told.always == "exactly this"
    # “always” means this request, and no other one of the same operation
    from picode.tools.permissions import with_always

    grants = with_always(asked.check, Grants())
    assert (await decided("shop_add_item", grants, body=chair)).verdict.decision == "allow"
    assert (await decided("shop_add_item", grants, body={"name": "bed"})).verdict.decision == "ask"
    assert shop.seen == []


async def test_nobody_there_means_no_request(make: Make, shop: Shop, home: Path) -> None:
    box = make("shop", document=shop.document)
    wanted = ToolCall(id="c", name="shop_add_item", arguments={"body": {"name": "x"}})
    refused = await box.prepare(wanted, str(home), "c", box.policy(frozenset(), True), Grants())
    assert isinstance(refused, Result)
    assert "nobody is there to allow shop_add_item" in text(refused)
    assert shop.seen == []


async def test_failures_are_told_to_the_model(make: Make, shop: Shop, home: Path) -> None:
    box = make("shop", document=shop.document)
    missing = await call(box, home, "shop_show_item", item_id=99)
    assert (missing.is_error, "404 Not Found" in text(missing), "no such item" in text(missing)) == (
        True,
        True,
        True,
    )
    wrong = await call(box, home, "shop_show_item", item_id="many")
    assert (wrong.is_error, "item_id: must be integer" in text(wrong)) == (True, True)
    elsewhere = make("pets", document=str(DOCUMENTS / "pets.yaml"), base_url="http://127.0.0.1:9")
    refused = await call(elsewhere, home, "pets_listPets")
    assert (refused.is_error, "127.0.0.1:9 cannot be reached" in text(refused)) == (True, True)
    nowhere = make("hooks", document=str(DOCUMENTS / "cluster.json"))
    assert "names no server" in text(await call(nowhere, home, "hooks_listDefinition", namespace="n"))


async def test_what_a_server_says_cannot_act_on_a_terminal_and_is_cut(
    make: Make, model_server: ModelServer, home: Path
) -> None:
    box = make("pets", document=str(DOCUMENTS / "pets.yaml"), base_url=model_server.url)
    headers = {"content-type": "text/plain"}
    model_server.enqueue(Script(body=b"red: \x1b[31mred\x1b]0;title\x07 end", headers=headers))
    result = await call(box, home, "pets_createPet", body={"name": "x"})
    assert text(result) == "200 Scripted\n\nred: red end"
    model_server.enqueue(Script(body=b"line\n" * 30_000, headers=headers))
    long = await call(box, home, "pets_createPet", body={"name": "x"})
    assert len(text(long)) < 60_000
    assert "limit reached" in text(long)
    model_server.enqueue(Script(body=b"\x89PNG" * 10, headers={"content-type": "image/png"}))
    assert (
        text(await call(box, home, "pets_createPet", body={"name": "x"}))
        == "200 Scripted\n\n(40 bytes of image/png)"
    )
    model_server.enqueue(Script(status=302, body=b"", headers={"location": "http://127.0.0.1/x"}))
    assert (
        text(await call(box, home, "pets_createPet", body={"name": "x"}))
        == "302 Scripted, see http://127.0.0.1/x"
    )
    assert len(model_server.requests) == 4


async def test_a_request_can_be_stopped(make: Make, model_server: ModelServer, home: Path) -> None:
    box = make("pets", document=str(DOCUMENTS / "pets.yaml"), base_url=model_server.url)
    model_server.enqueue(Script(before="never"))
    running = Running()
    asked = asyncio.create_task(call(box, home, "pets_createPet", running, body={"name": "x"}))
    [request] = await asyncio.to_thread(model_server.wait_for, 1)
    running.stop.set()
    result = await asked
    assert (result.is_error, text(result).startswith("The request was stopped")) == (True, True)
    assert await asyncio.to_thread(request.disconnected.wait, 20)


async def test_a_grant_for_a_document_that_is_still_being_read_is_no_slip(
    model_server: ModelServer, home: Path
) -> None:
    model_server.list_gate = "document"
    library = Library(home)
    library.configure({"slow": CustomProvider(document=f"{model_server.url}/openapi.json")})
    box = toolbox(home)
    box.operations = Operations(library, Credentials(home / "credentials", {}), {})
    box.check_grants(["slow_add", "bash"])
    with pytest.raises(UsageError, match="There is no tool slwo_add"):
        box.check_grants(["slwo_add"])
    await asyncio.to_thread(model_server.reached, "document")
    model_server.open("document")
    await asyncio.to_thread(library.look, 20)
    # what came is no document, and offers nothing
    with pytest.raises(UsageError, match="There is no tool slow_add"):
        box.check_grants(["slow_add"])
    await box.close()
