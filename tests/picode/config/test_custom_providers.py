"""The table of providers that OpenAPI documents describe."""

from pathlib import Path

import pytest

from picode import config, paths
from picode.cli.main import run
from picode.config.schema import CustomProvider
from picode.errors import ConfigError


def wrote(where: paths.Paths, text: str) -> None:
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text(text)


def loaded(where: paths.Paths, text: str) -> dict[str, CustomProvider]:
    wrote(where, text)
    return config.load(where, {}).settings.custom_providers


def test_a_name_and_a_document_are_enough(where: paths.Paths) -> None:
    found = loaded(where, 'custom_providers = {shop = "spec.yaml", far = "https://x.example/openapi.json"}\n')
    assert found["shop"] == CustomProvider(document=str(where.settings.parent / "spec.yaml"))
    assert found["far"].document == "https://x.example/openapi.json"


def test_a_table_says_more(where: paths.Paths) -> None:
    found = loaded(
        where,
        '[custom_providers]\nsmall = "~/a.json"\n[custom_providers.big]\ndocument = "/b.yaml"\n'
        'tools = ["tag:x"]\nvariables = {region = "us"}\n',
    )
    assert found["big"] == CustomProvider(document="/b.yaml", tools=["tag:x"], variables={"region": "us"})
    assert found["small"].document == str(Path("~/a.json").expanduser())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[log]\nlevel = "info"\n[custom_providers]\nopenai = "a"', r"config\.toml:4: 'openai' is a provider of"),
        ('custom_providers = {"Ä" = "a"}', r"config\.toml:1: 'Ä' is no name for a provider"),
        ('[custom_providers.s]\ndocumnt = "a"', r"config\.toml:1: .* object contains unknown field documnt"),
        ('[custom_providers.s]\ndocument = "a"\ntools = "x"', r"custom_providers\.s does not fit: expected array"),
        ('[custom_providers]\ns = " "', r"config\.toml:2: custom_providers\.s names no document"),
        ("custom_providers = 3", r"stands outside a table"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(where: paths.Paths, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        loaded(where, text)


def test_a_project_may_set_none(where: paths.Paths, home: Path) -> None:
    (home / "project" / ".picode").mkdir(parents=True)
    (home / "project" / ".picode" / "config.toml").write_text('custom_providers = {x = "a.yaml"}\n')
    with pytest.raises(ConfigError, match=r"config\.toml:1: a project may not set custom_providers"):
        config.load(where, {}, home / "project")


def test_it_can_be_set_and_shown_without_its_keys(
    where: paths.Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["config", "set", "custom_providers.shop", "/a/spec.yaml"]) == 0
    assert config.load(where, {}).settings.custom_providers["shop"].document == "/a/spec.yaml"
    wrote(where, '[custom_providers.shop]\ndocument = "/a.yaml"\nkeys = {a = "sk-very-secret", b = "$B"}\n')
    assert run(["config", "show", "--origin"]) == 0
    assert run(["config", "get", "custom_providers.shop"]) == 0
    out = capsys.readouterr().out
    assert 'custom_providers.shop = {"document": "/a.yaml", "keys": {"a": "…", "b": "$B"}}  # ' in out
    assert "very-secret" not in out
