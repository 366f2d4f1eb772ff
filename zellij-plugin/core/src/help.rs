//! The keys as the pane tells them: all of them with `?`, the most useful ones at its foot.

use crate::state::{Section, State};

pub const KEYS: [(&str, &str); 13] = [
    ("↑ ↓  j k", "move"),
    ("← →  h l", "fold, unfold"),
    ("PgUp PgDn", "a page"),
    ("Home End  g G", "first, last"),
    ("Tab  1 2 3", "next section, this section"),
    ("Enter", "open the file, resume the conversation, send the command's output"),
    ("d", "what the assistant changed in the file (●), else Git's diff; q closes it"),
    ("a", "@path into the assistant's input"),
    ("/", "filter; Tab keeps it, Esc ends it"),
    ("click", "select, fold"),
    ("double click", "Enter"),
    ("wheel", "scroll"),
    ("Alt-Shift-a", "in any pane: send what it has printed"),
];

/// Keys for the line at the foot, the most important first.
pub fn foot(state: &State) -> Vec<(&'static str, &'static str)> {
    match (&state.filter, state.section) {
        (Some(filter), _) if filter.typing => vec![("Enter", "open"), ("Tab", "keep"), ("Esc", "end")],
        (Some(_), _) => vec![("Esc", "end"), ("/", "edit"), ("?", "keys")],
        (None, Section::Files) => vec![("?", "keys"), ("/", "filter"), ("d", "diff"), ("a", "@"), ("Tab", "next")],
        (None, Section::Conversations) => vec![("?", "keys"), ("Enter", "resume"), ("/", "filter"), ("Tab", "next")],
        (None, Section::Commands) => vec![("?", "keys"), ("Enter", "send"), ("/", "filter"), ("Tab", "next")],
    }
}
