"""A conversation's tree as a list: branches, labels, the active path, and trees that are broken."""

from picode.pane.picker import Picker
from picode.pane.tree_list import in_view, labelled, questions, to_fork, tree
from picode.protocol.values import Node

#  a - b - c - d        (left)
#        \ e - f        (active)
NODES = [
    Node("a", "", "user", "hello", active=True),
    Node("b", "a", "assistant", "hi", active=True),
    Node("c", "b", "user", "first try", label="old"),
    Node("d", "c", "assistant", "so so"),
    Node("e", "b", "user", "second try", active=True),
    Node("t", "e", "toolResult", "output", active=True),
    Node("f", "t", "assistant", "good", active=True),
]


def rows(one: Picker) -> list[str]:
    return [f"{choice.mark}{choice.lead}{choice.text}{' <' if choice.note else ''}" for choice in one.choices]


def test_branches_are_drawn_with_the_active_one_first() -> None:
    assert rows(tree(NODES, "f")) == [
        "•you: hello",
        "•assistant: hi",
        "•├─ you: second try",
        "•│  assistant: good <",
        " └─ [old] you: first try",
        "    assistant: so so",
    ]


def test_one_begins_where_the_conversation_is() -> None:
    one = tree(NODES, "f")
    assert one.current is not None
    assert one.current.value == "f"
    hidden = tree(NODES, "t")
    assert hidden.current is not None
    assert hidden.current.value == "e", "a message that is not shown: the one above it"


def test_the_views_leave_no_gaps() -> None:
    one = tree(NODES, "f")
    assert rows(in_view(one, "user")) == ["•you: hello", "•├─ you: second try", " └─ [old] you: first try"]
    assert rows(in_view(one, "labeled")) == [" [old] you: first try"]
    assert len(rows(in_view(one, "all"))) == 7


def test_a_label_is_shown_at_once_and_can_be_taken_away() -> None:
    one = labelled(tree(NODES, "f"), "f", "best")
    assert "•│  [best] assistant: good <" in rows(one)
    assert "[best]" not in "".join(rows(labelled(one, "f", "")))


def test_keys_go_from_fork_to_fork() -> None:
    one = tree(NODES, "f")
    up = to_fork(one, -1)
    assert up.current is not None
    assert up.current.value == "e"
    down = to_fork(up, 1)
    assert down.current is not None
    assert down.current.value == "c"


def test_a_circle_orphans_and_two_with_one_id_are_all_shown_once() -> None:
    nodes = [Node("a", "b", "user", "1"), Node("b", "a", "user", "2"), Node("c", "gone", "user", "3"),
             Node("c", "", "user", "4")]  # fmt: skip
    assert sorted({choice.value for choice in tree(nodes, "a").choices}) == ["a", "b", "c"]


def test_a_tree_of_many_branches_and_a_long_one_are_quick_and_bounded() -> None:
    deep = [Node("0", "", "user", "x")]
    for number in range(1, 2000):
        deep += [
            Node(str(number), str(number - 1), "user", "x"),
            Node(f"s{number}", str(number - 1), "user", "y"),
        ]
    found = rows(tree(deep, "1999"))
    assert len(found) == 3999
    assert max(map(len, found)) < 60


def test_text_of_messages_has_no_live_escapes() -> None:
    shown = "".join(rows(tree([Node("a", "", "user", "x\x1b[2Jy\x07", label="\x1b]0;t\x07l")], "a")))
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_only_the_persons_messages_of_the_path_can_be_forked_from_the_last_first() -> None:
    assert [choice.text for choice in questions(NODES).choices] == ["second try", "hello"]
