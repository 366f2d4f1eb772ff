//! The rows of the three sections as lines.

use crate::render::{Line, Role};
use crate::state::{Activity, Command, Kind, Row, Section, State, Talk};
use crate::text::{fit, harmless, width};

/// Stands beside a file that the assistant changed in this conversation.
pub const TOUCHED: char = '●';

/// Row `index` of `section`, or what stands in its place.
pub fn line(state: &State, section: Section, index: usize) -> Line {
    let columns = state.columns;
    let selected = state.section == section && state.place(section).at == index;
    let drawn = match section {
        Section::Files if state.is_flat() => state.tree.row(index).map(|row| found(columns, row)),
        Section::Files => state.tree.row(index).map(|row| file(columns, row)),
        Section::Conversations => state.talks.row(index).map(|one| talk(columns, one)),
        Section::Commands => state.commands.row(index).map(|one| command(columns, one)),
    };
    let mut line = match drawn {
        Some(line) => line,
        None if index < state.total(section) => Line::of("…", columns, Some(Role::Dim)),
        None => return Line::of(if index == 0 { nothing(state, section) } else { "" }, columns, Some(Role::Dim)),
    };
    line.selected = selected;
    if selected {
        line.fill(columns);
    }
    line
}

fn nothing(state: &State, section: Section) -> &'static str {
    let looks = state.filter.as_ref().is_some_and(|filter| filter.section == section && !filter.query.is_empty());
    match section {
        _ if looks && state.up_to_date() => "(nothing fits)",
        _ if looks => "…",
        Section::Files if state.planted => "(no files)",
        Section::Files => "",
        _ => "(none yet)",
    }
}

fn mark_role(mark: char) -> Role {
    match mark {
        'A' | '?' => Role::Good,
        'D' | 'U' => Role::Bad,
        _ => Role::Changed,
    }
}

fn file(columns: usize, row: &Row) -> Line {
    let mut line = Line::default();
    // two columns a level, but never more than a third of the pane
    let indent = (row.depth() * 2).min(columns / 3);
    line.add(&" ".repeat(indent), None);
    let (sign, role) = match row.kind {
        Kind::Folded => ("▸ ", Some(Role::Directory)),
        Kind::Unfolded => ("▾ ", Some(Role::Directory)),
        Kind::File => ("  ", None),
    };
    line.add(&fit(sign, columns.saturating_sub(indent)), role);
    let role = if row.mark == ' ' { role } else { Some(mark_role(row.mark)) };
    line.add(&fit(row.name(), columns.saturating_sub(indent + 2 + right_of(row))), role);
    marks(&mut line, columns, row);
    line
}

/// Columns that the marks at the right edge need.
fn right_of(row: &Row) -> usize {
    2 + 2 * usize::from(row.touched)
}

fn marks(line: &mut Line, columns: usize, row: &Row) {
    if row.touched {
        let mark = harmless(&row.mark.to_string());
        let text = format!("{TOUCHED} {mark}");
        let used = width(&line.text);
        if used + 3 < columns {
            line.add(&" ".repeat(columns - used - 3), None);
            line.add(&text[..text.len() - mark.len()], Some(Role::Busy));
            line.add(&mark, Some(mark_role(row.mark)));
        }
    } else if row.mark != ' ' {
        line.add_right(&harmless(&row.mark.to_string()), columns, mark_role(row.mark));
    }
}

/// A file that a filter has found: its name, then where it is.
fn found(columns: usize, row: &Row) -> Line {
    let mut line = Line::default();
    let room = columns.saturating_sub(right_of(row));
    let role = if row.mark == ' ' { None } else { Some(mark_role(row.mark)) };
    line.add(&fit(row.name(), room), role);
    let left = room.saturating_sub(width(&line.text) + 1);
    if left >= 4 && !row.parent().is_empty() {
        line.add(" ", None);
        line.add(&fit_end(row.parent(), left), Some(Role::Dim));
    }
    marks(&mut line, columns, row);
    line
}

/// The end of `text` where it does not fit: what is nearest to the file says most.
fn fit_end(text: &str, columns: usize) -> String {
    let text = harmless(text);
    if width(&text) <= columns {
        return text;
    }
    let mut kept: Vec<char> = Vec::new();
    let mut used = 1;
    for c in text.chars().rev() {
        used += crate::text::char_width(c);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept.iter().rev().collect()
}

fn talk(columns: usize, talk: &Talk) -> Line {
    let mut line = Line::default();
    let (sign, role) = match talk.activity {
        Activity::Thinking => ("◐ ", Role::Busy),
        Activity::Tool => ("▶ ", Role::Busy),
        Activity::Waiting => ("? ", Role::Bad),
        Activity::Idle if talk.current => ("● ", Role::Good),
        Activity::Idle => ("  ", Role::Dim),
    };
    line.add(&fit(sign, columns), Some(role));
    let age = if columns >= 20 { fit(&talk.age, 8) } else { String::new() };
    let room = columns.saturating_sub(2 + if age.is_empty() { 0 } else { width(&age) + 2 });
    let role = if talk.current { Some(Role::Title) } else { None };
    line.add(&fit(&talk.name, room), role);
    line.add_right(&age, columns, Role::Dim);
    line
}

fn command(columns: usize, command: &Command) -> Line {
    let mut line = Line::default();
    let (sign, role) = match command.status {
        None => ("… ".to_string(), Role::Busy),
        Some(0) => ("✓ ".to_string(), Role::Good),
        Some(status) => (format!("✗ {status} "), Role::Bad),
    };
    line.add(&fit(&sign, columns), Some(role));
    let files = match command.files {
        Some(1) if columns >= 36 => "1 file".to_string(),
        Some(count) if count > 0 && columns >= 36 => format!("{count} files"),
        Some(count) if count > 0 && columns >= 16 => format!("±{count}"),
        _ => String::new(),
    };
    let taken = width(&sign) + if files.is_empty() { 0 } else { width(&files) + 2 };
    line.add(&fit(&command.text, columns.saturating_sub(taken)), None);
    line.add_right(&files, columns, Role::Changed);
    line
}
