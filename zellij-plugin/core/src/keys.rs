//! Keys: where the selection goes, and what is done with what it stands on.

use crate::filter;
use crate::layout::{drawn, layout};
use crate::lines::Told;
use crate::state::{Kind, Section, State, Wanted};
use crate::step::{tell, Effect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Enter,
    Tab,
    BackTab,
    Esc,
    Backspace,
    Char(char),
}

/// Rows that are asked for above and below those that are drawn.
const MARGIN: usize = 8;

pub fn pressed(state: &mut State, key: Key) -> Vec<Effect> {
    if std::mem::take(&mut state.help) {
        return vec![Effect::Redraw];
    }
    state.wants_enter = false;
    if state.filter.as_ref().is_some_and(|filter| filter.typing) {
        if let Some(effects) = filter::typed(state, key) {
            return effects;
        }
    }
    let page = drawn(state, state.section).saturating_sub(1).max(1) as isize;
    match key {
        Key::Up | Key::Char('k') => walk(state, -1),
        Key::Down | Key::Char('j') => walk(state, 1),
        Key::PageUp => go(state, -page),
        Key::PageDown => go(state, page),
        Key::Home | Key::Char('g') => go(state, isize::MIN / 2),
        Key::End | Key::Char('G') => go(state, isize::MAX / 2),
        Key::Left | Key::Char('h') => fold(state),
        Key::Right | Key::Char('l') => unfold(state),
        Key::Enter => enter(state),
        Key::Char('a') => on_path(state, |path| Told::Insert { path }),
        Key::Char('d') => on_path(state, |path| Told::Diff { path }),
        Key::Char('/') => filter::open(state),
        Key::Char('?') => {
            state.help = true;
            vec![Effect::Redraw]
        }
        Key::Tab => turn(state, 1),
        Key::BackTab => turn(state, 2),
        Key::Char(digit @ '1'..='3') => switch(state, Section::ALL[digit as usize - '1' as usize]),
        Key::Esc => leave(state),
        Key::Backspace | Key::Char(_) => vec![],
    }
}

/// Out of the filter; else what was told at the foot is gone.
fn leave(state: &mut State) -> Vec<Effect> {
    if state.filter.is_some() {
        return filter::close(state);
    }
    if std::mem::take(&mut state.notice).is_empty() {
        return vec![];
    }
    vec![Effect::Redraw]
}

/// To the next section that has something, `by` further.
fn turn(state: &mut State, by: usize) -> Vec<Effect> {
    let mut section = state.section;
    for _ in Section::ALL {
        section = Section::ALL[(section as usize + by) % 3];
        if state.total(section) > 0 || section == Section::Files {
            break;
        }
    }
    switch(state, section)
}

pub fn switch(state: &mut State, section: Section) -> Vec<Effect> {
    if state.section == section {
        return vec![];
    }
    let mut effects = filter::close(state);
    state.section = section;
    settle(state, true);
    effects.push(Effect::Redraw);
    effects
}

/// One row on; at the end of a section, into the one beside it.
fn walk(state: &mut State, by: isize) -> Vec<Effect> {
    let at = state.place(state.section).at;
    let last = state.total(state.section).saturating_sub(1);
    let leaves = if by < 0 { at == 0 } else { at >= last };
    let next = state.section as isize + by;
    let beside = (0..3).contains(&next).then(|| Section::ALL[next as usize]).filter(|_| state.filter.is_none());
    // past an empty one
    let beside = beside.map(|one| match state.total(one) {
        0 if (0..3).contains(&(next + by)) => Section::ALL[(next + by) as usize],
        _ => one,
    });
    match beside {
        Some(section) if leaves && state.total(section) > 0 => {
            let end = state.total(section) - 1;
            state.places[section as usize].at = if by < 0 { end } else { 0 };
            switch(state, section)
        }
        _ => go(state, by),
    }
}

/// The selection `by` rows further in its section.
pub fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let last = state.total(state.section).saturating_sub(1) as isize;
    let place = &mut state.places[state.section as usize];
    let then = (place.at as isize).saturating_add(by).clamp(0, last) as usize;
    if then == place.at {
        return vec![];
    }
    place.at = then;
    reveal(state);
    vec![Effect::Redraw]
}

fn reveal(state: &mut State) {
    let rows = drawn(state, state.section).max(1);
    let place = &mut state.places[state.section as usize];
    place.top = place.top.clamp((place.at + 1).saturating_sub(rows), place.at);
}

/// Whether the selection is among the rows that are drawn; the wheel may have left it behind.
pub fn in_sight(state: &State) -> bool {
    let place = state.place(state.section);
    (place.top..place.top + drawn(state, state.section).max(1)).contains(&place.at)
}

/// Selection and scroll brought back to what there is, after the lists or the pane have changed; with `follow` the
/// selection is in sight then.
pub fn settle(state: &mut State, follow: bool) {
    if state.total(state.section) == 0 && state.filter.is_none() && state.link == crate::state::Link::Alive {
        state.section = Section::Files;
    }
    for section in Section::ALL {
        let (total, rows) = (state.total(section), drawn(state, section));
        let place = &mut state.places[section as usize];
        place.at = place.at.min(total.saturating_sub(1));
        place.top = place.top.min(total.saturating_sub(rows));
    }
    if follow {
        reveal(state);
    }
}

fn fold(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.selected_row().cloned() else { return vec![] };
    if row.kind == Kind::Unfolded {
        return tell(state, &Told::Fold { path: row.path, open: false });
    }
    match state.tree.find(|one| one.path == row.parent()) {
        Some(parent) => go(state, parent as isize - state.place(Section::Files).at as isize),
        None => vec![],
    }
}

fn unfold(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.selected_row().cloned() else { return vec![] };
    match row.kind {
        Kind::Folded => tell(state, &Told::Fold { path: row.path, open: true }),
        Kind::Unfolded => go(state, 1),
        Kind::File => vec![],
    }
}

/// Open the file, fold the directory, resume the conversation, send the command.
pub fn enter(state: &mut State) -> Vec<Effect> {
    if !state.up_to_date() {
        state.wants_enter = true;
        return vec![];
    }
    let at = state.place(state.section).at;
    let told = match state.section {
        Section::Files => state.tree.row(at).map(|row| match row.kind {
            Kind::File => Told::OpenFile { path: row.path.clone() },
            kind => Told::Fold { path: row.path.clone(), open: kind == Kind::Folded },
        }),
        Section::Conversations => state.talks.row(at).map(|talk| Told::Resume { conversation: talk.id.clone() }),
        Section::Commands => state
            .commands
            .row(at)
            .map(|command| Told::SendCommand { terminal: command.terminal.clone(), number: command.number }),
    };
    told.map_or(vec![], |told| tell(state, &told))
}

fn on_path(state: &mut State, what: impl FnOnce(String) -> Told) -> Vec<Effect> {
    let Some(row) = state.selected_row() else { return vec![] };
    let told = what(row.path.clone());
    tell(state, &told)
}

/// The rows that are drawn of each section.
pub fn wanted(state: &State) -> Wanted {
    let rows = layout(state).rows;
    Section::ALL.map(|section| (state.place(section).top, rows[section as usize]))
}

/// Asks for other rows, when those that are drawn (and a few around them) are not here. The same rows are asked
/// for once only.
pub fn view(state: &mut State) -> Vec<Effect> {
    let wanted = wanted(state);
    let here = wanted.iter().zip(Section::ALL).all(|((first, rows), section)| {
        let (from, until) = (first.saturating_sub(MARGIN), first + rows + MARGIN);
        *rows == 0
            || match section {
                Section::Files => state.tree.holds(from, until),
                Section::Conversations => state.talks.holds(from, until),
                Section::Commands => state.commands.holds(from, until),
            }
    });
    if here || state.asked == Some(wanted) {
        return vec![];
    }
    let effects = tell(state, &Told::View { wanted });
    if !effects.is_empty() {
        state.asked = Some(wanted);
    }
    effects
}
