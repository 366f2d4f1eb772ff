"""Records what real pi's tools say: `python -m support.record_pi_tools VERSION` writes it into pi_cases.json.

pi runs once, in JSON mode, in a made project; the scripted model asks for one call after another, and before each the
files of its case are placed. ripgrep's and fd's order is random: a configuration and a wrapper sort it.
What is recorded already stays: a row that is deleted, or has another name, is recorded anew.
`python -m support.record_pi_tools` alone writes the cases anew with what is recorded already and today's judgement.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from support import pi, pi_files
from support.model_script import Call, Script, say
from support.model_server import ModelServer, Received
from support.pi_cases_files import EDIT, IMAGES, READ, WRITE, Case
from support.pi_cases_search import BASH, FIND, GREP, LS
from support.pi_judged import judged
from support.pi_replay import ours

CASES: list[Case] = [*READ, *WRITE, *EDIT, *BASH, *GREP, *FIND, *LS, *IMAGES]
RECORDED = Path(__file__).parents[1] / "picode" / "tools" / "pi_cases.json"
TOOLS = "read,bash,edit,write,grep,find,ls"
FD = """#!/usr/bin/env python3
import subprocess, sys
arguments = sys.argv[1:]
most = None
if "--max-results" in arguments:
    at = arguments.index("--max-results")
    most = int(arguments[at + 1])
    del arguments[at : at + 2]
done = subprocess.run([{fd!r}, *arguments], capture_output=True)
sys.stdout.buffer.write(b"".join(sorted(done.stdout.splitlines(keepends=True))[:most]))
sys.stderr.buffer.write(done.stderr)
sys.exit(done.returncode)
"""


class Recording:
    """One run of pi; `places` are the directories that its texts may name."""

    def __init__(self, root: Path, cases: list[Case]) -> None:
        self.cases = cases
        self.places = {"project": root / "project", "home": root / "home"}
        self.before: dict[str, Any] = {}
        self.after: list[dict[str, Any]] = []
        self.asked = 0

    def next(self, request: Received) -> Script:
        """The files of the last case are looked at, those of the next one made."""
        if self.asked:
            after = pi_files.contents(self.places["project"])
            self.after.append(pi_files.changed(self.before, after))
        if self.asked == len(self.cases):
            return say("done")
        _, tool, arguments, files = self.cases[self.asked]
        self.before = pi_files.place(self.places["project"], files)
        self.asked += 1
        arguments = pi_files.somewhere(arguments, self.places)
        return Script(Call(tool, arguments, id=f"case_{self.asked - 1}"))

    def record(self, version: str) -> dict[str, Any]:
        """Outcomes by the cases' names."""
        server = ModelServer(when_empty=self.next)
        try:
            home = self.places["home"]
            pi.configure(home, server, window=1_000_000_000)
            self.places["project"].mkdir()
            done = subprocess.run(
                [*pi.command(version), "--provider", "fake", "--model", "fake-1", "--mode", "json", "-p",
                 "--no-session", "--tools", TOOLS, "begin"],
                env={**pi.environ(home), **self._programs()}, cwd=self.places["project"], capture_output=True,
                stdin=subprocess.DEVNULL, timeout=1800, check=True,
            )  # fmt: skip
        finally:
            server.close()
        results = {
            event["toolCallId"]: event
            for event in map(json.loads, filter(None, done.stdout.decode().split("\n")))
            if event["type"] == "tool_execution_end"
        }
        return {case[0]: self._outcome(results[f"case_{at}"], at) for at, case in enumerate(self.cases)}

    def _outcome(self, event: dict[str, Any], at: int) -> dict[str, Any]:
        result = event["result"]
        return pi_files.outcome(
            result["content"], result.get("details"), event["isError"], self.after[at], self.places
        )

    def _programs(self) -> dict[str, str]:
        """fd and ripgrep in an order that stays."""
        home = self.places["home"]
        (home / "programs").mkdir()
        (home / "ripgreprc").write_text("--sort=path\n")
        real = os.environ.get("PICODE_TEST_FD") or shutil.which("fd")
        if real is None:
            sys.exit("fd 8.7 or newer is needed; PICODE_TEST_FD names it.")
        (home / "programs" / "fd").write_text(FD.format(fd=real))
        (home / "programs" / "fd").chmod(0o755)
        path = f"{home / 'programs'}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "RIPGREP_CONFIG_PATH": str(home / "ripgreprc")}


def _known_to(version: str, case: Case) -> bool:
    """0.58.3 knows the old form of edit alone."""
    return not (version == "0.58.3" and case[1] == "edit" and "edits" in case[2])


def table(recorded: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """`recorded`: outcomes by version and case name. Versions that agree stand together."""
    assert len({case[0] for case in CASES}) == len(CASES)
    return [
        _row(
            case,
            {
                v: pi_files.nowhere(found[case[0]], {})
                for v, found in recorded.items()
                if case[0] in found and _known_to(v, case)
            },
        )
        for case in CASES
    ]


def _row(case: Case, said: dict[str, Any]) -> dict[str, Any]:
    name, tool, arguments, files = case
    by_version: dict[str, Any] = {}
    for version in sorted(said, key=_number):
        said[version].get("details", {}).pop("patch", None)
        same = next((known for known, outcome in by_version.items() if outcome == said[version]), None)
        if same is None:
            by_version[version] = said[version]
        else:
            by_version[f"{same} {version}"] = by_version.pop(same)
    row = {"name": name, "tool": tool, "arguments": arguments, "files": files, "pi": by_version}
    row |= judged(name, tool, by_version)
    return row | {"ours": _ours(row)} if row["follow"] == "picode" else row


def _ours(row: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="picode-tools-") as home:
        os.environ["HOME"] = home
        return asyncio.run(ours(Path(home), row))


def _number(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def known() -> dict[str, dict[str, Any]]:
    """What was recorded, by version and case name."""
    found: dict[str, dict[str, Any]] = {}
    for row in json.loads(RECORDED.read_text()) if RECORDED.exists() else []:
        for versions, outcome in row["pi"].items():
            for version in versions.split():
                found.setdefault(version, {})[row["name"]] = outcome
    return found


def main() -> None:
    found = known()
    for version in sys.argv[1:]:
        had = found.setdefault(version, {})
        cases = [case for case in CASES if case[0] not in had and _known_to(version, case)]
        with tempfile.TemporaryDirectory(prefix="pi-tools-") as root:
            had |= Recording(Path(root), cases).record(version) if cases else {}
    rows = table(found)
    lines = ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows)
    RECORDED.write_text(f"[\n{lines}\n]\n")
    print(f"{len(rows)} cases of pi {', '.join(sorted(found, key=_number))}")


if __name__ == "__main__":
    main()
