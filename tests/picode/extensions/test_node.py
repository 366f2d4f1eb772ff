"""Extensions of pi in TypeScript, in a real Node: the same contracts, pi's own examples unchanged."""

import os
import shutil
from pathlib import Path

import pytest

from picode.agents.extending import runner
from picode.messages import Custom, ToolResult, plain_text
from picode.protocol import events
from picode.resources.extensions import extension_files
from support import pi
from support.conversation import calls, says
from support.extensions import Talk, talking, written

PAGE = (Path(__file__).parents[3] / "docs" / "extensions.md").read_text()
GUARD = """
    import type { ExtensionAPI } from "@mariozechner/pi-coding-agent";
    import { Type } from "@sinclair/typebox";
    import { StringEnum } from "@mariozechner/pi-ai";
    import { isToolCallEventType } from "@mariozechner/pi-coding-agent";
    import { Text } from "@mariozechner/pi-tui";
    import { shout } from "./lib/shout.js";

    enum Mood { Calm = "calm" }

    export default function (pi: ExtensionAPI) {
        pi.on("tool_call", async (event, ctx) => {
            if (isToolCallEventType("bash", event) && event.input.command.includes("rm")) {
                return { block: true, reason: "Nothing is removed here." };
            }
            if (event.toolName === "read") event.input.path = "x.txt";
        });
        pi.on("tool_result", (event) => {
            if (event.toolName === "ls") throw new Error("no luck");
        });
        pi.registerTool({
            name: "count", label: "Count", description: "Counts letters.",
            parameters: Type.Object({ text: Type.String(), mood: Type.Optional(StringEnum([Mood.Calm])) }),
            async execute(toolCallId, params, signal, onUpdate, ctx) {
                onUpdate?.({ content: [{ type: "text", text: "counting" }], details: {} });
                console.log("garbage {");
                return { content: [{ type: "text", text: `${toolCallId} ${params.text.length}` }], details: { n: 1 } };
            },
        });
        pi.registerCommand("greet", {
            description: "Greets.",
            handler: async (args, ctx) => {
                const found = await pi.exec("echo", ["from", "echo"]);
                const entries = ctx.sessionManager.getBranch().length;
                ctx.ui.notify(shout(`hello ${args} ${found.stdout.trim()} ${entries > 0}`));
                pi.appendEntry("greeted", { whom: args });
                pi.sendMessage({ customType: "note", content: "noted", display: true });
            },
        });
        pi.registerMessageRenderer("note", (message) => new Text(`drawn ${message.content}`));
    }
"""


@pytest.fixture(autouse=True)
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(pi.node()).parent}{os.pathsep}{os.environ['PATH']}")


def results(talk: Talk) -> list[str]:
    found = [one.entry.message for one in talk.heard.of(events.EntryAdded)]
    return [plain_text(one.content) for one in found if isinstance(one, ToolResult)]


async def test_an_extension_in_typescript_blocks_changes_adds_a_tool_and_a_command(tmp_path: Path) -> None:
    (tmp_path / "extensions" / "lib").mkdir(parents=True)
    (tmp_path / "extensions" / "lib" / "shout.ts").write_text(
        "export const shout = (text: string): string => text.toUpperCase();\n"
    )
    broken = "export default (pi) => {\n  throw new Error('oh');\n};"
    files = written(tmp_path, **{"guard.ts": GUARD, "broken.ts": broken})
    wanted = calls(
        ("a", "bash", '{"command": "rm -r ."}'), ("b", "read", '{"path": "y.txt"}'), ("c", "count", '{"text": "four"}'),
        ("d", "ls", "{}"),
    )  # fmt: skip
    async with talking(tmp_path, files, wanted, says("done")) as talk:
        (tmp_path / "project" / "x.txt").write_text("lines")
        await talk.ask("go on")
        assert results(talk) == ["Nothing is removed here.", "lines", "c 4", "x.txt"]
        [spec] = [spec for spec in talk.provider.requests[0].tools if spec.name == "count"]
        assert spec.parameters["required"] == ["text"]
        assert spec.parameters["properties"]["mood"] == {"type": "string", "enum": ["calm"]}
        talk.conversation.ask("/greet Ada")
        appended = await talk.heard.until(events.EntryAppended)
        assert b'"customType":"greeted","data":{"whom":"Ada"}' in appended.line
        assert "HELLO ADA FROM ECHO TRUE" in talk.notices()
        while not (
            drawn := [
                one.entry for one in talk.heard.of(events.EntryAdded) if isinstance(one.entry.message, Custom)
            ]
        ):
            await talk.heard.until(events.EntryAdded, len(talk.heard.of(events.EntryAdded)) + 1)
        assert drawn[0].shown == "drawn noted"
        told = {(Path(one.path).name, one.event): one for one in talk.failures()}
        assert set(told) == {("broken.ts", "load"), ("guard.ts", "tool_result")}
        assert told["broken.ts", "load"].error == "Error: oh"
        assert told["broken.ts", "load"].where.endswith("broken.ts:2")
        assert told["guard.ts", "tool_result"].error == "Error: no luck"


async def test_python_and_typescript_are_asked_in_the_order_in_which_they_were_loaded(tmp_path: Path) -> None:
    python = """
        def extension(pi):
            pi.on("input", lambda event, ctx: {{"action": "transform", "text": event["text"] + "{0}"}})
    """
    script = """
        export default (pi) => pi.on("input", (event) => ({{ action: "transform", text: event.text + "{0}" }}));
    """
    files = written(
        tmp_path, **{"a.py": python.format(1), "b.js": script.format(2), "c.py": python.format(3)}
    )
    async with talking(tmp_path, files, says("yes")) as talk:
        await talk.ask("0")
        assert plain_text(talk.provider.requests[0].messages[0].content) == "0123"  # type: ignore[union-attr]


async def test_what_pi_has_and_the_shims_lack_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import { createBashTool } from "@mariozechner/pi-coding-agent";
        export default (pi) => createBashTool();
    """
    async with talking(tmp_path, written(tmp_path, **{"a.ts": source})) as talk:
        await talk.joined.extensions.ready()
        [failed] = talk.failures()
        assert "PiCode has no createBashTool of @mariozechner/pi-coding-agent" in failed.error


async def test_without_node_it_is_said_which_do_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with talking(tmp_path, written(tmp_path, **{"a.ts": "", "b.ts": ""})) as talk:
        await talk.joined.extensions.ready()
        assert talk.notices() == ["Node is not installed, so these extensions do not run: a.ts, b.ts."]


NEED_PI = {
    "bash-spawn-hook",
    "border-status-editor",
    "built-in-tool-renderer",
    "custom-compaction",
    "custom-provider-anthropic",
    "custom-provider-gitlab-duo",
    "doom-overlay",
    "github-issue-autocomplete",
    "handoff",
    "minimal-mode",
    "modal-editor",
    "overlay-test",
    "preset",
    "qna",
    "question",
    "questionnaire",
    "rainbow-editor",
    "sandbox",
    "space-invaders",
    "ssh",
    "subagent",
    "summarize",
    "tools",
    "with-deps",
}
"""pi's examples that want pi itself, or a package that is not there; docs/extensions.md counts the others."""


async def test_pi_s_own_examples_run_unchanged_without_pi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pi.command("0.73.1")
    # nobody has as many, and the machine may be busy
    monkeypatch.setattr(runner, "LOADS_WITHIN", 60.0)
    examples = tmp_path / "extensions"
    shutil.copytree(pi.packages()["0.73.1"] / "examples" / "extensions", examples)
    files = list(extension_files(examples, directory=True))
    wanted = calls(("a", "write", '{"path": ".env", "content": "x"}'), ("b", "hello", '{"name": "Ada"}'))
    async with talking(tmp_path, files, wanted, says("done")) as talk:
        talk.conversation.ask("go", allow=["all"], unattended=True)
        await talk.heard.until(events.TurnEnded)
        failed = {
            Path(one.path).relative_to(examples).parts[0] for one in talk.failures() if one.event == "load"
        }
        assert {name.removesuffix(".ts") for name in failed} == NEED_PI
        assert f"{len(files) - len(failed)} of the {len(files)} examples" in PAGE
        assert results(talk) == ['Path ".env" is protected', "Hello, Ada!"]
        assert {"todos", "commands", "bookmark"} <= {one.name for one in talk.joined.commands()}
