//! The filter: what is typed goes to the daemon, which looks through the whole list and sends what fits.

use crate::keys::{self, Key};
use crate::lines::Told;
use crate::state::{Filter, Place, State};
use crate::step::{tell, Effect};

const LONGEST: usize = 200;

/// `/`: from now on letters go into the query.
pub fn open(state: &mut State) -> Vec<Effect> {
    match &mut state.filter {
        Some(filter) => filter.typing = true,
        None => {
            let (section, before) = (state.section, state.place(state.section));
            state.filter = Some(Filter { section, query: String::new(), typing: true, before });
        }
    }
    keys::settle(state, true);
    vec![Effect::Redraw]
}

/// A key while the query is written; `None` when it means the same as ever (arrows, pages).
pub fn typed(state: &mut State, key: Key) -> Option<Vec<Effect>> {
    let filter = state.filter.as_mut()?;
    match key {
        Key::Char(letter) if filter.query.chars().count() < LONGEST => filter.query.push(letter),
        Key::Char(_) => return Some(vec![]),
        Key::Backspace if filter.query.is_empty() => return Some(close(state)),
        Key::Backspace => {
            filter.query.pop();
        }
        Key::Tab | Key::BackTab => {
            filter.typing = false;
            return Some(vec![Effect::Redraw]);
        }
        Key::Left | Key::Right => return Some(vec![]),
        _ => return None,
    }
    let told = Told::Filter { section: filter.section, query: filter.query.clone() };
    state.places[state.section as usize] = Place::default();
    let mut effects = tell(state, &told);
    effects.push(Effect::Redraw);
    Some(effects)
}

/// All rows again, and the selection where it was.
pub fn close(state: &mut State) -> Vec<Effect> {
    let Some(filter) = state.filter.take() else { return vec![] };
    state.places[filter.section as usize] = filter.before;
    state.wants_enter = false;
    let mut effects = vec![];
    if !filter.query.is_empty() {
        effects = tell(state, &Told::Filter { section: filter.section, query: String::new() });
    }
    effects.push(Effect::Redraw);
    effects
}
