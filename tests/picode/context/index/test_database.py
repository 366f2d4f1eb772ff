"""The index's file: private, versioned, and made anew when it cannot be used."""

import sqlite3
import stat
from pathlib import Path

import pytest

from picode.context.index.database import VERSION, open_to_read, open_to_write, place


def test_each_project_has_a_file_of_its_own(tmp_path: Path) -> None:
    one, two = place(tmp_path, Path("/a/project")), place(tmp_path, Path("/b/project"))
    assert one != two
    assert one.name.startswith("project-")


def test_it_is_private_and_can_be_read_beside_its_writer(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "x.db"
    assert open_to_read(file) is None
    writer, why = open_to_write(file)
    assert why == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    reader = open_to_read(file)
    assert reader is not None
    writer.execute("INSERT INTO commits VALUES(1, 'x')")
    assert reader.execute("SELECT hash FROM commits").fetchall() == [("x",)]
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM commits")
    reader.close()
    writer.close()


@pytest.mark.parametrize("spoil", ["version", "text", "cut", "overwritten"])
def test_what_cannot_be_used_is_made_anew_and_that_is_said_once(tmp_path: Path, spoil: str) -> None:
    file = tmp_path / "x.db"
    connection, _ = open_to_write(file)
    connection.executemany("INSERT INTO commits VALUES(?, ?)", [(at, "x" * 50) for at in range(2000)])
    if spoil == "version":
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    connection.close()
    whole = file.read_bytes()
    if spoil == "text":
        file.write_bytes(b"no database at all" * 500)
    elif spoil == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif spoil == "overwritten":
        file.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    connection, why = open_to_write(file)
    assert why
    assert connection.execute("SELECT count(*) FROM commits").fetchone() == (0,)
    connection.close()
    connection, why = open_to_write(file)
    assert why == ""
    connection.close()
