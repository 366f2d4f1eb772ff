//! Keys and the mouse: where the selection goes, and what is done with what it stands on.

use crate::lines::Told;
use crate::state::{Kind, Selected, State};
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
    Char(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    Click { line: usize },
    WheelUp(usize),
    WheelDown(usize),
}

/// Rows that are asked for above and below those that are drawn.
const MARGIN: usize = 8;

pub fn pressed(state: &mut State, key: Key) -> Vec<Effect> {
    let page = state.tree_rows().saturating_sub(1).max(1) as isize;
    match key {
        Key::Up | Key::Char('k') => go(state, -1),
        Key::Down | Key::Char('j') => go(state, 1),
        Key::PageUp => go(state, -page),
        Key::PageDown => go(state, page),
        Key::Home | Key::Char('g') => go(state, isize::MIN / 2),
        Key::End | Key::Char('G') => go(state, isize::MAX / 2),
        Key::Left | Key::Char('h') => fold(state),
        Key::Right | Key::Char('l') => unfold(state),
        Key::Enter => enter(state),
        Key::Char('a') => insert(state),
        Key::Char(_) => vec![],
    }
}

/// Selection and scroll moved by the wheel, or by a click; a click on a directory folds it, a click on what is
/// selected already does what Enter does.
pub fn clicked(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let line = match mouse {
        Mouse::WheelUp(lines) => return scroll(state, -(lines.min(1000) as isize)),
        Mouse::WheelDown(lines) => return scroll(state, lines.min(1000) as isize),
        Mouse::Click { line } => line,
    };
    let Some(target) = at_line(state, line) else { return vec![] };
    let again = state.selected == target;
    state.selected = target;
    let directory =
        matches!(target, Selected::Tree(index) if state.tree.row(index).is_some_and(|row| row.kind != Kind::File));
    let mut effects = vec![Effect::Redraw];
    if again || directory {
        effects.extend(enter(state));
    }
    effects
}

/// What is drawn on `line` of the pane.
fn at_line(state: &State, line: usize) -> Option<Selected> {
    let head = state.head_rows();
    if line < head {
        return None;
    }
    if line < head + state.tree_rows() {
        let index = state.top + line - head;
        return (index < state.tree.total).then_some(Selected::Tree(index));
    }
    let from = state.rows.checked_sub(state.drawn_commands().len())?;
    let hidden = state.commands.len() - state.drawn_commands().len();
    (line >= from && line < state.rows).then(|| Selected::Command(hidden + line - from))
}

fn scroll(state: &mut State, lines: isize) -> Vec<Effect> {
    let before = state.top;
    let last = state.tree.total.saturating_sub(state.tree_rows()) as isize;
    state.top = (state.top as isize + lines).clamp(0, last) as usize;
    if state.top == before {
        return vec![];
    }
    vec![Effect::Redraw]
}

/// The selection `by` rows further, through the tree and on into the commands.
fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let (total, drawn) = (state.tree.total as isize, state.drawn_commands().len() as isize);
    let hidden = state.commands.len() as isize - drawn;
    let now = match state.selected {
        Selected::Tree(index) => index as isize,
        Selected::Command(index) => total + index as isize - hidden,
    };
    let then = now.saturating_add(by).clamp(0, (total + drawn - 1).max(0));
    let selected = if then < total || drawn == 0 {
        Selected::Tree(then as usize)
    } else {
        Selected::Command((then - total + hidden) as usize)
    };
    if selected == state.selected {
        return vec![];
    }
    state.selected = selected;
    reveal(state);
    vec![Effect::Redraw]
}

fn reveal(state: &mut State) {
    if let Selected::Tree(index) = state.selected {
        let rows = state.tree_rows().max(1);
        state.top = state.top.clamp((index + 1).saturating_sub(rows), index);
    }
}

/// Selection and scroll brought back to what there is, after the tree or the pane has changed.
pub fn settle(state: &mut State) {
    state.top = state.top.min(state.tree.total.saturating_sub(state.tree_rows()));
    let first = state.commands.len() - state.drawn_commands().len();
    match state.selected {
        Selected::Tree(index) => {
            state.selected = Selected::Tree(index.min(state.tree.total.saturating_sub(1)));
        }
        Selected::Command(_) if first == state.commands.len() => {
            state.selected = Selected::Tree(state.tree.total.saturating_sub(1));
        }
        Selected::Command(index) => {
            state.selected = Selected::Command(index.clamp(first, state.commands.len() - 1));
        }
    }
    reveal(state);
}

fn fold(state: &mut State) -> Vec<Effect> {
    let Selected::Tree(index) = state.selected else { return vec![] };
    let Some(row) = state.tree.row(index).cloned() else { return vec![] };
    if row.kind == Kind::Unfolded {
        return tell(state, &Told::Fold { path: row.path, open: false });
    }
    match state.tree.find(row.parent()) {
        Some(parent) => go(state, parent as isize - index as isize),
        None => vec![],
    }
}

fn unfold(state: &mut State) -> Vec<Effect> {
    let Selected::Tree(index) = state.selected else { return vec![] };
    let Some(row) = state.tree.row(index).cloned() else { return vec![] };
    match row.kind {
        Kind::Folded => tell(state, &Told::Fold { path: row.path, open: true }),
        Kind::Unfolded => go(state, 1),
        Kind::File => vec![],
    }
}

fn enter(state: &mut State) -> Vec<Effect> {
    let told = match state.selected {
        Selected::Tree(index) => state.tree.row(index).map(|row| match row.kind {
            Kind::File => Told::OpenFile { path: row.path.clone() },
            kind => Told::Fold { path: row.path.clone(), open: kind == Kind::Folded },
        }),
        Selected::Command(index) => state
            .commands
            .get(index)
            .map(|command| Told::SendCommand { terminal: command.terminal.clone(), number: command.number }),
    };
    told.map_or(vec![], |told| tell(state, &told))
}

fn insert(state: &mut State) -> Vec<Effect> {
    let Selected::Tree(index) = state.selected else { return vec![] };
    let Some(row) = state.tree.row(index) else { return vec![] };
    let path = row.path.clone();
    tell(state, &Told::Insert { path })
}

/// Asks for other rows of the tree, when those that are drawn (and a few around them) are not here. The same
/// rows are asked for once only.
pub fn view(state: &mut State) -> Vec<Effect> {
    let (first, rows) = (state.top, state.tree_rows());
    let window = &state.tree;
    let from = first.saturating_sub(MARGIN);
    let until = (first + rows + MARGIN).min(window.total);
    let here = window.first <= from && until <= window.first + window.rows.len();
    if here || rows == 0 || state.asked == Some((first, rows)) {
        return vec![];
    }
    let effects = tell(state, &Told::View { first, rows });
    if !effects.is_empty() {
        state.asked = Some((first, rows));
    }
    effects
}
