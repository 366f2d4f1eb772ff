//! The pane as lines of text, each with the parts that stand out. No colours here: the plugin names the theme's.

use crate::help;
use crate::layout::{layout, Spot};
use crate::rows;
use crate::state::{Activity, Grant, Link, Section, State};
use crate::text::{fit, width, wrap};

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
    pub fn add(&mut self, text: &str, role: Option<Role>) {
        let from = self.text.chars().count();
        self.text.push_str(text);
        if let Some(role) = role.filter(|_| !text.is_empty()) {
            self.parts.push((from, self.text.chars().count(), role));
        }
    }

    pub fn of(text: &str, columns: usize, role: Option<Role>) -> Line {
        let mut line = Line::default();
        line.add(&fit(text, columns), role);
        line
    }

    /// `text` at the right edge, where there is room for it.
    pub fn add_right(&mut self, text: &str, columns: usize, role: Role) {
        let used = width(&self.text);
        if !text.is_empty() && used + width(text) < columns {
            self.add(&" ".repeat(columns - used - width(text)), None);
            self.add(text, Some(role));
        }
    }

    /// Blanks up to the right edge.
    pub fn fill(&mut self, columns: usize) {
        self.add(&" ".repeat(columns.saturating_sub(width(&self.text))), None);
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
    if state.help {
        return keys(state);
    }
    let head = head(state);
    let spots = layout(state).spots(state.section);
    spots.into_iter().map(|spot| line(state, spot, &head)).collect()
}

fn line(state: &State, spot: Spot, head: &[Line]) -> Line {
    match spot {
        Spot::Head(at) => head.get(at).cloned().unwrap_or_default(),
        Spot::Tabs => tabs(state),
        Spot::Gap => Line::default(),
        Spot::Title(section) => title(state, section),
        Spot::Filter => filter(state),
        Spot::Row(section, at) => rows::line(state, section, state.place(section).top + at),
        Spot::Notice(at) => notice(state, at),
        Spot::Keys => foot(state),
    }
}

fn notice(state: &State, at: usize) -> Line {
    let lines = wrap(&state.notice, state.columns);
    // the last line of several shows that there is more
    let text = if at + 1 == layout(state).notice { lines[at..].join(" ") } else { lines[at].clone() };
    Line::of(&text, state.columns, Some(Role::Busy))
}

/// The section's name, and what is to be known of all of it.
fn title(state: &State, section: Section) -> Line {
    let role = if state.section == section { Role::Title } else { Role::Dim };
    let mut line = Line::of(section.title(), state.columns, Some(role));
    match (section, state.paused, state.terminals) {
        (Section::Commands, 0, _) | (Section::Files, ..) => {}
        (Section::Commands, _, 0 | 1) => line.add_right("paused", state.columns, Role::Bad),
        (Section::Commands, paused, all) => {
            line.add_right(&format!("{paused} of {all} paused"), state.columns, Role::Bad);
            if width(&line.text) == width(section.title()) {
                line.add_right("paused", state.columns, Role::Bad);
            }
        }
        (Section::Conversations, ..) => line.add_right(&state.talks.total.to_string(), state.columns, Role::Dim),
    }
    line
}

/// The names of the sections where there is room, else the one in use; with each, where it begins and ends.
fn tab_parts(state: &State) -> Vec<(Section, usize, String)> {
    let whole: usize = Section::ALL.iter().map(|section| section.title().len() + 4).sum();
    let mut column = 0;
    let mut parts = vec![];
    for section in Section::ALL {
        let number = section as usize + 1;
        let text = match (whole <= state.columns + 2, state.section == section) {
            (true, _) => format!("{number} {}", section.title()),
            (false, true) => fit(&format!("{number} {}", section.title()), state.columns.saturating_sub(4)),
            (false, false) => number.to_string(),
        };
        let next = column + width(&text) + if whole <= state.columns + 2 { 2 } else { 1 };
        parts.push((section, column, text));
        column = next;
    }
    parts
}

fn tabs(state: &State) -> Line {
    let mut line = Line::default();
    for (section, column, text) in tab_parts(state) {
        if column + width(&text) > state.columns {
            break;
        }
        line.fill(column);
        line.add(&text, Some(if section == state.section { Role::Title } else { Role::Dim }));
    }
    line
}

/// The section whose name is drawn at `column` of the tabs.
pub fn tab_at(state: &State, column: usize) -> Option<Section> {
    let parts = tab_parts(state);
    parts.into_iter().find(|(_, from, text)| (*from..from + width(text)).contains(&column)).map(|part| part.0)
}

fn filter(state: &State) -> Line {
    let Some(filter) = &state.filter else { return Line::default() };
    let count = match state.total(filter.section) {
        _ if !state.up_to_date() => "…".to_string(),
        _ if filter.query.is_empty() => String::new(),
        total => total.to_string(),
    };
    let cursor = if filter.typing { "▏" } else { "" };
    let room = state.columns.saturating_sub(width(cursor) + width(&count) + 2).max(2);
    let mut line = Line::default();
    line.add(&fit("/", state.columns), Some(Role::Busy));
    // the end of what was typed is what is looked at
    let query: Vec<char> = filter.query.chars().collect();
    let mut from = 0;
    while from < query.len() && width(&query[from..].iter().collect::<String>()) > room.saturating_sub(1) {
        from += 1;
    }
    let shown: String = query[from..].iter().collect();
    line.add(&fit(&format!("{shown}{cursor}"), state.columns.saturating_sub(1)), Some(Role::Title));
    line.add_right(&count, state.columns, Role::Dim);
    line
}

fn foot(state: &State) -> Line {
    let mut line = Line::default();
    for (key, does) in help::foot(state) {
        let gap = if line.text.is_empty() { 0 } else { 2 };
        if width(&line.text) + gap + width(key) + 1 + width(does) > state.columns {
            break;
        }
        line.add(&" ".repeat(gap), None);
        line.add(key, Some(Role::Title));
        line.add(&format!(" {does}"), Some(Role::Dim));
    }
    line
}

/// All keys; what each does stands below it where the pane is narrow.
fn keys(state: &State) -> Vec<Line> {
    let columns = state.columns;
    let wide = help::KEYS.iter().map(|(key, _)| width(key)).max().unwrap_or(0) + 2;
    let mut lines = vec![];
    for (key, does) in help::KEYS {
        let beside = columns >= wide + 24;
        let mut line = Line::of(key, columns, Some(Role::Title));
        let (indent, room) = if beside { (wide, columns - wide) } else { (2, columns.saturating_sub(2)) };
        for (at, text) in wrap(does, room).into_iter().enumerate() {
            if !beside || at > 0 {
                lines.push(std::mem::take(&mut line));
            }
            line.fill(indent.min(columns));
            line.add(&fit(&text, room), None);
        }
        lines.push(line);
    }
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
        } else if state.paused > 0 && layout(state).tabs {
            first.add_right("paused", columns, Role::Bad);
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
