"""Check every part, and say how to mend what is wrong."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from picode import paths
from picode.errors import PicodeError, Unavailable

if TYPE_CHECKING:
    from picode.config.schema import Settings
    from picode.installation.checkup import Finding
    from picode.protocol.values import ModelInfo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    found = list(findings(paths.resolve()))
    failed = [finding for finding in found if finding.state == "fail"]
    if args.json:
        import json
        from dataclasses import asdict

        print(json.dumps({"ok": not failed, "parts": [asdict(finding) for finding in found]}))
    else:
        print("\n".join(line for finding in found for line in in_lines(finding)))
        print(_sum(found))
    return Unavailable.exit_code if failed else 0


def findings(where: paths.Paths) -> "Iterator[Finding]":
    """Every part's finding; a check that fails itself is a finding, too."""
    from picode.installation import checkup
    from picode.terminal.zellij import find_zellij

    yield from checkup.python()
    yield from _settings(where)
    yield from checkup.sockets(where)
    yield from _daemon(where)
    yield from checkup.zellij(find_zellij())
    yield from _installed()
    yield from checkup.recorder()
    yield from checkup.tools()
    yield from checkup.keyring()
    yield from checkup.disk(where)
    yield from checkup.terminal()


def in_lines(finding: "Finding") -> list[str]:
    """`warn  fd          not installed`, and below it how to mend that."""
    from picode.installation.show import harmless

    lines = [f"{finding.state:<5} {finding.part:<12}{harmless(finding.found)}"]
    return [*lines, f"{'':18}{harmless(finding.mend)}"] if finding.mend else lines


def _settings(where: paths.Paths) -> "Iterator[Finding]":
    from picode.config import layers
    from picode.installation.checkup import Finding

    cwd = paths.working_directory()
    try:
        loaded = layers.load(where, project=paths.project_of(cwd))
    except PicodeError as error:
        yield Finding("settings", "fail", error.message, error.hint)
        return
    yield Finding(
        "settings", "ok", str(where.settings) if where.settings.exists() else "all at their defaults"
    )
    for file in loaded.pi:
        yield Finding("pi", "ok", f"{file} is read, under your own settings")
    for notice in loaded.notices:
        yield Finding("settings", "warn", notice, "`picode config show --origin` tells what counts.")
    yield from _brought(where, str(cwd), loaded.settings)


def _brought(where: paths.Paths, cwd: str, settings: "Settings") -> "Iterator[Finding]":
    """Skills, templates and the theme that count here, and what was left out of them."""
    from picode.installation.checkup import Finding
    from picode.pane.theme import theme_of
    from picode.resources import collection

    found = collection.collect(collection.where(cwd, where.config, settings))
    if found.skills or found.templates:
        counts = f"{len(found.skills)} of them, and prompt templates: {len(found.templates)}"
        yield Finding("skills", "ok", counts)
    for notice in found.notices:
        yield Finding("skills", "warn", notice)
    yield from _extensions(where, cwd, settings)
    try:
        theme = theme_of(where, cwd)()
    except PicodeError as error:
        yield Finding("theme", "warn", error.message, error.hint or "The terminal's own colours are used.")
    else:
        yield Finding("theme", "ok", f"{theme.name} ({theme.file})" if theme.file else theme.name)


def _extensions(where: paths.Paths, cwd: str, settings: "Settings") -> "Iterator[Finding]":
    """Those that would run here, and those that wait to be allowed."""
    from picode.installation.checkup import Finding
    from picode.resources.collection import where as places
    from picode.resources.extensions import find

    found = find(places(cwd, where.config, settings))
    if not settings.extensions.enabled and found.origins:
        yield Finding("extensions", "ok", "switched off by extensions.enabled")
        return
    for file in found.files:
        yield Finding("extensions", "ok", f"{file} ({found.origins[file].scope})")
    for notice in found.notices:
        yield Finding("extensions", "warn", notice, "`picode trust` allows them.")


def _daemon(where: paths.Paths) -> "Iterator[Finding]":
    """The daemon, started where it did not run, and the model that it would ask."""
    from picode import __version__
    from picode.client.blocking import connect
    from picode.installation.checkup import Finding
    from picode.protocol.replies import DaemonStatus, Models
    from picode.protocol.requests import GetModels, GetStatus

    part = "daemon"
    try:
        with connect(where) as daemon:
            status = daemon.ask_for(DaemonStatus, GetStatus(id=0))
            found = f"version {status.version}, process {status.pid}, {status.memory / 1e6:.0f} MB"
            if status.version == __version__:
                yield Finding(part, "ok", found)
            else:
                yield Finding(part, "warn", found, "`picode daemon restart` starts one of this version.")
            part = "model"
            yield _model(daemon.ask_for(Models, GetModels(id=0)).models)
    except PicodeError as error:
        yield Finding(part, "fail", error.message, error.hint or "`picode daemon logs` may say why.")


def _model(models: "list[ModelInfo]") -> "Finding":
    from picode.client.environment import unheard
    from picode.installation.checkup import Finding

    model = next((model for model in models if model.default), None)
    if model is None or not model.usable:
        why = f"{model.name}: {model.why}" if model else "there is no model that can be used"
        return Finding("model", "fail", why, "`picode models` lists them; `picode auth` adds a key.")
    if model.name.startswith("demo"):
        add = unheard(models) or "`picode auth` adds a key for a real one."
        return Finding("model", "warn", f"{model.name}, which is no language model", add)
    return Finding("model", "ok", f"{model.name} ({model.why})")


def _installed() -> "Iterator[Finding]":
    from picode.installation import checkup
    from picode.installation.facts import look

    try:
        facts = look(paths.resolve())
    except PicodeError as error:
        yield checkup.Finding("set-up", "fail", error.message, error.hint)
        return
    yield from checkup.files(facts)
    yield from checkup.shells(facts)


def _sum(found: "list[Finding]") -> str:
    failed = sum(finding.state == "fail" for finding in found)
    warned = sum(finding.state == "warn" for finding in found)
    if not failed and not warned:
        return "Everything is in order."
    return f"{failed} to mend, {warned} to know." if failed else f"It works; {warned} to know."
