import os
import socket
from pathlib import Path

import pytest

from picode.paths import Paths
from picode.terminal import session_names


@pytest.fixture
def sockets(home: Path, where: Paths) -> Path:
    directory = home / "z" / session_names.CONTRACT
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    return {"ZELLIJ_SOCKET_DIR": str(home / "z")}


def live(path: Path) -> None:
    """The socket of a session that lives."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


def test_a_session_that_keeps_its_name_has_one(sockets: Path, environ: dict[str, str]) -> None:
    assert session_names.now("shop", environ) == "shop"
    assert session_names.first("shop", environ) == "shop"
    live(sockets / "shop")
    assert session_names.now("shop", environ) == "shop"
    assert session_names.first("shop", environ) == "shop"


def test_a_renamed_one_is_known_by_its_socket_however_often(sockets: Path, environ: dict[str, str]) -> None:
    live(sockets / "other")
    live(sockets / "shop")
    assert session_names.now("shop", environ) == "shop"
    for name in ("stall", "market"):
        os.rename(sockets / session_names.now("shop", environ), sockets / name)
        assert session_names.first(name, environ) == "shop"
        assert session_names.now("shop", environ) == name
    assert session_names.now("other", environ) == "other"
    assert session_names.first("other", environ) == "other"


def test_it_keeps_its_name_when_it_is_resurrected(sockets: Path, environ: dict[str, str]) -> None:
    live(sockets / "shop")
    session_names.now("shop", environ)
    os.rename(sockets / "shop", sockets / "stall")
    assert session_names.now("shop", environ) == "stall"
    (sockets / "stall").unlink()
    assert session_names.now("shop", environ) == "stall"
    live(sockets / "stall")
    assert session_names.first("stall", environ) == "shop"
    assert session_names.now("shop", environ) == "stall"


def test_one_that_is_begun_anew_under_either_name_is_another(sockets: Path, environ: dict[str, str]) -> None:
    live(sockets / "shop")
    session_names.now("shop", environ)
    os.rename(sockets / "shop", sockets / "stall")
    session_names.now("shop", environ)
    (sockets / "stall").unlink()
    live(sockets / "shop")
    assert session_names.now("shop", environ) == "shop"
    session_names.forget("stall")
    live(sockets / "stall")
    assert session_names.first("stall", environ) == "stall"


def test_a_damaged_file_knows_nothing(sockets: Path, environ: dict[str, str], where: Paths) -> None:
    where.state.mkdir(parents=True)
    (where.state / session_names.FILE).write_text('{"shop": 1}')
    live(sockets / "shop")
    assert session_names.now("shop", environ) == "shop"
    assert session_names.now("shop", environ) == "shop"
