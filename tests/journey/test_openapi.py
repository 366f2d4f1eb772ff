"""From a line in the configuration to an answer: a described server's model, and its operations behind permissions."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.shop import KEY, Shop, running_shop, shop

__all__ = ["running_shop", "shop"]


@pytest.fixture
def daemon(where: paths.Paths, shop: Shop) -> Iterator[Running]:
    where.settings.parent.mkdir(parents=True)
    where.settings.write_text(f'custom_providers = {{shop = "{shop.document}"}}\n')
    running = Running(where, {"SHOP_API_KEY": KEY, "PICODE_MODELS_RETRIES": "0"}).start()
    yield running
    running.stop()


def asked(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [executable(), *arguments], capture_output=True, text=True, cwd=project, timeout=60, check=False
    )


def test_one_line_gives_a_model_and_tools(daemon: Running, shop: Shop, home: Path) -> None:
    project = home / "project"
    project.mkdir()
    listed = asked(project, "models").stdout.splitlines()[1]
    assert listed.split()[:3] == ["*", "shop/shop-1", "yes"]
    # it reads by itself, and nobody is there to allow it to add something
    shop.answers += [
        ("shop_list_items", {"limit": 1}),
        ("shop_add_item", {"body": {"name": "bed"}}),
        "A lamp.",
    ]
    answer = asked(project, "-p", "What is there?")
    assert (answer.stdout.strip(), answer.returncode) == ("A lamp.", 0), answer.stderr
    assert [name for name, _ in shop.seen] == ["chat", "list", "chat", "chat"]
    results = [message["content"] for message in shop.seen[-1][1]["messages"] if message["role"] == "tool"]
    assert '"name": "lamp"' in results[0]
    assert "nobody is there to allow shop_add_item" in results[1]
    # with a grant, it does
    shop.answers += [("shop_add_item", {"body": {"name": "bed"}}), "Added."]
    answer = asked(project, "-p", "Add a bed.", "--allow", "shop_add_item")
    assert (answer.stdout.strip(), answer.returncode) == ("Added.", 0), answer.stderr
    assert ("add", {"name": "bed", "price": 0.0}) in shop.seen
    assert where_the_key_is(home) == []


def where_the_key_is(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
