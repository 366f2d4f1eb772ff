//! The mouse: the wheel scrolls the section in use, a click selects and folds, a double click does what Enter does.

use crate::keys;
use crate::layout::{drawn, layout, Spot};
use crate::state::{Kind, Section, State};
use crate::step::Effect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// `now`: milliseconds of a clock that is good for differences only.
    Click {
        line: usize,
        column: usize,
        now: u64,
    },
    WheelUp(usize),
    WheelDown(usize),
}

/// Milliseconds within which a second click on the same row makes a double click.
const DOUBLE: u64 = 500;

pub fn clicked(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let (line, column, now) = match mouse {
        Mouse::WheelUp(lines) => return scroll(state, -(lines.min(1000) as isize)),
        Mouse::WheelDown(lines) => return scroll(state, lines.min(1000) as isize),
        Mouse::Click { line, column, now } => (line, column, now),
    };
    if std::mem::take(&mut state.help) {
        return vec![Effect::Redraw];
    }
    match layout(state).spots(state.section).get(line) {
        Some(Spot::Row(section, line)) => click_row(state, *section, *line, now),
        Some(Spot::Title(section)) => keys::switch(state, *section),
        Some(Spot::Tabs) => match crate::render::tab_at(state, column) {
            Some(section) => keys::switch(state, section),
            None => vec![],
        },
        Some(Spot::Keys) => keys::pressed(state, keys::Key::Char('?')),
        _ => vec![],
    }
}

fn click_row(state: &mut State, section: Section, line: usize, now: u64) -> Vec<Effect> {
    let at = state.place(section).top + line;
    if at >= state.total(section) {
        return keys::switch(state, section);
    }
    let this = (section, at);
    let again =
        state.clicked.is_some_and(|(then, section, row)| (section, row) == this && now.saturating_sub(then) <= DOUBLE);
    // three clicks are a double one and another
    state.clicked = if again { None } else { Some((now, section, at)) };
    state.places[section as usize].at = at;
    let mut effects = keys::switch(state, section);
    effects.push(Effect::Redraw);
    let folds = state.selected_row().is_some_and(|row| row.kind != Kind::File);
    // the first click of two has folded the directory already
    if again != folds {
        effects.extend(keys::enter(state));
    }
    effects
}

fn scroll(state: &mut State, lines: isize) -> Vec<Effect> {
    if state.help {
        return vec![];
    }
    let section = state.section;
    let last = state.total(section).saturating_sub(drawn(state, section)) as isize;
    let place = &mut state.places[section as usize];
    let before = place.top;
    place.top = (place.top as isize + lines).clamp(0, last) as usize;
    if place.top == before {
        return vec![];
    }
    vec![Effect::Redraw]
}
