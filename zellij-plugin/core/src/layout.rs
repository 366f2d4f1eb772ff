//! Which lines of the pane belong to what, for every size.

use crate::state::{Section, State};
use crate::text::wrap;

/// From this height on all three sections are on the pane; below, only the one in use.
const STACKED: usize = 12;
/// From here on there is a blank line above each title, and a line with keys at the foot.
const ROOMY: usize = 18;
/// Rows that the files keep while another section is in use.
const FILES_KEEP: usize = 3;

/// Lines from the top of the pane to its foot; `titles` and `rows` by section, in its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub head: usize,
    /// The line of `Files  Conversations  Commands`, where the sections take turns.
    pub tabs: bool,
    pub gap: bool,
    pub titles: [bool; 3],
    pub rows: [usize; 3],
    pub filter: bool,
    /// Lines.
    pub notice: usize,
    pub keys: bool,
}

/// What stands on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Head(usize),
    Tabs,
    Gap,
    Title(Section),
    Filter,
    /// The row on this line of the section, counted from the first one that is drawn.
    Row(Section, usize),
    /// A line of what is told at the foot.
    Notice(usize),
    Keys,
}

pub fn layout(state: &State) -> Layout {
    let mut made = Layout { notice: notice(state), ..Layout::default() };
    if state.rows >= STACKED {
        stacked(state, &mut made);
    } else {
        made.head = state.rows.min(1);
        made.tabs = state.rows >= 4;
        made.filter = state.filter.is_some() && state.rows >= 2;
        let used = made.head + usize::from(made.tabs) + usize::from(made.filter) + made.notice;
        made.rows[state.section as usize] = state.rows.saturating_sub(used);
    }
    made
}

/// A sentence gets as many lines as it needs, up to a sixth of the pane.
fn notice(state: &State) -> usize {
    if state.notice.is_empty() || state.rows < 5 {
        return 0;
    }
    wrap(&state.notice, state.columns).len().min((state.rows / 6).max(1))
}

fn stacked(state: &State, made: &mut Layout) {
    made.head = 4;
    made.gap = state.rows >= ROOMY;
    made.keys = state.rows >= ROOMY;
    made.filter = state.filter.is_some();
    let used = made.head + usize::from(made.keys) + usize::from(made.filter) + made.notice;
    let rest = state.rows - used;
    let mut left = rest;
    for section in [Section::Conversations, Section::Commands] {
        let (total, used_now) = (state.total(section), state.section == section);
        if total == 0 && !used_now {
            continue;
        }
        let title = 1 + usize::from(made.gap);
        let share = match (used_now, state.section, section) {
            (true, ..) => rest * 2 / 3,
            (false, Section::Files, Section::Commands) => rest / 3,
            (false, Section::Files, _) => rest / 5,
            _ => rest / 6,
        };
        let most = left.saturating_sub(FILES_KEEP + title);
        made.titles[section as usize] = true;
        made.rows[section as usize] = total.max(1).min(share.saturating_sub(title).max(1)).min(most);
        left = left.saturating_sub(title + made.rows[section as usize]);
    }
    made.rows[Section::Files as usize] = left;
}

impl Layout {
    /// Each line of the pane in turn.
    pub fn spots(&self, section: Section) -> Vec<Spot> {
        let mut out: Vec<Spot> = (0..self.head).map(Spot::Head).collect();
        if self.tabs {
            out.push(Spot::Tabs);
        }
        for each in Section::ALL {
            if self.titles[each as usize] {
                out.extend(self.gap.then_some(Spot::Gap));
                out.push(Spot::Title(each));
            }
            if self.filter && each == section {
                out.push(Spot::Filter);
            }
            out.extend((0..self.rows[each as usize]).map(|line| Spot::Row(each, line)));
        }
        out.extend((0..self.notice).map(Spot::Notice));
        out.extend(self.keys.then_some(Spot::Keys));
        out
    }
}

/// How many rows of each section are drawn.
pub fn drawn(state: &State, section: Section) -> usize {
    layout(state).rows[section as usize]
}
