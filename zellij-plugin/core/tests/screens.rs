//! Golden screens: what the pane shows at five sizes. `PICODE_GOLDEN=1 cargo test` writes them anew; read the diff.

mod support;

use std::fmt::Write;

use picode_explorer::keys::Key;
use picode_explorer::{render, text::width, State};
use support::{message_for, press, ready, show, whole};

const SIZES: [(usize, usize); 5] = [(10, 3), (24, 20), (30, 40), (60, 50), (120, 10)];
const HOSTILE: &str = "\\u001b]0;x\\u0007\\u009b2J\\u202e日本語🎉\\u0000\\n";

type Scene = (&'static str, fn(&mut State));

fn scenes() -> Vec<Scene> {
    vec![
        ("not connected", |_| {}),
        ("files", |state| {
            show(state, &whole("", ""));
        }),
        ("files, hostile names", |state| {
            show(state, &whole(HOSTILE, HOSTILE));
            press(state, &[Key::Down, Key::Down]);
        }),
        ("conversations", |state| {
            show(state, &whole("", ""));
            press(state, &[Key::Char('2'), Key::Down]);
        }),
        ("commands", |state| {
            show(state, &whole("", ""));
            press(state, &[Key::Char('3')]);
        }),
        ("a filter", |state| {
            show(state, &whole("", ""));
            press(state, &[Key::Char('/'), Key::Char('日'), Key::Char('p')]);
            let rows = r#"[["f"," ",0,"docs/日本/page.md"],["f","M",0,"src/deep/er/and/deeper/still/日p.py"]]"#;
            let tree = format!(r#"{{"first":0,"total":2,"rows":{rows},"touched":[1]}}"#);
            show(state, &message_for(&tree, r#","filter":{"section":"files","query":"日p"}"#));
        }),
        ("keys", |state| {
            show(state, &whole("", ""));
            press(state, &[Key::Char('?')]);
        }),
    ]
}

/// Each line between bars, with a mark at its left where the selection is, and the roles of its parts at its right.
fn drawn(columns: usize, rows: usize) -> String {
    let mut out = String::new();
    for (name, act) in scenes() {
        let mut state = ready(rows, columns);
        act(&mut state);
        let lines = render(&state);
        assert_eq!(lines.len(), rows, "{name}");
        writeln!(out, "=== {name}").unwrap();
        for line in lines {
            assert!(width(&line.text) <= columns, "{name}: {:?}", line.text);
            assert!(!line.text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{name}: {:?}", line.text);
            let blanks = " ".repeat(columns - width(&line.text));
            let roles: Vec<String> = line.parts.iter().map(|part| format!("{:?}", part.2)).collect();
            let mark = if line.selected { '>' } else { ' ' };
            writeln!(out, "{}", format!("{mark}|{}{blanks}| {}", line.text, roles.join(" ")).trim_end()).unwrap();
        }
    }
    out
}

#[test]
fn the_pane_looks_as_recorded_at_five_sizes() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screens");
    for (columns, rows) in SIZES {
        let path = format!("{directory}/{columns}x{rows}.txt");
        let now = drawn(columns, rows);
        if std::env::var_os("PICODE_GOLDEN").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        let then = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(now == then, "{path} shows something else now:\n{now}");
    }
}
