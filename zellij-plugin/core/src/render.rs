//! The pane as lines of text, each with the parts that stand out. No colours here: the plugin names the theme's.

use crate::state::{Activity, Command, Grant, Kind, Link, Row, Selected, State};
use crate::text::{fit, harmless, width, wrap};

/// Why a part of a line stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Title,
    Dim,
    Good,
    Bad,
    Busy,
    Changed,
    Directory,
}

/// One line; a part is `(first character, end, role)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub parts: Vec<(usize, usize, Role)>,
    pub selected: bool,
}

impl Line {
    fn add(&mut self, text: &str, role: Option<Role>) {
        let from = self.text.chars().count();
        self.text.push_str(text);
        if let Some(role) = role {
            self.parts.push((from, self.text.chars().count(), role));
        }
    }

    fn of(text: &str, columns: usize, role: Option<Role>) -> Line {
        let mut line = Line::default();
        line.add(&fit(text, columns), role);
        line
    }

    /// `text` at the right edge, where there is room for it.
    fn add_right(&mut self, text: &str, columns: usize, role: Role) {
        let used = width(&self.text);
        if !text.is_empty() && used + width(text) < columns {
            self.add(&" ".repeat(columns - used - width(text)), None);
            self.add(text, Some(role));
        }
    }
}

/// As many lines as the pane has rows, none wider than the pane.
pub fn render(state: &State) -> Vec<Line> {
    let (rows, columns) = (state.rows, state.columns);
    if rows == 0 || columns == 0 {
        return vec![];
    }
    let mut lines = match state.grant {
        Grant::Given => explorer(state),
        Grant::Asked => words(state, "PiCode's explorer waits for Zellij's question about permissions: press y with this pane focused."),
        Grant::Denied => words(
            state,
            "The explorer has no permission to show anything. The assistant and the terminal work without it. Press Enter here to be asked again.",
        ),
    };
    lines.resize(rows, Line::default());
    lines
}

fn words(state: &State, text: &str) -> Vec<Line> {
    wrap(text, state.columns).into_iter().map(|text| Line::of(&text, state.columns, None)).collect()
}

fn explorer(state: &State) -> Vec<Line> {
    let mut lines = head(state);
    lines.truncate(state.head_rows());
    lines.resize(state.head_rows(), Line::default());
    lines.extend((0..state.tree_rows()).map(|line| tree_line(state, state.top + line)));
    if state.notice_rows() == 1 {
        lines.push(Line::of(&state.notice, state.columns, Some(Role::Busy)));
    }
    lines.extend(commands(state));
    lines
}

fn head(state: &State) -> Vec<Line> {
    let columns = state.columns;
    let status = &state.status;
    let (text, role) = match (state.link, status.activity) {
        (Link::Never, _) => ("○ not connected", Some(Role::Dim)),
        (Link::Lost, _) => ("○ PiCode is away", Some(Role::Bad)),
        (Link::Alive, Activity::Idle) => ("● idle", Some(Role::Good)),
        (Link::Alive, Activity::Thinking) => ("◐ thinking", Some(Role::Busy)),
        (Link::Alive, Activity::Tool) => ("▶ running a tool", Some(Role::Busy)),
        (Link::Alive, Activity::Waiting) => ("? waiting for you", Some(Role::Bad)),
    };
    let mut first = Line::of(text, columns, role);
    let cost = cost(status.cost);
    let mut second = Line::of(model(&status.model, columns.saturating_sub(width(&cost) + 1)), columns, Some(Role::Dim));
    if state.link == Link::Alive {
        if status.queued > 0 {
            first.add_right(&format!("{} queued", status.queued), columns, Role::Dim);
        }
        second.add_right(&cost, columns, Role::Dim);
    }
    let mut project = Line::of(&state.project, columns, Some(Role::Title));
    let room = columns.saturating_sub(width(&project.text) + 2);
    if room >= 4 {
        project.add_right(&fit(&state.branch, room), columns, Role::Dim);
    }
    vec![first, second, Line::default(), project]
}

/// Without its provider where there is no room for both.
fn model(name: &str, columns: usize) -> &str {
    match name.split_once('/') {
        Some((_, model)) if width(name) > columns => model,
        _ => name,
    }
}

/// US dollars, as precise as the amount deserves; nothing for nothing.
fn cost(dollars: f64) -> String {
    if dollars <= 0.0 || !dollars.is_finite() {
        String::new()
    } else if dollars < 0.01 {
        format!("${dollars:.4}")
    } else {
        format!("${dollars:.2}")
    }
}

fn tree_line(state: &State, index: usize) -> Line {
    let selected = state.selected == Selected::Tree(index);
    match state.tree.row(index) {
        Some(row) => row_line(state.columns, row, selected),
        None if index < state.tree.total => Line { selected, ..Line::of("…", state.columns, Some(Role::Dim)) },
        None if index == 0 && state.planted => Line::of("(no files)", state.columns, Some(Role::Dim)),
        None => Line::default(),
    }
}

fn row_line(columns: usize, row: &Row, selected: bool) -> Line {
    let mut line = Line { selected, ..Line::default() };
    // two columns a level, but never more than a third of the pane
    let indent = (row.depth() * 2).min(columns / 3);
    line.add(&" ".repeat(indent.min(columns)), None);
    let (sign, role) = match row.kind {
        Kind::Folded => ("▸ ", Some(Role::Directory)),
        Kind::Unfolded => ("▾ ", Some(Role::Directory)),
        Kind::File => ("  ", None),
    };
    let room = columns.saturating_sub(indent + 4);
    line.add(&fit(sign, columns.saturating_sub(indent)), role);
    let role = if row.mark == ' ' { role } else { Some(mark_role(row.mark)) };
    line.add(&fit(row.name(), room), role);
    if row.mark != ' ' {
        line.add_right(&harmless(&row.mark.to_string()), columns, mark_role(row.mark));
    } else if selected {
        let rest = columns.saturating_sub(width(&line.text));
        line.add(&" ".repeat(rest), None);
    }
    line
}

fn mark_role(mark: char) -> Role {
    match mark {
        'A' | '?' => Role::Good,
        'D' | 'U' => Role::Bad,
        _ => Role::Changed,
    }
}

fn commands(state: &State) -> Vec<Line> {
    if state.command_rows() == 0 {
        return vec![];
    }
    let mut lines = vec![Line::default(), Line::of("Last commands", state.columns, Some(Role::Title))];
    let hidden = state.commands.len() - state.drawn_commands().len();
    for (index, command) in state.drawn_commands().iter().enumerate() {
        lines.push(command_line(state.columns, command, state.selected == Selected::Command(hidden + index)));
    }
    lines
}

fn command_line(columns: usize, command: &Command, selected: bool) -> Line {
    let mut line = Line { selected, ..Line::default() };
    let (sign, role) = match command.status {
        None => ("… ".to_string(), Role::Busy),
        Some(0) => ("✓ ".to_string(), Role::Good),
        Some(status) => (format!("✗ {status} "), Role::Bad),
    };
    line.add(&fit(&sign, columns), Some(role));
    line.add(&fit(&command.text, columns.saturating_sub(width(&sign))), None);
    if selected {
        let rest = columns.saturating_sub(width(&line.text));
        line.add(&" ".repeat(rest), None);
    }
    line
}
