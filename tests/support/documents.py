"""Makers for tests of OpenAPI documents: one from a text, and those that lie beside the tests."""

import textwrap
from pathlib import Path

from picode.openapi.document import Files
from picode.openapi.node import Node

DOCUMENTS = Path(__file__).parents[1] / "picode" / "openapi" / "documents"
"""Written for these tests, each with the shape of a kind of public API."""
ALL = sorted([*DOCUMENTS.glob("*.*"), DOCUMENTS / "spread" / "api.yaml"])


def node(folder: Path, text: str, name: str = "spec.yaml") -> Node:
    """The top of a document with this text."""
    file = folder / name
    file.write_text(textwrap.dedent(text))
    return top(file)


def top(file: Path) -> Node:
    files = Files(str(file))
    return Node(files, files.first, (), files.first.root)


def schema(folder: Path, text: str) -> Node:
    """The place of a schema that stands alone."""
    return node(folder, f"openapi: 3.0.3\nschema: {text}\n").child("schema")
