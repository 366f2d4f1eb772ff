"""The configuration page is what the code prints."""

from pathlib import Path

from picode.config.describe import page

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run: python -m picode.config.describe > docs/configuration.md"
