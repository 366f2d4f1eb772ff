//! The lines that the daemon's own tests read, too.

use picode_explorer::lines::{hear, line, Heard, Lists, Snapshot, Told};
use picode_explorer::state::{Activity, Kind, Section};
use picode_explorer::{json, State};

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../../../tests/plugin/lines/", $name, ".json"))
    };
}

fn told(seq: u64, told: Told) -> json::Json {
    let mut state = State { plugin: 4, client: 2, seq: seq - 1, ..State::default() };
    let written = line(&mut state, &told);
    assert!(written.ends_with('\n') && written.matches('\n').count() == 1);
    json::parse(written.trim_end()).unwrap()
}

#[test]
fn what_the_plugin_tells_is_written_as_the_daemon_reads_it() {
    let path = |path: &str| path.to_string();
    let wanted = [(0, 24), (0, 3), (2, 8)];
    let hello = Told::Hello { pipe: path("0b6c4b1e"), zellij: path("0.45.0"), server: 4242, wanted };
    let wanted = [(90, 24), (0, 3), (2, 8)];
    let cases = [
        (1, hello, golden!("hello")),
        (2, Told::View { wanted }, golden!("view")),
        (3, Told::Fold { path: path("src/a \"b\"\\c"), open: true }, golden!("fold")),
        (4, Told::OpenFile { path: path("src/日本\u{1b}.txt") }, golden!("open_file")),
        (5, Told::Insert { path: path("README.md") }, golden!("insert")),
        (6, Told::SendCommand { terminal: path("812.sock"), number: 7 }, golden!("send_command")),
        (7, Told::SendPane { pane: 3 }, golden!("send_pane")),
        (8, Told::Gone, golden!("gone")),
        (9, Told::Filter { section: Section::Files, query: path("a \"b\" 日") }, golden!("filter")),
        (10, Told::Diff { path: path("src/app.py") }, golden!("diff")),
        (11, Told::Resume { conversation: path("c9954b26-f3c4-4090-ad08-2138b021c9e7") }, golden!("resume")),
    ];
    for (seq, what, golden) in cases {
        assert_eq!(sorted(told(seq, what)), sorted(json::parse(golden).unwrap()));
    }
}

/// The order of an object's fields means nothing.
fn sorted(value: json::Json) -> json::Json {
    match value {
        json::Json::Object(mut fields) => {
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            json::Json::Object(fields)
        }
        other => other,
    }
}

fn snapshot(line: &str, plugin: u32, client: u32) -> Option<Snapshot> {
    match hear(line, plugin, client) {
        Heard::Snapshot(snapshot) => Some(*snapshot),
        _ => None,
    }
}

fn lists(line: &str) -> Lists {
    snapshot(line, 4, 2).unwrap().lists.unwrap()
}

#[test]
fn a_snapshot_is_read_with_its_packed_paths() {
    let read = snapshot(golden!("snapshot"), 4, 2).unwrap();
    assert_eq!((read.project.as_str(), read.notice.as_str(), read.beat), ("piña", "a \\ b", true));
    assert_eq!((read.status.activity, read.status.queued, read.status.cost), (Activity::Tool, 2, 0.125));
    assert_eq!((read.paused, read.terminals), (1, 2));
    let lists = read.lists.unwrap();
    let tree = lists.tree.unwrap();
    assert_eq!((tree.first, tree.total), (3, 120));
    let paths: Vec<&str> = tree.rows.iter().map(|row| row.path.as_str()).collect();
    assert_eq!(paths, ["src", "src/app.py", "src/日本.txt", "tests"]);
    assert_eq!((tree.rows[0].kind, tree.rows[0].mark, tree.rows[3].kind), (Kind::Unfolded, 'M', Kind::Folded));
    assert_eq!(tree.rows.iter().map(|row| row.touched).collect::<Vec<_>>(), [false, true, false, false]);
    assert_eq!((lists.commands.first, lists.commands.total), (2, 64));
    // the latest comes first
    let commands: Vec<_> = lists.commands.rows.iter().map(|one| (one.number, one.status, one.files)).collect();
    assert_eq!(commands, [(8, None, None), (7, Some(2), Some(3))]);
    assert_eq!((lists.talks.first, lists.talks.total, lists.talks.rows[1].name.as_str()), (4, 12, "日本"));
    let talk = &lists.talks.rows[0];
    assert_eq!((talk.age.as_str(), talk.activity, talk.current), ("3 h", Activity::Waiting, true));
    assert_eq!(lists.filtered, Some(("files".to_string(), "日本".to_string())));
}

#[test]
fn rows_for_another_instance_are_left_alone() {
    assert!(snapshot(golden!("snapshot"), 4, 3).unwrap().lists.is_none());
    assert!(snapshot(golden!("snapshot"), 5, 2).unwrap().lists.is_none());
}

#[test]
fn a_bare_snapshot_and_those_of_an_earlier_and_a_later_daemon_are_read() {
    assert_eq!(lists(golden!("snapshot_bare")), Lists::default());
    let earlier = lists(golden!("snapshot_of_an_earlier_daemon"));
    assert_eq!((earlier.talks.total, earlier.commands.total, earlier.filtered), (0, 2, None));
    assert_eq!((earlier.tree.unwrap().rows.len(), earlier.commands.rows[0].files), (4, None));
    let later = lists(golden!("snapshot_of_a_later_daemon"));
    let tree = later.tree.unwrap();
    assert_eq!((tree.rows[0].path.as_str(), tree.rows[1].kind), ("a", Kind::File));
    assert_eq!(later.talks.rows[0].activity, Activity::Idle);
}

#[test]
fn another_version_is_told_apart_from_what_is_no_snapshot() {
    assert_eq!(hear(golden!("snapshot_of_another_version"), 1, 1), Heard::Foreign);
    assert_eq!(hear(golden!("unknown_kind"), 1, 1), Heard::Unknown);
}

#[test]
fn garbage_is_no_snapshot() {
    let deep = "[".repeat(100_000);
    let two = golden!("snapshot_bare").trim_end().repeat(2);
    for line in ["", "{", "null", "{\"type\":\"snapshot\"}", "{\"type\":\"other\",\"v\":1}", &deep, &two] {
        assert_eq!(hear(line, 1, 1), Heard::Unknown, "{line:.40}");
    }
    // every prefix of a good line, cut anywhere
    let whole = golden!("snapshot").trim_end();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(snapshot(&whole[..end], 1, 1).is_none());
    }
    for (field, odd) in
        [("conversations", "7"), ("commands", "{}"), ("filter", "[1]"), ("tree", "[]"), ("paused", "-1")]
    {
        let line = format!(r#"{{"type":"snapshot","v":1,"{field}":{odd}}}"#);
        assert_eq!(lists(&line), Lists::default(), "{field}");
    }
    // numbers that are none
    let odd = r#"{"type":"snapshot","v":1,"tree":{"first":1e400,"total":-5,"rows":[["f","",1e99,"x"]]}}"#;
    assert_eq!(lists(odd).tree.unwrap().rows[0].path, "x");
}

#[test]
fn text_survives_being_written_and_read() {
    let hard = "a\"b\\c\n\t\u{0}\u{1b}[31m\u{7f}\u{85}é日😀\u{2028}";
    assert_eq!(json::parse(&json::quote(hard)), Some(json::Json::Text(hard.to_string())));
    assert!(!json::quote(hard).contains(char::is_control));
    assert_eq!(json::parse(r#""\ud83d\ude00\ud83d \/""#).unwrap().text(), "😀\u{fffd} /");
}
