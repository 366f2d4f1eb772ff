"""The configured documents: read beside, remembered, read again when they change."""

from pathlib import Path

import pytest

from picode.config.schema import CustomProvider
from picode.errors import BadData, Missing
from picode.openapi.library import Library
from support.documents import DOCUMENTS


def test_a_document_is_read_once_and_again_when_its_file_changes(home: Path) -> None:
    file = home / "a.yaml"
    file.write_text((DOCUMENTS / "pets.yaml").read_text())
    library = Library()
    entries = {"pets": CustomProvider(document=str(file))}
    library.configure(entries)
    first = library.settled("pets")
    library.configure(entries)
    assert library.known("pets") is first
    file.write_text((DOCUMENTS / "maps.yaml").read_text())
    library.configure(entries)
    assert library.settled("pets").title == "Maps with a key in the query"
    library.configure({})
    assert library.names() == []
    with pytest.raises(Missing, match="There is no pets in custom_providers any more"):
        library.known("pets")


def test_what_is_wrong_is_told_each_time_and_mended_by_a_better_file(home: Path) -> None:
    file = home / "a.yaml"
    file.write_text("openapi: '9'\n")
    library = Library()
    entries = {"pets": CustomProvider(document=str(file))}
    library.configure(entries)
    library.look(20)
    for _ in range(2):
        with pytest.raises(BadData, match="expected the version of OpenAPI"):
            library.known("pets")
    file.write_text((DOCUMENTS / "pets.yaml").read_text())
    library.configure(entries)
    assert library.settled("pets").title == "Pets"
