"""Which model a role gets: a policy, and a reason for each model."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Models, Roles
from picode.credentials import Credentials
from picode.providers import roles
from picode.providers.registry import Providers
from picode.providers.routing import Candidate, route
from picode.providers.traffic import Traffic

CHEAP = Candidate("a/cheap", input=0.1, output=0.4, context=128_000, seconds=4)
QUICK = Candidate("b/quick", input=1, output=5, context=200_000, thinks=True, seconds=1.5)
ABLE = Candidate("b/able", input=5, output=25, context=1_000_000, thinks=True)
DEMO = Candidate("demo/demo")
ALL = [ABLE, DEMO, QUICK, CHEAP]


def taken(policy: str, *candidates: Candidate, tokens: int = 0) -> str:
    rulings = route(policy, list(candidates or ALL), tokens)
    return next((ruling.model for ruling in rulings if ruling.taken), "")


@pytest.mark.parametrize(
    ("policy", "model"), [("cheapest", "a/cheap"), ("quickest", "b/quick"), ("ablest", "b/able")]
)
def test_each_policy_takes_the_best_of_its_kind(policy: str, model: str) -> None:
    assert taken(policy) == model


def test_every_model_gets_a_reason_and_one_is_taken() -> None:
    told = {ruling.model: ruling.why for ruling in route("cheapest", ALL)}
    assert told == {
        "a/cheap": "the cheapest: $0.18 a million tokens",
        "b/quick": "$2.00 a million tokens",
        "b/able": "$10.00 a million tokens",
        "demo/demo": "no language model",
    }
    assert [ruling.why for ruling in route("quickest", ALL)][:3] == [
        "the quickest: 1.5 s an answer", "4.0 s an answer", "not measured yet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"usable": False, "why": "no key"}, "no key"),
        ({"paused": "it failed 5 times in a row"}, "left alone for a while: it failed 5 times in a row"),
        ({"scoped": False}, "not among models.scoped"),
        ({"priced": False}, "its price is not known"),
        ({"context": 1000}, "it takes 1,000 tokens, and 5,000 are needed"),
    ],
)
def test_what_cannot_do_the_work_is_left_out_and_told(change: dict[str, Any], why: str) -> None:
    out = dataclasses.replace(CHEAP, **change)
    rulings = route("cheapest", [out, QUICK], 5000)
    assert [(ruling.model, ruling.taken) for ruling in rulings] == [("b/quick", True), ("a/cheap", False)]
    assert rulings[1].why == why


def test_nothing_is_taken_where_nothing_fits() -> None:
    assert taken("cheapest", DEMO) == ""


@pytest.mark.parametrize(
    ("wish", "model", "why"),
    [
        ("", "anthropic/claude-opus-5", "the main one: nothing else is set"),
        ("openai/gpt-5-nano", "openai/gpt-5-nano", "it is configured as models.roles.fast"),
        ("haiku", "anthropic/claude-haiku-4-5", "it is configured as models.roles.fast"),
        (
            "google/gemini-2.5-flash",
            "anthropic/claude-opus-5",
            "the main one: google/gemini-2.5-flash cannot be used",
        ),
        ("nonsense/x", "anthropic/claude-opus-5", "the main one: There is no model named nonsense/x."),
        ("cheapest", "openai/gpt-5-nano", "the cheapest: $0.14 a million tokens"),
    ],
)
def test_a_role_is_a_name_or_a_policy_and_the_main_model_else(
    home: Path, wish: str, model: str, why: str
) -> None:
    environ = {"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"}
    providers = Providers(Models(roles=Roles(fast=wish)), Credentials(home / "c", environ), environ)
    found = roles.Roles(providers, Traffic()).told("fast", "anthropic/claude-opus-5")
    assert found.model == model
    assert found.why.startswith(why)


def test_a_policy_chooses_among_the_scoped_models(home: Path) -> None:
    environ = {"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"}
    settings = Models(roles=Roles(fast="cheapest"), scoped=["anthropic/*"])
    providers = Providers(settings, Credentials(home / "c", environ), environ)
    assert roles.Roles(providers, Traffic()).model("fast", "") == "anthropic/claude-haiku-4-5"
