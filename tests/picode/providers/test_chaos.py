"""Formats times faults, over real HTTP: each ends in the right kind and one sentence; docs/failures.md shows them."""

from pathlib import Path

import pytest

from picode.providers.base import ModelFailed
from picode.providers.phrases import SENTENCES
from support.model_calls import KEY, MAKERS
from support.model_chaos import FAULTS, WHOLE, Fault, page, run
from support.model_server import ModelServer

SEEN: dict[str, ModelFailed | None] = {}
PAGE = Path(__file__).parents[3] / "docs" / "failures.md"


@pytest.mark.parametrize("form", list(MAKERS))
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.said)
async def test_a_fault_ends_in_its_kind_and_one_sentence(
    model_server: ModelServer, fault: Fault, form: str
) -> None:
    outcome = await run(fault, form, model_server)
    if form == "anthropic":
        SEEN[fault.said] = outcome.failure
    assert outcome.kind == fault.kind, outcome.failure
    assert outcome.words == fault.words
    assert outcome.ended == (fault.kind == WHOLE)
    if outcome.failure is None:
        return
    told = outcome.failure.message
    assert told[0].isupper() or told[0].isdigit() or told.startswith("models.example")
    assert told.endswith((".", "?"))
    assert told.isprintable()
    assert outcome.failure.hint.endswith((".", "?"))
    assert KEY not in str(outcome.failure)
    assert outcome.failure.retry_after == fault.retry_after
    assert len(model_server.requests) == (1 if fault.script(form) is not None else 0)


def test_every_sentence_about_the_wire_is_tried() -> None:
    kinds = {fault.kind for fault in FAULTS}
    assert {"server", "overload", "rate", "bad_key", "network", "cut", "protocol", "timeout", WHOLE} <= kinds
    assert kinds - {WHOLE, "unknown_model"} <= {*SENTENCES, "cut", "protocol"}


async def test_the_page_of_failures_is_printed_from_this_table() -> None:
    fresh = await page(dict(SEEN))
    assert PAGE.read_text() == fresh, "run: PYTHONPATH=tests python -m support.model_chaos > docs/failures.md"
