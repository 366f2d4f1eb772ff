"""The page on panes is what the code prints."""

from pathlib import Path

from picode.tools.describe_panes import page

PAGE = Path(__file__).parents[3] / "docs" / "panes.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run: python -m picode.tools.describe_panes > docs/panes.md"
