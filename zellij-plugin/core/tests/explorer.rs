//! The explorer from the outside: inputs in, effects and a drawn pane out.

use picode_explorer::keys::Key;
use picode_explorer::mouse::Mouse;
use picode_explorer::state::Section;
use picode_explorer::{render, step, Client, Effect, Input, Source, State};

const HELD: &str = "held-1";

fn loaded() -> State {
    let mut state = State::default();
    let input = Input::Loaded { plugin: 4, client: 2, server: 99, zellij: "0.45.0".into(), pipe: None };
    assert_eq!(step(&mut state, input), []);
    state
}

#[test]
fn permission_is_asked_for_once_the_pane_is_there() {
    let mut state = loaded();
    assert_eq!(step(&mut state, Input::Size { rows: 20, columns: 30 }), [Effect::AskPermission]);
    assert_eq!(step(&mut state, Input::Size { rows: 21, columns: 30 }), []);
}

/// Granted, sized, with the events pipe open.
fn ready(rows: usize, columns: usize) -> State {
    let mut state = loaded();
    step(&mut state, Input::Granted(true));
    step(&mut state, Input::Clients(vec![Client { mine: true, pane: Some(0) }]));
    step(&mut state, Input::Size { rows, columns });
    step(&mut state, message(Source::Pipe(HELD.into()), "picode-events", Some("{}")));
    state
}

fn message(source: Source, name: &str, payload: Option<&str>) -> Input {
    Input::Message { source, name: name.into(), payload: payload.map(str::to_string) }
}

fn tree(first: usize, total: usize, rows: &str) -> String {
    format!(
        r#"{{"type":"snapshot","v":1,"events_pipe":"{HELD}","project":"shop","branch":"main",
        "status":{{"state":"thinking","model":"demo/demo","cost":0.5}},
        "tree":{{"first":{first},"total":{total},"rows":[{rows}]}},
        "commands":[{{"terminal":"9.sock","number":1,"command":"ls","status":0}},
                    {{"terminal":"9.sock","number":2,"command":"make","status":2}}]}}"#
    )
}

const SMALL: &str = r#"["o","M",0,"src"],["f","M",3,"/app.py"],["d"," ",0,"tests"],["f","?",0,"a b.txt"]"#;

fn show(state: &mut State, line: &str) -> Vec<Effect> {
    step(state, message(Source::Pipe("one-shot".into()), "picode-state", Some(line)))
}

fn shown(rows: usize, columns: usize) -> State {
    let mut state = ready(rows, columns);
    show(&mut state, &tree(0, 4, SMALL));
    state
}

fn press(state: &mut State, keys: &[Key]) -> Vec<Effect> {
    keys.iter().fold(vec![], |_, key| step(state, Input::Key(*key)))
}

/// What was told on the events pipe, without who told it.
fn told(effects: &[Effect]) -> Vec<String> {
    let lines = effects.iter().filter_map(|effect| match effect {
        Effect::Write { pipe, line } if pipe == HELD => Some(line),
        _ => None,
    });
    lines
        .map(|line| line.split_once(",\"v\"").unwrap().0.to_string() + line.split_once("\"seq\":").unwrap().1)
        .collect()
}

fn screen(state: &State) -> String {
    render(state).iter().map(|line| line.text.trim_end().to_string() + "\n").collect()
}

#[test]
fn the_grant_binds_the_key_with_a_line_break_after_each_brace() {
    let effects = step(&mut loaded(), Input::Granted(true));
    let Some(Effect::Configure(kdl)) = effects.iter().find(|effect| matches!(effect, Effect::Configure(_))) else {
        panic!("no binding in {effects:?}");
    };
    assert!(kdl.contains("bind \"Alt Shift a\"") && kdl.contains("MessagePluginId 4"));
    assert!(kdl.match_indices('}').all(|(at, _)| kdl[at + 1..].starts_with('\n')));
    assert!(effects.contains(&Effect::ListClients));
}

#[test]
fn without_the_grant_the_pane_says_so_and_nothing_is_written() {
    for columns in [18, 30, 80] {
        let mut state = loaded();
        step(&mut state, Input::Size { rows: 20, columns });
        assert!(screen(&state).contains("Zellij's"));
        step(&mut state, Input::Granted(false));
        assert!(screen(&state).replace('\n', " ").contains("no permission"));
        assert!(told(&step(&mut state, Input::Key(Key::Down))).is_empty());
        assert_eq!(step(&mut state, Input::Key(Key::Enter)), [Effect::AskPermission]);
    }
}

#[test]
fn the_events_pipe_is_held_and_greeted() {
    let mut state = loaded();
    step(&mut state, Input::Granted(true));
    let effects = step(&mut state, message(Source::Pipe(HELD.into()), "picode-events", Some("{}")));
    assert_eq!(effects[..2], [Effect::Block(HELD.into()), Effect::Remember(HELD.into())]);
    assert!(told(&effects)[0].contains("hello"));
}

#[test]
fn a_pipe_without_a_payload_is_ignored() {
    let mut state = ready(20, 30);
    assert_eq!(step(&mut state, message(Source::Pipe("x".into()), "picode-events", None)), []);
    assert_eq!(step(&mut state, message(Source::Pipe("x".into()), "picode-state", None)), []);
    assert_eq!(state.events_pipe.as_deref(), Some(HELD));
}

#[test]
fn a_later_instance_finds_the_pipe_written_down_or_in_a_snapshot() {
    let mut state = State::default();
    let pipe = Some(HELD.to_string());
    step(&mut state, Input::Loaded { plugin: 4, client: 3, server: 99, zellij: "0.44.3".into(), pipe });
    assert!(told(&step(&mut state, Input::Granted(true)))[0].contains("hello"));
    let mut other = loaded();
    step(&mut other, Input::Granted(true));
    let effects = show(&mut other, &tree(0, 4, SMALL));
    assert!(effects.contains(&Effect::Remember(HELD.into())));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Write { pipe, .. } if pipe == "one-shot")));
}

#[test]
fn an_orphan_is_silent_until_its_client_is_back() {
    let mut state = shown(20, 30);
    step(&mut state, Input::Clients(vec![Client { mine: false, pane: Some(1) }]));
    assert!(!show(&mut state, &tree(0, 4, SMALL)).iter().any(|effect| matches!(effect, Effect::Write { .. })));
    let effects = step(&mut state, Input::Clients(vec![Client { mine: true, pane: Some(1) }]));
    assert!(matches!(effects[0], Effect::Configure(_)));
    assert!(told(&effects)[0].contains("hello"));
}

#[test]
fn whoever_gets_keys_is_no_orphan() {
    let mut state = shown(20, 30);
    show(&mut state, &tree(0, 4, SMALL));
    step(&mut state, Input::Clients(vec![]));
    let effects = press(&mut state, &[Key::Down]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Configure(_))));
    assert!(told(&effects)[0].contains("hello"));
    assert!(!told(&press(&mut state, &[Key::Enter])).is_empty());
}

#[test]
fn an_attach_binds_the_key_again_and_its_echo_does_not() {
    let mut state = shown(20, 30);
    let mode = |state: &mut State, name: &str, now| step(state, Input::Mode { name: name.into(), now });
    mode(&mut state, "Normal", 10_000);
    assert!(matches!(mode(&mut state, "Normal", 20_000)[..], [Effect::Configure(_), Effect::ListClients]));
    assert_eq!(mode(&mut state, "Normal", 20_010), []);
    assert_eq!(mode(&mut state, "Pane", 30_000), []);
    assert_eq!(mode(&mut state, "Normal", 30_100), []);
    mode(&mut state, "Session", 30_200);
    assert!(matches!(mode(&mut state, "Normal", 30_300)[..], [Effect::Configure(_), _]));
}

#[test]
fn the_key_sends_the_focused_terminal_and_not_a_plugin() {
    let mut state = shown(20, 30);
    assert_eq!(step(&mut state, message(Source::Key, "picode-key", None)), [Effect::ListClients]);
    let clients = |pane| vec![Client { mine: false, pane: Some(9) }, Client { mine: true, pane }];
    let effects = step(&mut state, Input::Clients(clients(Some(7))));
    assert!(told(&effects)[0].contains("send_pane") && told(&effects)[0].contains("\"pane\":7"));
    assert_eq!(step(&mut state, Input::Clients(clients(Some(7)))), []);
    step(&mut state, message(Source::Key, "picode-key", None));
    assert_eq!(step(&mut state, Input::Clients(clients(None))), [Effect::Redraw]);
    assert!(screen(&state).contains("Focus a terminal first."));
}

#[test]
fn the_same_snapshot_again_draws_nothing() {
    let mut state = ready(20, 30);
    assert!(show(&mut state, &tree(0, 4, SMALL)).contains(&Effect::Redraw));
    assert!(!show(&mut state, &tree(0, 4, SMALL)).contains(&Effect::Redraw));
}

#[test]
fn keys_fold_open_insert_and_send() {
    let mut state = shown(24, 30);
    assert!(told(&press(&mut state, &[Key::Enter]))[0].contains("\"open\":false"));
    assert!(told(&press(&mut state, &[Key::Char('j'), Key::Enter]))[0].contains("open_file"));
    assert!(told(&press(&mut state, &[Key::Char('a')]))[0].contains("src/app.py"));
    assert!(told(&press(&mut state, &[Key::Char('d')]))[0].contains("\"diff\""));
    press(&mut state, &[Key::Left]);
    assert_eq!(state.selected(Section::Files), 0);
    assert!(told(&press(&mut state, &[Key::Down, Key::Down, Key::Right]))[0].contains("\"open\":true"));
    assert!(told(&press(&mut state, &[Key::Char('3'), Key::Enter]))[0].contains("\"number\":2"));
    assert!(told(&press(&mut state, &[Key::Down, Key::Enter]))[0].contains("\"number\":1"));
}

#[test]
fn a_click_selects_and_folds_and_a_double_click_does_what_enter_does() {
    let mut state = shown(24, 30);
    let lines = screen(&state);
    let line_of = |text: &str| lines.lines().position(|line| line.contains(text)).unwrap();
    let click = |state: &mut State, line, now| step(state, Input::Mouse(Mouse::Click { line, column: 3, now }));
    assert!(told(&click(&mut state, line_of("src"), 0))[0].contains("\"open\":false"));
    assert!(told(&click(&mut state, line_of("src"), 200)).is_empty(), "the first click has folded it");
    assert!(told(&click(&mut state, line_of("app.py"), 1000)).is_empty());
    assert!(told(&click(&mut state, line_of("app.py"), 1300))[0].contains("open_file"));
    assert!(told(&click(&mut state, line_of("app.py"), 1400)).is_empty(), "the third of three");
    assert!(told(&click(&mut state, line_of("app.py"), 9000)).is_empty(), "much later");
    assert!(told(&click(&mut state, line_of("✗ 2 make"), 20_000)).is_empty());
    assert_eq!(state.section, Section::Commands);
    let again = screen(&state).lines().position(|line| line.contains("✗ 2 make")).unwrap();
    assert!(told(&click(&mut state, again, 20_100))[0].contains("send_command"));
    assert_eq!(click(&mut state, 0, 30_000), []);
    assert_eq!(click(&mut state, 999, 30_000), []);
}

fn long(first: usize, count: usize) -> String {
    let rows: Vec<String> = (first..first + count).map(|n| format!(r#"["f"," ",0,"file{n}"]"#)).collect();
    tree(first, 100_000, &rows.join(","))
}

#[test]
fn a_tree_of_a_hundred_thousand_files_is_asked_for_window_by_window() {
    let mut state = ready(30, 30);
    show(&mut state, &long(0, 160));
    assert!(told(&press(&mut state, &[Key::PageDown])).is_empty());
    let effects = press(&mut state, &[Key::End]);
    assert!(told(&effects)[0].contains("\"view\"") && told(&effects)[0].contains("\"first\":999"));
    assert!(told(&press(&mut state, &[Key::Up, Key::Up])).is_empty(), "asked once only");
    assert!(screen(&state).contains("…"));
    assert!(state.place(Section::Files).top > 99_000);
    show(&mut state, &long(99_840, 160));
    assert!(screen(&state).contains("file99999"));
    let mut wheel = |lines| told(&step(&mut state, Input::Mouse(Mouse::WheelUp(lines))));
    assert!(wheel(3).is_empty());
    assert!(wheel(1000)[0].contains("view"));
}

#[test]
fn the_selection_stays_on_its_file_when_the_tree_changes() {
    let mut state = shown(24, 30);
    press(&mut state, &[Key::Down, Key::Down, Key::Down]);
    show(&mut state, &tree(0, 3, r#"["d"," ",0,"src"],["d"," ",0,"tests"],["f"," ",0,"a b.txt"]"#));
    assert_eq!(state.selected(Section::Files), 2);
    show(&mut state, &tree(0, 0, ""));
    assert!(screen(&state).contains("(no files)"));
}

#[test]
fn silence_of_the_daemon_is_shown_once_the_patience_is_over() {
    let mut state = ready(20, 30);
    assert!(show(&mut state, &tree(0, 4, SMALL)).contains(&Effect::Wake(60.0)));
    assert_eq!(step(&mut state, Input::Woke), [Effect::Wake(60.0)]);
    assert_eq!(step(&mut state, Input::Woke), [Effect::Redraw]);
    assert!(screen(&state).contains("away"));
    assert!(show(&mut state, &tree(0, 4, SMALL)).contains(&Effect::Redraw));
}

#[test]
fn closing_lets_the_pipe_go() {
    let effects = step(&mut shown(20, 30), Input::Closing);
    assert!(told(&effects)[0].contains("gone"));
    assert!(effects.contains(&Effect::Unblock(HELD.into())));
}

#[test]
fn every_size_is_filled_and_never_exceeded() {
    let hostile = "\\u001b]0;x\\u0007\\u009b2J\\u202e日本語🎉\\u0000\\n";
    let rows = format!(r#"["o","M",0,"{hostile}"],["f","?",2,"/{hostile}{hostile}"],["f","\u001b",0,"x"]"#);
    for columns in 1..=80 {
        for rows_high in 0..=30 {
            let mut state = ready(rows_high, columns);
            show(&mut state, &tree(0, 3, &rows).replace("make", hostile));
            press(&mut state, &[Key::Down, Key::End, Key::Home, Key::PageDown, Key::Up]);
            let lines = render(&state);
            assert_eq!(lines.len(), rows_high);
            for line in lines {
                assert!(picode_explorer::text::width(&line.text) <= columns, "{columns}: {:?}", line.text);
                assert!(!line.text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{:?}", line.text);
                let end = line.text.chars().count();
                assert!(line.parts.iter().all(|(from, until, _)| from <= until && *until <= end));
            }
        }
    }
}

#[test]
fn nothing_is_called_that_is_not_granted_yet_and_the_pipe_is_held_from_the_grant_on() {
    let mut state = loaded();
    assert_eq!(step(&mut state, message(Source::Pipe(HELD.into()), "picode-events", Some("{}"))), []);
    assert_eq!(show(&mut state, &tree(0, 4, SMALL)), []);
    let effects = step(&mut state, Input::Granted(true));
    let listens = effects.iter().position(|effect| *effect == Effect::Listen);
    let lists = effects.iter().position(|effect| *effect == Effect::ListClients);
    assert!(listens.is_some() && listens < lists);
    assert!(effects.contains(&Effect::Block(HELD.into())));
    assert!(told(&effects)[0].contains("hello"));
}
