"""The lists on a real terminal: /resume, /tree, /fork, models, settings and keys."""

import re
import stat
from pathlib import Path

import pytest

from picode.credentials import Credentials
from support.daemon import Running
from support.model_server import ModelServer, Say, Script
from support.panes import MakePane, ready
from support.screen import Terminal


def talk(terminal: Terminal, model_server: ModelServer, question: str, answer: str) -> None:
    model_server.enqueue(Script(Say(answer)))
    terminal.type(f"{question}\r")
    terminal.wait_for(f"❯ {question}", answer, "idle")


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_resume_shows_filters_previews_and_goes_there(
    served: Running, pane: MakePane, model_server: ModelServer, columns: int
) -> None:
    terminal = ready(pane(columns=columns, rows=30))
    talk(terminal, model_server, "about apples", "Apples are red.")
    terminal.type("/new\r")
    terminal.wait_until(lambda shown: shown.count("PiCode ·") == 2, "another conversation")
    talk(terminal, model_server, "about pears", "Pears are green.")
    terminal.type("/new\r")
    terminal.wait_until(lambda shown: shown.count("PiCode ·") == 3, "a third conversation")
    terminal.type("half a line")
    terminal.wait_for("❯ half a line")
    terminal.type("\x15/resume\r")
    terminal.wait_until(
        lambda shown: (
            re.search(r"Which conv[^❯]*❯ about pears", shown)
            and "\n  about apples" in shown
            and shown.count("Pears are green.") == 2
        ),
        "the list with a preview",
    )
    wide = [line for line in terminal.lines if "│" in line]
    assert bool(wide) == (columns >= 100), "the preview stands beside the list where there is room"
    terminal.type("\x1b[B")
    terminal.wait_until(
        lambda shown: (
            "❯ about apples" in shown[shown.index("Which") :] and shown.count("Apples are red.") == 2
        ),
        "the other's preview",
    )
    terminal.type("pers")
    terminal.wait_until(
        lambda shown: "1/1" in shown and "❯ about pears" in shown[shown.index("Which") :], "the fit"
    )
    assert len([line for line in terminal.lines if len(line) > columns]) == 0
    terminal.type("\r")
    terminal.wait_until(
        lambda shown: "Which" not in shown and shown.count("Pears are green.") == 2,
        "the conversation of pears",
    )
    terminal.wait_until(lambda shown: terminal.lines[terminal.cursor_row] == "❯", "an empty line")


def test_resume_finds_what_was_said_in_the_middle_of_a_conversation(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane(columns=120))
    talk(terminal, model_server, "hello", "A marmoset lives there.")
    talk(terminal, model_server, "go on", "Nothing more.")
    terminal.type("/new\r")
    terminal.wait_until(lambda shown: shown.count("PiCode ·") == 2, "another conversation")
    terminal.type("/resume\r")
    terminal.wait_for("Which conversation?")
    terminal.type("marmoset")
    terminal.wait_for("❯ hello  … A marmoset lives there.")
    terminal.type("\x1b")
    terminal.wait_gone("Which conversation?")


def test_a_list_gives_the_line_back_and_its_filter_is_not_undone_into_it(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    home = served.where.config
    home.mkdir(parents=True, exist_ok=True)
    (home / "keybindings.json").write_text('{"app.model.select": "f3"}')
    terminal = ready(pane())
    terminal.type("half a line")
    terminal.wait_for("❯ half a line")
    terminal.type("\x1bOR")
    terminal.wait_for("Which model?")
    terminal.type("demo")
    terminal.wait_for("⌕ demo")
    terminal.type("\x1b")
    terminal.wait_for("❯ half a line")
    terminal.wait_gone("Which model?")
    terminal.type("\x1f")
    terminal.type("!")
    terminal.wait_for("❯ half a line!")


def test_a_command_typed_in_a_list_runs_and_a_slash_alone_chooses_nothing(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane())
    terminal.type("/model\r")
    terminal.wait_for("Which model?", "❯ openai/local-model")
    terminal.type("/")
    terminal.wait_for("a command: Enter leaves the list")
    terminal.type("session\r")
    terminal.wait_for("directory", "idle · openai/local-model")
    assert "Which model?" not in terminal.screen


def test_the_tree_goes_back_and_a_new_branch_grows(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane(columns=110, rows=40))
    talk(terminal, model_server, "first", "Answer one.")
    talk(terminal, model_server, "second", "Answer two.")
    terminal.type("/tree\r")
    terminal.wait_for("Where to?", "• you: first", "❯ • assistant: Answer two.  ← here")
    terminal.type("\x1b[A")
    terminal.wait_for("❯ • you: second")
    terminal.type("\x1bl")
    terminal.wait_for("Which label?")
    terminal.type("turning point\r")
    terminal.wait_for("❯ • [turning point] you: second")
    terminal.type("\r")
    terminal.wait_for("Is the branch that you leave to be summarised?")
    terminal.type("\r")
    # the message comes back, to be changed
    terminal.wait_until(
        lambda shown: terminal.lines[terminal.cursor_row] == "❯ second", "the message in the line"
    )
    model_server.enqueue(Script(Say("Answer three.")))
    terminal.type(" again\r")
    terminal.wait_for("❯ second again", "Answer three.", "idle")
    assert "Answer two." not in model_server.requests[-1].text()
    terminal.type("/tree\r")
    terminal.wait_for("├─ you: second again", "└─ [turning point] you: second")
    terminal.type("turning\r")
    terminal.wait_for("Is the branch that you leave")
    terminal.type("\x1b")
    terminal.wait_gone("Is the branch that you leave")


def test_a_branch_is_left_with_a_summary(served: Running, pane: MakePane, model_server: ModelServer) -> None:
    terminal = ready(pane(columns=110, rows=40))
    talk(terminal, model_server, "first", "Answer one.")
    talk(terminal, model_server, "second", "Answer two.")
    model_server.enqueue(Script(Say("The summary of what was left.")))
    terminal.type("/tree\r")
    terminal.wait_for("❯ • assistant: Answer two.  ← here")
    terminal.type("first")
    terminal.wait_until(lambda shown: "❯ • you: first" in shown, "the first message")
    terminal.type("\x13")
    terminal.wait_for("Summarising the branch")
    terminal.wait_for("The summary of what was left.", "idle")
    assert "Answer two." in model_server.requests[-1].text()


def test_a_fork_is_a_new_conversation_with_the_message_in_the_line(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane())
    talk(terminal, model_server, "first", "Answer one.")
    talk(terminal, model_server, "second", "Answer two.")
    before = re.findall(r"PiCode · (\w+)", terminal.screen)
    terminal.type("/fork\r")
    terminal.wait_for("A new conversation from before which message?", "❯ second")
    terminal.type("\r")
    terminal.wait_until(
        lambda shown: terminal.lines[terminal.cursor_row] == "❯ second", "the message in the line"
    )
    terminal.wait_until(
        lambda shown: len(set(re.findall(r"PiCode · (\w+)", shown))) == 2, "another conversation"
    )
    assert before[0] in terminal.screen
    terminal.type("\x15/name The other one\r")
    terminal.wait_for("called “The other one” now")
    terminal.type("/session\r")
    terminal.wait_for("name      The other one")


def test_a_key_is_typed_unseen_and_is_nowhere_but_where_keys_are(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane(PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring", ANTHROPIC_API_KEY=""))
    terminal.type("/login\r")
    terminal.wait_for("Whose key is to be kept?", "anthropic")
    terminal.type("anthr\r")
    terminal.wait_for("Key for anthropic", "it is not shown")
    terminal.type("sk-ant-\x1b[200~unseen-9876543210\x1b[201~\x15sk-ant-unseen-9876543210")
    terminal.type("\r")
    terminal.wait_for("The key for anthropic is in")
    terminal.type("\x19\x1f")  # neither the kill ring nor undo has it
    terminal.type("\x1b[A")
    terminal.wait_until(lambda shown: "❯ /login" in shown, "what was typed before")
    terminal.type("\x15/quit\r")
    assert terminal.wait_end() == 0
    assert b"unseen" not in terminal.raw
    kept = Credentials.at(served.where, {}).find("anthropic")
    assert kept is not None
    assert kept.secret.reveal() == "sk-ant-unseen-9876543210"
    assert stat.S_IMODE(served.where.credentials.stat().st_mode) == 0o600
    # the keybinding of the test's home is its only other file with words
    files = [path for path in served.where.config.parent.rglob("*") if path.is_file()]
    holders = [path for path in files if b"unseen" in path.read_bytes()]
    assert holders == []
    assert all("unseen" not in request.text() for request in model_server.requests)


def test_a_setting_is_changed_from_its_list(served: Running, pane: MakePane) -> None:
    terminal = ready(pane(columns=110))
    terminal.type("/settings\r")
    terminal.wait_for("Which setting is to be changed?")
    terminal.type("pane.history")
    terminal.wait_for("❯ pane.history  20", "Messages of an old conversation")
    terminal.type("\r")
    terminal.wait_for("? 20")
    terminal.type("\x157\r")
    terminal.wait_for("pane.history = 7 is in")
    assert "history = 7" in served.where.settings.read_text()
    terminal.type("/settings\r")
    terminal.wait_for("Which setting")
    terminal.type("pane.history")
    terminal.wait_for("❯ pane.history  7")
    terminal.type("\r")
    terminal.wait_for("? 7")
    terminal.type("\x15many\r")
    terminal.wait_for("expected a whole number")
    assert "history = 7" in served.where.settings.read_text()


def test_the_key_goes_through_the_models_that_were_chosen(served: Running, pane: MakePane) -> None:
    terminal = ready(pane(columns=120, rows=30))
    terminal.type("/scoped-models\r")
    terminal.wait_for("Which models", "openai/local-model")
    for name in ("demo", "local"):
        terminal.type(f"\x15{name}")
        terminal.wait_for(f"⌕ {name}")
        terminal.type("\r")
        terminal.wait_until(re.compile(f"❯ ✓ \\S*{name}").search, f"{name} with a mark")
    terminal.type("\x13")
    terminal.wait_for("goes through 2 models")
    assert "scoped = [" in served.where.settings.read_text()
    terminal.type("\x10")
    terminal.wait_for("The model is demo/demo now.", "idle · demo/demo")
    terminal.type("\x10")
    terminal.wait_for("idle · openai/local-model")


def test_hotkeys_model_compact_and_logout_do_what_they_say(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    served.where.config.mkdir(parents=True, exist_ok=True)
    served.where.settings.write_text("[compaction]\nkeep_recent_tokens = 10\n")
    environ = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "GROQ_API_KEY": ""}
    Credentials(served.where.credentials, environ).add("groq", "gsk_0123456789abcdef")
    terminal = ready(pane(columns=140, rows=90, **environ))
    terminal.type("/hotkeys\r")
    terminal.wait_for("at the input line", "Ctrl-G", "app.editor.external", "app.tree.filter.all")
    terminal.type("/model demo\r")
    terminal.wait_for("The model is demo now.", "idle · demo/demo")
    terminal.type("/model openai/local-model\r")
    terminal.wait_for("idle · openai/local-model")
    talk(
        terminal,
        model_server,
        "first",
        "One and more than that, which is enough to be summarised in the end.",
    )
    talk(
        terminal,
        model_server,
        "second",
        "Two and more than that, which is enough to be summarised in the end.",
    )
    terminal.type("\x0c/compact the tests\r")
    model_server.enqueue(Script(Say("The notes.")), Script(Say("The start.")))
    terminal.wait_for("The notes.", "idle")
    asked = model_server.wait_for(3)[2].text()
    assert ("One and" in asked, "the tests" in asked) == (True, True)
    terminal.type("/logout\r")
    terminal.wait_for("Whose key is to be forgotten?", "❯ ✓ groq")
    terminal.type("\r")
    terminal.wait_for("The key for groq was removed from")
    assert Credentials(served.where.credentials, {}).find("groq") is None


def test_resume_is_the_first_thing_where_the_command_line_asks_for_it(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane("--name", "Fruit", "--thinking", "high"))
    terminal.wait_for("“Fruit”")
    talk(terminal, model_server, "about apples", "Apples are red.")
    terminal.type("/quit\r")
    assert terminal.wait_end() == 0
    again = pane("-r", columns=110)
    again.wait_for("Which conversation?", "❯ Fruit", "Apples are red.")
    again.type("\r")
    again.wait_gone("Which conversation?")
    again.wait_for("❯ about apples", "Apples are red.", "idle")


def test_export_share_and_changelog_say_what_they_did(
    served: Running, pane: MakePane, model_server: ModelServer, project: Path
) -> None:
    terminal = ready(pane(columns=160, rows=40))
    talk(terminal, model_server, "hello", "Hello there.")
    terminal.type("/share\r")
    shown = terminal.wait_for(".html was written.")
    written = re.search(r"(/\S+\.html) was written", shown)
    assert written is not None
    assert "Hello there." in Path(written[1]).read_text()
    terminal.type("/export talk.md\r")
    terminal.wait_for(f"{project}/talk.md was written.")
    assert "Hello there." in (project / "talk.md").read_text()
    terminal.type("/export talk.jsonl\r")
    terminal.wait_for(f"{project}/talk.jsonl was written.")
    assert (project / "talk.jsonl").read_text().startswith('{"type":"session","version":3,')
    terminal.type("/changelog\r")
    terminal.wait_for("0.1")


def test_text_of_a_conversation_in_a_list_does_not_act_on_the_terminal(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane(columns=120))
    talk(terminal, model_server, "hello", "Plain.")
    model_server.enqueue(Script(Say("a\x1b]0;owned\x07b \x1b[2Jc")))
    terminal.type("more\r")
    terminal.wait_for("ab c", "idle")
    terminal.type("/tree\r")
    terminal.wait_for("Where to?", "│ ab c")
    terminal.type("\x1b")
    terminal.wait_gone("Where to?")
    terminal.type("/new\r")
    terminal.wait_until(lambda shown: shown.count("PiCode ·") == 2, "another conversation")
    terminal.type("/resume\r")
    terminal.wait_for("│ ab c")
    assert b"\x1b]0;owned" not in terminal.raw
    assert b"\x1b[2J" not in terminal.raw


def test_a_list_stays_whole_while_the_window_changes_and_an_answer_comes(
    served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    terminal = ready(pane(columns=120, rows=30))
    talk(terminal, model_server, "about apples", "Apples are red.")
    terminal.type("/tree\r")
    terminal.wait_for("Where to?", "│ Apples are red.")
    for columns in (60, 40, 150):
        terminal.resize(columns, 30)
        terminal.wait_until(
            lambda shown: shown.count("Where to?") == 1 and shown.count("idle") == 1, "one list"
        )
    terminal.type("\x1b")
    terminal.wait_gone("Where to?")
    terminal.wait_until(lambda shown: terminal.lines[terminal.cursor_row] == "❯", "the input line")
