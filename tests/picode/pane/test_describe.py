"""The printed page of commands and keys is the one that the code prints now."""

from pathlib import Path

from picode.pane.describe import page

PAGE = Path(__file__).parents[3] / "docs" / "keys.md"


def test_the_page_of_commands_and_keys_is_printed_anew() -> None:
    assert PAGE.read_text() == page(), "run: python -m picode.pane.describe > docs/keys.md"
