//! The lines that the daemon's own tests read, too.

use picode_explorer::lines::{line, snapshot, Told};
use picode_explorer::state::{Activity, Kind};
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
    let hello = Told::Hello { pipe: path("0b6c4b1e"), zellij: path("0.45.0"), server: 4242, first: 0, rows: 24 };
    let cases = [
        (1, hello, golden!("hello")),
        (2, Told::View { first: 90, rows: 24 }, golden!("view")),
        (3, Told::Fold { path: path("src/a \"b\"\\c"), open: true }, golden!("fold")),
        (4, Told::OpenFile { path: path("src/日本\u{1b}.txt") }, golden!("open_file")),
        (5, Told::Insert { path: path("README.md") }, golden!("insert")),
        (6, Told::SendCommand { terminal: path("812.sock"), number: 7 }, golden!("send_command")),
        (7, Told::SendPane { pane: 3 }, golden!("send_pane")),
        (8, Told::Gone, golden!("gone")),
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

#[test]
fn a_snapshot_is_read_with_its_packed_paths() {
    let read = snapshot(golden!("snapshot"), 4, 2).unwrap();
    assert_eq!(read.project, "piña");
    assert!(read.beat);
    assert_eq!((read.status.activity, read.status.queued, read.status.cost), (Activity::Tool, 2, 0.125));
    let tree = read.tree.unwrap();
    assert_eq!((tree.first, tree.total), (3, 120));
    let paths: Vec<&str> = tree.rows.iter().map(|row| row.path.as_str()).collect();
    assert_eq!(paths, ["src", "src/app.py", "src/日本.txt", "tests"]);
    assert_eq!((tree.rows[0].kind, tree.rows[0].mark, tree.rows[3].kind), (Kind::Unfolded, 'M', Kind::Folded));
    assert_eq!((read.commands[0].status, read.commands[1].status), (Some(2), None));
    assert_eq!(read.notice, "a \\ b");
}

#[test]
fn rows_for_another_instance_are_left_alone() {
    assert!(snapshot(golden!("snapshot"), 4, 3).unwrap().tree.is_none());
    assert!(snapshot(golden!("snapshot"), 5, 2).unwrap().tree.is_none());
}

#[test]
fn a_bare_snapshot_and_one_of_a_later_daemon_are_read() {
    assert!(snapshot(golden!("snapshot_bare"), 1, 1).unwrap().tree.is_none());
    let later = snapshot(golden!("snapshot_of_a_later_daemon"), 1, 1).unwrap();
    assert_eq!(later.tree.unwrap().rows[0].path, "a");
}

#[test]
fn garbage_is_no_snapshot() {
    let deep = "[".repeat(100_000);
    let two = golden!("snapshot_bare").trim_end().repeat(2);
    for line in ["", "{", "null", "{\"type\":\"snapshot\",\"v\":2}", "{\"type\":\"other\",\"v\":1}", &deep, &two] {
        assert!(snapshot(line, 1, 1).is_none(), "{line:.40}");
    }
    // every prefix of a good line, cut anywhere
    let whole = golden!("snapshot").trim_end();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(snapshot(&whole[..end], 1, 1).is_none());
    }
    // numbers that are none
    let odd = r#"{"type":"snapshot","v":1,"tree":{"first":1e400,"total":-5,"rows":[["f","",1e99,"x"]]}}"#;
    assert_eq!(snapshot(odd, 1, 1).unwrap().tree.unwrap().rows[0].path, "x");
}

#[test]
fn text_survives_being_written_and_read() {
    let hard = "a\"b\\c\n\t\u{0}\u{1b}[31m\u{7f}\u{85}é日😀\u{2028}";
    assert_eq!(json::parse(&json::quote(hard)), Some(json::Json::Text(hard.to_string())));
    assert!(!json::quote(hard).contains(char::is_control));
    assert_eq!(json::parse(r#""\ud83d\ude00\ud83d \/""#).unwrap().text(), "😀\u{fffd} /");
}
