"""What lists and questions do: requests, local work, and what is typed unseen."""

from dataclasses import replace

import pytest

from picode.credentials import Secret
from picode.errors import Missing
from picode.messages import Text, User
from picode.pane.keymap import Keymap
from picode.pane.lines import plain
from picode.pane.state import (
    Again,
    Copy,
    Did,
    Effect,
    Failed,
    Found,
    Here,
    LookUp,
    Open,
    Opened,
    Pressed,
    Print,
    PutInput,
    Replied,
    Row,
    Secretly,
    State,
    Submitted,
    Tell,
    Typed,
)
from picode.pane.update import update
from picode.pane.view import live
from picode.protocol import events, replies, requests
from picode.protocol.replies import Snapshot
from picode.protocol.values import ConversationInfo, Entry, Hit, ModelInfo, Node, Queued, Status

OPEN = update(
    State(width=110, height=40),
    Opened(Snapshot(0, "c" * 12, "/s/c.jsonl", "/proj", 0, "b", status=Status(model="demo/demo"))),
)[0]
NODES = [Node("a", "", "user", "hello", active=True), Node("b", "a", "assistant", "hi", active=True),
         Node("c", "b", "user", "try", active=True), Node("d", "c", "assistant", "done", active=True)]  # fmt: skip
MODELS = [ModelInfo(name, True) for name in ("a/one", "a/two", "b/three")]


def run(state: State, *inputs: object) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for given in inputs:
        state, more = update(state, given)  # type: ignore[arg-type]
        effects += more
    return state, effects


def asked(effects: list[Effect]) -> list[object]:
    return [one.request for one in effects if isinstance(one, Tell | LookUp)]


def shown(state: State) -> str:
    return "\n".join(plain(line) for line in live(state, 30))


def printed(effects: list[Effect]) -> str:
    return "\n".join(plain(line) for one in effects if isinstance(one, Print) for line in one.lines)


def listed(count: int = 3) -> tuple[State, list[Effect]]:
    found = [ConversationInfo(f"id{n}", f"/s/{n}", f"/p{n}", first=f"question {n}", messages=n + 1)
             for n in range(count)]  # fmt: skip
    return run(OPEN, Replied(requests.GetConversations(0), replies.Conversations(0, found)))


def in_tree() -> tuple[State, list[Effect]]:
    return run(OPEN, Replied(requests.GetTree(0, ""), replies.Tree(0, "d", NODES), "tree"))


def test_the_current_row_is_peeked_at_and_one_preview_is_asked_for_at_a_time() -> None:
    state, effects = listed()
    assert asked(effects) == [requests.Peek(0, "id0", "", 6)]
    state, effects = run(state, Did("tui.select.down"), Did("tui.select.down"))
    assert asked(effects) == []
    entry = Entry("e", User([Text("the end of it")], 0))
    state, effects = run(state, Replied(requests.Peek(0, "id0"), replies.Peeked(0, "id0", [entry])))
    assert asked(effects) == [requests.Peek(0, "id2", "", 6)]
    state, effects = run(
        state, Failed(requests.Peek(0, "id2"), Missing("It is gone.")), Did("tui.select.first")
    )
    assert "│ ❯ the end of it" in shown(state)
    assert printed(effects) == ""


def test_what_is_typed_is_searched_for_in_all_conversations_one_search_at_a_time() -> None:
    state, _ = listed()
    state, effects = run(state, Typed("ap"), Typed("app"), Typed("apples"))
    assert [one for one in asked(effects) if isinstance(one, requests.Search)] == [
        requests.Search(0, "app", "/proj")
    ]
    hit = Hit("id9", "/s/9", "/p", "About fruit", "e", "user", 0, ["we ate ", "apples", " there"])
    state, effects = run(state, Replied(requests.Search(0, "app"), replies.Found(0, [hit])))
    assert requests.Search(0, "apples", "/proj") in asked(effects), "what is typed by now"
    assert "About fruit" not in shown(state)
    state, _ = run(state, Replied(requests.Search(0, "apples"), replies.Found(0, [hit])))
    assert "❯ About fruit" in shown(state)
    assert "│ we ate apples there" in shown(state)
    assert run(state, Submitted("apples"))[1] == [Open("named", "id9")]


def test_the_conversations_can_be_sorted_renamed_and_deleted_with_a_second_key() -> None:
    state, _ = listed()
    longest, _ = run(state, Did("app.session.toggleSort"), Did("tui.select.first"))
    assert "❯ question 2" in shown(longest)
    named, effects = run(state, Did("app.session.rename"), Submitted("Fruit"))
    assert requests.SetName(0, "id0", "Fruit") in asked(effects)
    assert "❯ Fruit" in shown(named)
    once, effects = run(state, Did("app.session.delete"))
    assert asked(effects) == []
    assert "once more deletes" in shown(once)
    _, effects = run(once, Did("tui.select.down"), Did("tui.select.up"), Did("app.session.delete"))
    assert not any(isinstance(one, requests.Delete) for one in asked(effects))
    gone, effects = run(once, Did("app.session.delete"))
    assert requests.Delete(0, "id0") in asked(effects)
    assert "❯ question 1" in shown(gone)


def test_all_projects_are_asked_for_and_shown_with_their_directories() -> None:
    state, effects = run(listed()[0], Did("app.session.togglePath"))
    assert requests.GetConversations(0, "", 1000) in asked(effects)
    found = [ConversationInfo("x", "/s/x", "/elsewhere", first="far", messages=2)]
    state, _ = run(state, Replied(requests.GetConversations(0), replies.Conversations(0, found)))
    assert "of all projects" in shown(state)
    assert "/elsewhere" in shown(state)


def test_going_elsewhere_in_the_tree_asks_about_a_summary() -> None:
    state, _ = in_tree()
    assert "← here" in shown(state)
    stays, effects = run(state, Submitted(""))
    assert asked(effects) == []
    assert stays.picker is None
    state, _ = run(state, Did("tui.select.up"), Submitted(""))
    assert "Is the branch that you leave to be summarised?" in shown(state)
    assert asked(run(state, Submitted(""))[1]) == [requests.Navigate(0, OPEN.conversation, "c")]
    summarised = run(state, Did("tui.select.down"), Submitted(""))[1]
    assert asked(summarised) == [requests.Navigate(0, OPEN.conversation, "c", True)]
    assert next(one for one in summarised if isinstance(one, LookUp)).seconds > 60, "a model writes it"
    asking, _ = run(state, Did("tui.select.last"), Submitted(""))
    assert asking.question is not None
    done = run(asking, Submitted("the tests"))[1]
    assert asked(done) == [requests.Navigate(0, OPEN.conversation, "c", True, "the tests")]


def test_the_trees_own_keys_summarise_fork_and_label() -> None:
    state, _ = run(in_tree()[0], Did("tui.select.up"))
    assert asked(run(state, Did("app.tree.summarise"))[1]) == [
        requests.Navigate(0, OPEN.conversation, "c", True)
    ]
    assert asked(run(state, Did("app.tree.fork"))[1]) == [requests.Fork(0, OPEN.conversation, "c")]
    state, effects = run(state, Did("app.tree.editLabel"), Submitted("good"))
    assert requests.SetLabel(0, OPEN.conversation, "c", "good") in asked(effects)
    assert "❯ • [good] you: try" in shown(state)
    assert "you: hello" in shown(run(state, Did("app.tree.filter.userOnly"))[0])
    assert "assistant: hi" not in shown(run(state, Did("app.tree.filter.userOnly"))[0])


def test_a_move_shows_the_conversation_anew_and_gives_the_text_back() -> None:
    assert run(OPEN, events.LeafMoved("b"))[1] == [Again()]
    moved = Replied(
        requests.Navigate(0, OPEN.conversation, "c"), replies.Moved(0, OPEN.conversation, "b", "try")
    )
    assert run(OPEN, moved)[1] == [PutInput("try", before=True)]
    forked = Replied(requests.Fork(0, OPEN.conversation, "c"), replies.Moved(0, "new", "b", "try"))
    assert run(OPEN, forked)[1] == [Open("named", "new"), PutInput("try", before=True)]


def test_models_that_the_key_goes_through() -> None:
    reply = replies.Models(0, MODELS)
    state, _ = run(replace(OPEN, status=Status(model="a/two")), Did("app.model.cycleForward"))
    assert asked(run(state, Replied(requests.GetModels(0), reply, "next"))[1])[0] == requests.SetModel(
        0, OPEN.conversation, "b/three"
    )
    scoped = replace(state, scoped=("a/*",))
    assert asked(run(scoped, Replied(requests.GetModels(0), reply, "next"))[1])[0] == requests.SetModel(
        0, OPEN.conversation, "a/one"
    )
    one = replace(state, scoped=("a/two",))
    assert "no other model" in printed(run(one, Replied(requests.GetModels(0), reply, "previous"))[1])


def test_the_models_of_the_key_are_chosen_ordered_and_kept() -> None:
    state, _ = run(OPEN, Replied(requests.GetModels(0), replies.Models(0, MODELS), "scoped"))
    state, _ = run(state, Typed("three"), Submitted("three"), Typed("one"), Submitted("one"), Typed(""))
    assert "✓ b/three" in shown(state)
    assert "· a/two" in shown(state)
    state, _ = run(state, Typed("one"), Did("app.models.reorderUp"))
    assert run(state, Did("app.models.save"))[1] == [Here("scope", value="a/one,b/three")]
    state, _ = run(
        state, Typed(""), Did("app.models.clearAll"), Typed("two"), Did("app.models.toggleProvider")
    )
    assert run(state, Did("app.models.save"))[1] == [Here("scope", value="a/one,a/two")]


def test_a_key_is_asked_for_unseen_and_is_in_nothing_but_what_keeps_it() -> None:
    rows = (Row("anthropic", ""), Row("openai", "the keyring", kind="kept"))
    state, effects = run(OPEN, Submitted("/login"))
    assert effects == [Here("keys", "login")]
    state, effects = run(state, Found(Here("keys", "login"), rows), Submitted(""))
    assert state.question is not None
    assert state.question.secret
    state, effects = run(state, Secretly(Secret("sk-very-secret")))
    assert effects == [Here("keep_key", "anthropic", secret=Secret("sk-very-secret"))]
    assert "sk-very-secret" not in repr(state) + repr(effects) + shown(state)
    assert state.question is None
    assert "nothing was changed" in printed(run(OPEN, Submitted("/login openai"), Secretly(Secret(" ")))[1])


def test_a_provider_that_is_named_is_looked_for_on_this_machine() -> None:
    rows = (Row("anthropic", ""), Row("mine", ""), Row("mine browser", "sign in", kind="browser"))
    asked = Here("keys", "login", "mine")
    assert run(OPEN, Submitted("/login mine"))[1] == [asked]
    state, _ = run(OPEN, Found(asked, rows))
    assert state.question is not None
    assert state.question.title == "Key for mine"
    told = printed(run(OPEN, Found(Here("keys", "login", "nobody"), rows))[1])
    assert "There is no provider 'nobody' that takes a key: anthropic, mine." in told


def test_a_sign_in_is_told_copied_and_waited_for() -> None:
    begin = Here("sign_in", "mine", "browser")
    assert run(OPEN, Submitted("/login mine browser"))[1] == [begin]
    state, _ = run(OPEN, Found(Here("keys", "login"), (Row("mine browser", "sign in", kind="browser"),)))
    assert run(state, Submitted(""))[1] == [begin]
    address = "https://id.example/authorize?x=y"
    effects = run(OPEN, Found(begin, told=f"Open this address: {address}", copied=address))[1]
    assert Copy(address) in effects
    assert Here("signed_in", "mine") in effects
    refused = run(OPEN, Found(begin, told="It is not known.", level="error"))[1]
    assert Here("signed_in", "mine") not in refused


def test_only_a_kept_key_can_be_forgotten() -> None:
    rows = (
        Row("anthropic", "ANTHROPIC_API_KEY in the environment"),
        Row("openai", "the keyring", kind="kept"),
    )
    state, _ = run(OPEN, Found(Here("keys", "logout"), rows))
    assert "anthropic" not in shown(state)
    assert run(state, Submitted(""))[1] == [Here("forget_key", "openai")]


def test_a_setting_is_chosen_from_its_values_or_typed() -> None:
    rows = (Row("pane.keys", "emacs", "How.", ("emacs", "vi")), Row("pane.history", "20", "How many."))
    state, _ = run(OPEN, Found(Here("settings"), rows))
    chosen, _ = run(state, Submitted(""))
    assert "❯ emacs  (now)" in shown(chosen)
    assert run(chosen, Did("tui.select.down"), Submitted(""))[1] == [Here("set", "pane.keys", "vi")]
    typed, _ = run(state, Typed("history"), Submitted("history"))
    assert typed.question is not None
    assert typed.question.value == "20"
    assert run(typed, Submitted("5"))[1] == [Here("set", "pane.history", "5")]


def test_escape_goes_back_from_a_question_to_its_list_and_from_there_to_the_conversation() -> None:
    state, _ = run(in_tree()[0], Did("app.tree.editLabel"))
    state, _ = run(state, Pressed("cancel"))
    assert state.question is None
    assert state.picker is not None
    state, effects = run(state, Pressed("cancel"))
    assert state.picker is None
    assert effects == []


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("/name A name", requests.SetName(0, OPEN.conversation, "A name")),
        ("/tree", requests.GetTree(0, OPEN.conversation)),
        ("/fork", requests.GetTree(0, OPEN.conversation)),
        ("/clone", requests.Clone(0, OPEN.conversation)),
        ("/share", requests.Export(0, OPEN.conversation, "html")),
        ("/export", requests.Export(0, OPEN.conversation, "html")),
        ("/export md", requests.Export(0, OPEN.conversation, "md")),
        ("/export out/x.json", requests.Export(0, OPEN.conversation, "json", "/proj/out/x.json")),
        ("/import old.jsonl", requests.Import(0, "/proj/old.jsonl")),
        ("/scoped-models", requests.GetModels(0)),
    ],
)
def test_commands_ask_the_daemon(typed: str, request_: requests.AnyRequest) -> None:
    assert asked(run(OPEN, Submitted(typed))[1]) == [request_]


def test_where_a_conversation_was_written_is_said() -> None:
    reply = replies.Exported(0, "/data/exports/x.html", 12)
    assert "/data/exports/x.html was written." in printed(
        run(OPEN, Replied(requests.Export(0, "c"), reply))[1]
    )


def test_keys_of_the_pane() -> None:
    assert run(OPEN, Did("app.screen.redraw"))[1] == [Again(clear=True)]
    assert asked(run(OPEN, Did("app.session.tree"))[1]) == [requests.GetTree(0, OPEN.conversation)]
    thinking = replace(OPEN, status=Status(thinking="high"))
    assert asked(run(thinking, Did("app.thinking.cycle"))[1]) == [
        requests.SetThinking(0, OPEN.conversation, "xhigh")
    ]
    queued = replace(OPEN, status=Status("thinking", queue=[Queued("more", "steer")]))
    assert asked(run(queued, Did("app.message.dequeue"))[1]) == [
        requests.Cancel(0, OPEN.conversation, "queue")
    ]
    assert run(OPEN, Did("app.message.dequeue"))[1] == []


def test_hotkeys_tell_the_keys_in_force_and_what_is_wrong_with_the_file() -> None:
    keymap = Keymap({**Keymap().keys, "app.suspend": ("f7",)}, faults=("keybindings.json: a fault.",))
    state, _ = run(OPEN, Found(Here("reload"), keymap=keymap, told="Read anew."))
    text = printed(run(state, Submitted("/hotkeys"))[1])
    assert "F7" in text
    assert "Ctrl-Z" not in text
    assert "a fault" in text


def test_another_conversation_keeps_keys_and_scope_and_closes_the_list() -> None:
    state = replace(listed()[0], scoped=("a/*",), keymap=Keymap(changed=frozenset(("x",))))
    found = Snapshot(0, "d" * 12, "/s/d.jsonl", "/proj", 0, "b", status=Status())
    state, _ = run(state, Opened(found))
    assert (state.scoped, state.keymap.changed, state.picker) == (("a/*",), frozenset(("x",)), None)
