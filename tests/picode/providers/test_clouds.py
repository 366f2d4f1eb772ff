"""Clouds' names of models, and what is known of them."""

import pytest

from picode.providers import catalog
from picode.providers.clouds import is_claude, names


@pytest.mark.parametrize(
    ("cloud", "owner"),
    [
        ("anthropic.claude-x-5-20250929-v1:0", "claude-x-5-20250929"),
        ("us.anthropic.claude-x-5-20250929-v1:0", "claude-x-5"),
        ("us-gov.anthropic.claude-x-5-v2:0", "claude-x-5"),
        ("global.anthropic.claude-x-5", "claude-x-5"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x-5-v1:0", "claude-x-5"),
        ("claude-x-5@20250929", "claude-x-5-20250929"),
        ("claude-x-5@20250929", "claude-x-5"),
        ("gemini-3.5-flash", "gemini-3.5-flash"),
    ],
)
def test_a_name_leads_to_its_maker_s(cloud: str, owner: str) -> None:
    assert owner in names(cloud)


def test_what_a_maker_lists_is_known_of_a_cloud_s_model() -> None:
    known = catalog.load()
    claude = known.of("anthropic").models["claude-sonnet-5-5"]
    assert known.find("bedrock", "eu.anthropic.claude-sonnet-5-5-20260101-v1:0") is claude
    assert known.find("anthropic", "eu.anthropic.claude-sonnet-5-5-20260101-v1:0") is claude
    assert known.find("vertex", "claude-sonnet-5-5@20260101") is claude
    assert known.find("vertex", "gemini-3.5-flash") is known.of("google").models["gemini-3.5-flash"]
    assert known.find("bedrock", "amazon.nova-pro-v1:0") is catalog.UNKNOWN
    assert known.find("openai", "gpt-none") is catalog.UNKNOWN


def test_claude_is_known_by_its_name() -> None:
    assert is_claude("us.anthropic.claude-x")
    assert not is_claude("amazon.nova-pro-v1:0")
