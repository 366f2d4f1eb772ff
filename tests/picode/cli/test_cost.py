"""What a project has cost and may cost, through a real daemon: its rows, its limits, and its next life."""

import json
from pathlib import Path

import pytest

from picode import paths
from picode.cli import main
from support.daemon import Running
from support.model_server import ModelServer, Say, Script, Tokens
from support.print_mode import project

__all__ = ["project"]


def test_what_was_spent_is_told_and_a_limit_holds_when_the_daemon_was_killed(
    where: paths.Paths, model_server: ModelServer, project: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def picode(*arguments: str) -> tuple[int, str, str]:
        code = main.run([*arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    monkeypatch.chdir(project)
    (project / "a.jsonl").write_text('"first"\n')
    (project / "b.jsonl").write_text('"second"\n')
    where.config.mkdir(parents=True)
    where.settings.write_text("[limits.spend]\nday = 0.2\n[models]\nretries = 0\n")
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "anthropic/claude-sonnet-5-5"}
    model_server.enqueue(Script(Say("Dear."), usage=Tokens(20_000, 1_000)))
    daemon = Running(where, given).start()
    try:
        assert picode("batch", "a.jsonl")[2] == "1 of 1 are answered; $0.0500 were spent.\n"
        daemon.kill()
        daemon.start()
        code, _, told = picode("batch", "b.jsonl")
        assert code == 1
        assert "$0.05 of today's limit of $0.20 are spent" in told
        assert "picode config set limits.spend.day" in told
        assert len(model_server.requests) == 1
        found = json.loads(picode("cost", "--by", "model", "--json")[1])
        [row] = found["rows"]
        assert (row["key"], row["requests"], row["input"]) == ("anthropic/claude-sonnet-5-5", 1, 20_000)
        assert row["cost"] == pytest.approx(0.05)
        assert {span["span"]: span["limit"] for span in found["spans"]} == {"day": 0.2, "workspace": 0}
        assert "today            $0.0500 of $0.20  █████" in picode("cost")[1]
        assert "batch a.jsonl.answers.jsonl" in picode("cost", "--by", "conversation", "--here", "--json")[1]
        model_server.enqueue(Script(Say("More.")))
        assert picode("config", "set", "limits.spend.day", "1")[0] == 0
        assert picode("batch", "b.jsonl")[0] == 0
    finally:
        daemon.stop()
