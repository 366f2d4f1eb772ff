//! An explorer that is granted, sized and connected, and the lines that a daemon would send it.
#![allow(dead_code)]

use picode_explorer::keys::Key;
use picode_explorer::{render, step, Client, Effect, Input, Source, State};

pub const HELD: &str = "held-1";

pub fn message(source: Source, name: &str, payload: Option<&str>) -> Input {
    Input::Message { source, name: name.into(), payload: payload.map(str::to_string) }
}

/// Granted, sized, with the events pipe open.
pub fn ready(rows: usize, columns: usize) -> State {
    let mut state = State::default();
    step(&mut state, Input::Loaded { plugin: 4, client: 2, server: 99, zellij: "0.45.0".into(), pipe: None });
    step(&mut state, Input::Granted(true));
    step(&mut state, Input::Clients(vec![Client { mine: true, pane: Some(0) }]));
    step(&mut state, Input::Size { rows, columns });
    step(&mut state, message(Source::Pipe(HELD.into()), "picode-events", Some("{}")));
    state
}

/// A snapshot with this tree and these further fields.
pub fn message_for(tree: &str, more: &str) -> String {
    let tree = if tree.is_empty() { r#"{"first":0,"total":0}"# } else { tree };
    format!(
        r#"{{"type":"snapshot","v":1,"events_pipe":"{HELD}","project":"shop","branch":"main",
        "status":{{"state":"thinking","model":"demo/demo","cost":0.5}},"tree":{tree}{more}}}"#
    )
}

/// One of everything; `name` and `text` stand for hostile ones.
pub fn whole(name: &str, text: &str) -> String {
    let tree = format!(
        r#"{{"first":0,"total":6,"rows":[["o","M",0,"src"],["f","M",3,"/app.py"],["f"," ",4,"{name}helper.py"],
        ["d"," ",0,"tests"],["f","?",0,"a b.txt"],["f"," ",0,"日本語の長いファイル名です.md"]],"touched":[0,1,5]}}"#
    );
    let more = format!(
        r#","conversations":{{"first":0,"total":3,"rows":[
            {{"id":"a1","name":"{text}why does the build fail?","age":"now","current":true,"state":"thinking"}},
            {{"id":"b2","name":"second talk","age":"3 h"}},{{"id":"c3","name":"会話","age":"12 d","state":"waiting"}}]}},
        "commands":[{{"terminal":"9.sock","number":7,"command":"ls","status":0}},
            {{"terminal":"9.sock","number":8,"command":"{text}make all","status":2,"files":3}},
            {{"terminal":"8.sock","number":9,"command":"sleep 100"}}],"commands_total":3,
        "paused":1,"terminals":2,"notice":"Saved. {text}""#
    );
    message_for(&tree, &more)
}

pub fn show(state: &mut State, line: &str) -> Vec<Effect> {
    step(state, message(Source::Pipe("one-shot".into()), "picode-state", Some(line)))
}

pub fn press(state: &mut State, keys: &[Key]) -> Vec<Effect> {
    keys.iter().fold(vec![], |_, key| step(state, Input::Key(*key)))
}

/// What was told on the events pipe, without who told it.
pub fn told(effects: &[Effect]) -> Vec<String> {
    let lines = effects.iter().filter_map(|effect| match effect {
        Effect::Write { pipe, line } if pipe == HELD => Some(line),
        _ => None,
    });
    lines
        .map(|line| line.split_once(",\"v\"").unwrap().0.to_string() + line.split_once("\"seq\":").unwrap().1)
        .collect()
}

pub fn screen(state: &State) -> String {
    render(state).iter().map(|line| line.text.trim_end().to_string() + "\n").collect()
}
