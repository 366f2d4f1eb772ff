"""What a project has cost and may cost, through a real daemon: its rows, its limits, and its next life."""

import json
import subprocess
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.model_server import ModelServer, Say, Script, Tokens
from support.print_mode import project

__all__ = ["project"]


def test_what_was_spent_is_told_and_a_limit_holds_when_the_daemon_was_killed(
    where: paths.Paths, model_server: ModelServer, project: Path
) -> None:
    def picode(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [executable(), *arguments], capture_output=True, text=True, cwd=project, timeout=60, check=False
        )

    where.config.mkdir(parents=True)
    where.settings.write_text("[limits.spend]\nday = 0.2\n[models]\nretries = 0\n")
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "anthropic/claude-sonnet-5-5"}
    model_server.enqueue(Script(Say("Dear."), usage=Tokens(20_000, 1_000)))
    daemon = Running(where, given).start()
    try:
        assert picode("-p", "hi").stdout == "Dear.\n"
        daemon.kill()
        daemon.start()
        refused = picode("-p", "hi")
        assert refused.returncode == 77
        assert "$0.05 of today's limit of $0.20 are spent" in refused.stderr
        assert "picode config set limits.spend.day" in refused.stderr
        assert len(model_server.requests) == 1
        told = json.loads(picode("cost", "--by", "model", "--json").stdout)
        [row] = told["rows"]
        assert (row["key"], row["requests"], row["input"]) == ("anthropic/claude-sonnet-5-5", 1, 20_000)
        assert row["cost"] == pytest.approx(0.05)
        assert {span["span"]: span["limit"] for span in told["spans"]} == {"day": 0.2, "workspace": 0}
        shown = picode("cost").stdout
        assert "today            $0.0500 of $0.20  █████" in shown
        model_server.enqueue(Script(Say("More.")))
        assert picode("config", "set", "limits.spend.day", "1").returncode == 0
        assert picode("-p", "hi").stdout == "More.\n"
    finally:
        daemon.stop()
