//! A snapshot taken over: what is drawn anew, and where the selection is afterwards.

use crate::keys;
use crate::lines::{Lists, Snapshot};
use crate::state::{Link, Section, State};

/// What a selected row is known by when the list around it changes.
#[derive(PartialEq)]
enum Known {
    Path(String),
    Talk(String),
    Command(String, usize),
}

fn known(state: &State) -> Option<Known> {
    let at = state.place(state.section).at;
    match state.section {
        Section::Files => state.tree.row(at).map(|row| Known::Path(row.path.clone())),
        Section::Conversations => state.talks.row(at).map(|talk| Known::Talk(talk.id.clone())),
        Section::Commands => {
            state.commands.row(at).map(|command| Known::Command(command.terminal.clone(), command.number))
        }
    }
}

fn find(state: &State, known: &Known) -> Option<usize> {
    match known {
        Known::Path(path) => state.tree.find(|row| row.path == *path),
        Known::Talk(id) => state.talks.find(|talk| talk.id == *id),
        Known::Command(terminal, number) => {
            state.commands.find(|command| command.terminal == *terminal && command.number == *number)
        }
    }
}

/// Whether anything that is drawn has changed.
pub fn take(state: &mut State, snapshot: Snapshot) -> bool {
    let before = drawn(state);
    let (selected, follow) = (known(state), keys::in_sight(state));
    state.link = Link::Alive;
    (state.project, state.branch, state.status) = (snapshot.project, snapshot.branch, snapshot.status);
    (state.paused, state.terminals, state.notice) = (snapshot.paused, snapshot.terminals, snapshot.notice);
    let same_list = snapshot.lists.as_ref().is_none_or(|lists| lists.filtered == state.filtered);
    if let Some(lists) = snapshot.lists {
        replace(state, lists);
    }
    let changed = before != drawn(state);
    if changed {
        state.asked = None;
        // the selection stays on what it stood on, wherever that is now
        if let Some(at) = selected.filter(|_| same_list).and_then(|selected| find(state, &selected)) {
            state.places[state.section as usize].at = at;
        }
        keys::settle(state, follow || !same_list);
    }
    changed
}

fn replace(state: &mut State, lists: Lists) {
    state.planted |= lists.tree.is_some();
    if let Some(tree) = lists.tree {
        state.tree = tree;
    }
    (state.talks, state.commands, state.filtered) = (lists.talks, lists.commands, lists.filtered);
}

/// All of a state that a snapshot may change.
fn drawn(state: &State) -> impl PartialEq {
    (
        (state.link, state.project.clone(), state.branch.clone(), state.status.clone(), state.notice.clone()),
        (state.planted, state.tree.clone(), state.talks.clone(), state.commands.clone()),
        (state.filtered.clone(), state.paused, state.terminals),
    )
}
