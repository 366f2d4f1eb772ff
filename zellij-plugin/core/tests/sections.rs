//! Sections, filter, help: what keys tell the daemon and what the pane shows then.

mod support;

use picode_explorer::keys::Key;
use picode_explorer::mouse::Mouse;
use picode_explorer::state::Section;
use picode_explorer::{step, Effect, Input, State};
use support::{message_for, press, ready, screen, show, told, whole};

fn shown() -> State {
    let mut state = ready(40, 40);
    show(&mut state, &whole("", ""));
    state
}

fn letters(state: &mut State, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|letter| step(state, Input::Key(Key::Char(letter)))).collect()
}

#[test]
fn tab_and_digits_go_from_section_to_section_and_arrows_walk_over_their_ends() {
    let mut state = shown();
    for section in [Section::Conversations, Section::Commands, Section::Files] {
        press(&mut state, &[Key::Tab]);
        assert_eq!(state.section, section);
    }
    press(&mut state, &[Key::BackTab]);
    assert_eq!(state.section, Section::Commands);
    press(&mut state, &[Key::Char('2')]);
    assert_eq!(state.section, Section::Conversations);
    press(&mut state, &[Key::Home, Key::Up]);
    assert_eq!((state.section, state.selected(Section::Files)), (Section::Files, 5));
    press(&mut state, &[Key::Down, Key::End, Key::Down]);
    assert_eq!((state.section, state.selected(Section::Commands)), (Section::Commands, 0));
}

#[test]
fn enter_on_a_conversation_resumes_it_and_on_a_command_sends_it() {
    let mut state = shown();
    let told_of = |state: &mut State, keys: &[Key]| told(&press(state, keys)).concat();
    assert!(told_of(&mut state, &[Key::Char('2'), Key::Down, Key::Enter]).contains(r#""conversation":"b2""#));
    assert!(told_of(&mut state, &[Key::Char('3'), Key::Enter]).contains(r#""number":9"#));
    assert!(told_of(&mut state, &[Key::Down, Key::Enter]).contains(r#""number":8"#));
    assert!(told_of(&mut state, &[Key::Char('d')]).is_empty(), "a command has no diff");
}

#[test]
fn a_new_command_leaves_the_selection_on_the_one_it_stands_on() {
    let mut state = shown();
    press(&mut state, &[Key::Char('3'), Key::Down]);
    let newer = r#","commands":[{"terminal":"9.sock","number":8,"command":"b"},{"terminal":"t","number":9,"command":"c"},
        {"terminal":"t","number":10,"command":"d"}],"commands_total":3"#;
    show(&mut state, &message_for("", newer));
    assert!(told(&press(&mut state, &[Key::Enter]))[0].contains(r#""number":8"#));
}

#[test]
fn what_is_typed_goes_to_the_daemon_and_enter_waits_for_what_it_finds() {
    let mut state = shown();
    press(&mut state, &[Key::Down, Key::Char('/')]);
    let effects = letters(&mut state, "q?");
    assert!(told(&effects)[1].contains(r#""section":"files","query":"q?""#));
    assert!(screen(&state).contains("/q?▏"));
    assert_eq!(told(&press(&mut state, &[Key::Enter])), [""; 0], "these rows are not those of the query yet");
    let found = r#"{"first":0,"total":1,"rows":[["f"," ",0,"deep/q?.md"]]}"#;
    let filter = r#","filter":{"section":"files","query":"q?"}"#;
    let effects = show(&mut state, &message_for(found, filter));
    assert!(told(&effects).concat().contains(r#""path":"deep/q?.md""#));
    assert!(screen(&state).contains("q?.md deep"));
    press(&mut state, &[Key::Tab]);
    assert!(told(&press(&mut state, &[Key::Char('a')]))[0].contains("insert"), "letters are keys again");
    let effects = press(&mut state, &[Key::Esc]);
    assert!(told(&effects)[0].contains(r#""query":"""#));
    assert_eq!(state.selected(Section::Files), 1, "back where it was");
}

#[test]
fn backspace_shortens_what_was_typed_and_then_ends_it() {
    let mut state = shown();
    press(&mut state, &[Key::Char('/')]);
    letters(&mut state, "ab");
    assert!(told(&press(&mut state, &[Key::Backspace]))[0].contains(r#""query":"a""#));
    press(&mut state, &[Key::Backspace]);
    assert!(screen(&state).contains("/▏"));
    press(&mut state, &[Key::Backspace]);
    assert!(state.filter.is_none());
}

#[test]
fn a_filter_that_nothing_fits_says_so() {
    let mut state = shown();
    press(&mut state, &[Key::Char('/')]);
    letters(&mut state, "zz");
    let none = r#"{"first":0,"total":0}"#;
    show(&mut state, &message_for(none, r#","filter":{"section":"files","query":"zz"}"#));
    assert!(screen(&state).contains("(nothing fits)"));
}

#[test]
fn the_keys_are_told_at_the_foot_and_all_of_them_with_a_question_mark() {
    let mut state = shown();
    assert!(screen(&state).contains("? keys  / filter  d diff"));
    press(&mut state, &[Key::Char('?')]);
    for (key, _) in picode_explorer::help::KEYS {
        assert!(screen(&state).contains(key), "{key}");
    }
    press(&mut state, &[Key::Char('j')]);
    assert!(screen(&state).contains("▾ src"));
    assert_eq!(state.selected(Section::Files), 0, "the key that closed it did nothing else");
}

#[test]
fn a_paused_terminal_and_the_files_that_a_command_changed_are_shown() {
    let mut state = shown();
    assert!(screen(&state).contains("1 of 2 paused"));
    assert!(screen(&state).contains("3 files"));
    let mut small = ready(8, 40);
    show(&mut small, &whole("", ""));
    assert!(screen(&small).contains("paused"));
    show(&mut state, &message_for("", r#","paused":1,"terminals":1,"commands":[{"terminal":"t","number":1}]"#));
    assert!(screen(&state).contains("paused") && !screen(&state).contains("of 1"));
}

#[test]
fn clicks_work_on_every_section_on_titles_and_on_tabs() {
    let mut state = shown();
    let line_of = |state: &State, text: &str| screen(state).lines().position(|line| line.contains(text)).unwrap();
    let click = |state: &mut State, line, now| step(state, Input::Mouse(Mouse::Click { line, column: 3, now }));
    let at = line_of(&state, "second talk");
    click(&mut state, at, 0);
    let at = line_of(&state, "second talk");
    assert!(told(&click(&mut state, at, 100))[0].contains("resume"));
    let at = line_of(&state, "Commands");
    click(&mut state, at, 1000);
    assert_eq!(state.section, Section::Commands);
    let at = line_of(&state, "? keys");
    click(&mut state, at, 2000);
    assert!(state.help);
    click(&mut state, 5, 3000);
    assert!(!state.help);
    let mut small = ready(8, 60);
    show(&mut small, &whole("", ""));
    let column = screen(&small).lines().nth(1).unwrap().find("3 Commands").unwrap();
    step(&mut small, Input::Mouse(Mouse::Click { line: 1, column, now: 0 }));
    assert_eq!(small.section, Section::Commands);
}

#[test]
fn the_wheel_scrolls_the_section_in_use_and_asks_for_what_is_missing() {
    let mut state = ready(40, 40);
    let rows = |from: usize| {
        let rows: Vec<String> = (from..from + 20).map(|n| format!(r#"{{"id":"c{n}","name":"talk {n}"}}"#)).collect();
        let talks = format!(r#","conversations":{{"first":{from},"total":900,"rows":[{}]}}"#, rows.join(","));
        message_for(r#"{"first":0,"total":1,"rows":[["f"," ",0,"a"]]}"#, &talks)
    };
    show(&mut state, &rows(0));
    press(&mut state, &[Key::Char('2')]);
    assert!(screen(&state).contains("talk 0"));
    let effects = step(&mut state, Input::Mouse(Mouse::WheelDown(300)));
    assert!(told(&effects)[0].contains(r#""conversations":[300,"#));
    show(&mut state, &rows(292));
    assert!(screen(&state).contains("talk 300"));
}

#[test]
fn a_daemon_that_knows_no_sections_gets_none() {
    let mut state = ready(40, 40);
    show(&mut state, include_str!("../../../tests/plugin/lines/snapshot_of_an_earlier_daemon.json"));
    let text = screen(&state);
    assert!(text.contains("▾ src") && text.contains("Commands") && !text.contains("Conversations"));
    press(&mut state, &[Key::Tab]);
    assert_eq!(state.section, Section::Commands);
}

#[test]
fn a_daemon_of_another_version_is_told_of_and_other_kinds_of_lines_mean_nothing() {
    let mut state = shown();
    assert_eq!(show(&mut state, include_str!("../../../tests/plugin/lines/unknown_kind.json")), []);
    show(&mut state, include_str!("../../../tests/plugin/lines/snapshot_of_another_version.json"));
    assert!(screen(&state).contains("different\nversions"));
}
