import logging
import logging.handlers
from collections.abc import Iterator

import pytest

from picode import paths
from picode.credentials import Credentials
from picode.server import logs


@pytest.fixture
def handler(where: paths.Paths) -> Iterator[logging.Handler]:
    root = logging.getLogger()
    level, raising = root.level, logging.raiseExceptions
    opened = logs.open_log(
        where, "info", {"OPENAI_API_KEY": "correct-horse-battery", "HOME": "/home/somebody"}
    )
    yield opened
    root.removeHandler(opened)
    opened.close()
    root.setLevel(level)
    logging.raiseExceptions = raising


def test_the_log_is_private(where: paths.Paths, handler: logging.Handler) -> None:
    assert where.log.stat().st_mode & 0o777 == 0o600


def test_no_secret_reaches_the_log(where: paths.Paths, handler: logging.Handler) -> None:
    shaped = "sk-ant-api03-" + "Ab1" * 30
    try:
        raise ValueError(f"refused: correct-horse-battery, {shaped}")
    except ValueError:
        logging.getLogger("test").exception("the key %s was refused", "correct-horse-battery")
    text = where.log.read_text()
    assert "ValueError" in text
    assert "correct-horse-battery" not in text
    assert shaped not in text
    assert "redacted" in text


def test_no_key_that_was_in_hand_reaches_the_log_whatever_it_looks_like(
    where: paths.Paths, handler: logging.Handler
) -> None:
    key = "the" + "kept" + "key" + "of" + "4f81"
    Credentials.at(where, {}).add("anthropic", key)
    found = Credentials.at(where, {}).find("anthropic")
    assert found is not None
    try:
        raise ValueError(f"{found} is {found.secret.reveal()}")
    except ValueError:
        logging.getLogger("test").exception("with %s and %s", found, key)
    text = where.log.read_text()
    assert "Traceback" in text
    assert "Secret(…)" in text
    assert "[redacted: key]" in text
    assert key not in text


def test_the_log_rotates_and_stays_private(
    where: paths.Paths, handler: logging.Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(200):
        logging.getLogger("test").info("line %d %s", number, "x" * 80)
    files = sorted(path.name for path in where.state.glob("daemon.log*"))
    assert files == ["daemon.log", "daemon.log.1", "daemon.log.2", "daemon.log.3"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in where.state.glob("daemon.log*"))
    assert "line 199 " in where.log.read_text()
