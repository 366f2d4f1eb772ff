"""A whole document, read: its name, its operations, its chat endpoint, and what is wrong with the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from picode.errors import BadData, PicodeError
from picode.openapi import servers
from picode.openapi.chat import Chat, find
from picode.openapi.document import Files
from picode.openapi.node import Node
from picode.openapi.operations import Operation, Whole, heads, whole

MOST_UNCHOSEN = 20
"""Operations that become tools where nobody chose."""


@dataclass(frozen=True)
class Api:
    """`title`: as the document calls itself; `notices`: what a person should know, in sentences."""

    title: str
    version: str
    document: Node = field(repr=False)
    operations: list[Operation]
    chat: Chat | None
    notices: tuple[str, ...] = ()

    def base(self, operation: Operation, chosen: Mapping[str, str]) -> str:
        return servers.base((operation.node, operation.above, self.document), chosen)

    def chosen(self, wanted: list[str]) -> list[Operation]:
        """The operations that `wanted` names: `name`, a pattern of names, `tag:NAME`, `path:/pets*`; all of a small
        document where nothing is wanted. The chat endpoint is none of them."""
        others = [one for one in self.operations if self.chat is None or one is not self.chat.operation]
        if not wanted:
            return others if len(others) <= MOST_UNCHOSEN else []
        return [one for one in others if any(_fits(one, word) for word in wanted)]


def _fits(one: Operation, word: str) -> bool:
    kind, colon, pattern = word.partition(":")
    if colon and kind == "tag":
        return any(fnmatchcase(tag, pattern) for tag in one.tags)
    if colon and kind == "path":
        return fnmatchcase(one.path, pattern)
    return fnmatchcase(one.name, word) or one.node.text("operationId") == word


def read(source: str, cache: Path | None = None, chat: str = "") -> Api:
    """The document at `source`, a path or an address. Raises BadData, Missing, Unavailable."""
    files = Files(source, cache)
    document = Node(files, files.first, (), files.first.root)
    version = _version(document)
    found = heads(document)
    if not found and not document.at("paths").there and not document.at("webhooks").there:
        raise document.at("paths").wrong("a mapping of paths")
    return Api(
        document.at("info").text("title"), version, document, found,
        None if chat == "none" else find(found, chat), tuple(files.notices),
    )  # fmt: skip


def _version(document: Node) -> str:
    told = document.at("openapi")
    if not told.there and document.at("swagger").there:
        raise document.at("swagger").wrong("a document of OpenAPI 3.0 or 3.1; convert it first")
    # 3.1 without quotes is a number
    version = str(told.value) if isinstance(told.value, str | float) else ""
    if not version.startswith(("3.0", "3.1", "3.2")):
        raise told.wrong("the version of OpenAPI, 3.0 or 3.1")
    return version


def problems(api: Api) -> tuple[list[Whole], list[BadData]]:
    """Every operation read whole, and what is wrong with those that cannot be."""
    good: list[Whole] = []
    bad: list[BadData] = []
    for one in api.operations:
        try:
            good.append(whole(one))
        except BadData as error:
            bad.append(error)
        except PicodeError as error:
            bad.append(BadData(error.message, error.hint))
    return good, list({error.message: error for error in bad}.values())
