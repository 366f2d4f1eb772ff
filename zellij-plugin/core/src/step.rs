//! One input, its effects. Nothing here calls Zellij, reads a clock or waits.

use crate::keys::{self, Key};
use crate::lines::{self, Heard, Snapshot, Told};
use crate::mouse::{self, Mouse};
use crate::state::{Grant, Link, State};
use crate::take::take;

/// Seconds without a snapshot after which the daemon counts as gone; it sends one each 20 at least.
const PATIENCE: f64 = 60.0;

/// A client of the Zellij session.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// The one that this instance draws for.
    pub mine: bool,
    /// The terminal pane that it has focused; `None`: a plugin's.
    pub pane: Option<u32>,
}

/// Where a message came from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A `zellij pipe` process, with the pipe's id.
    Pipe(String),
    Key,
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// `pipe`: the events pipe that an earlier instance in this Zellij session wrote down.
    Loaded {
        plugin: u32,
        client: u32,
        server: u32,
        zellij: String,
        pipe: Option<String>,
    },
    Granted(bool),
    Clients(Vec<Client>),
    /// Zellij's input mode, by name, at a time in milliseconds. It is also told when a client attaches.
    Mode {
        name: String,
        now: u64,
    },
    Key(Key),
    Mouse(Mouse),
    Message {
        source: Source,
        name: String,
        payload: Option<String>,
    },
    Size {
        rows: usize,
        columns: usize,
    },
    Woke,
    Closing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Redraw,
    AskPermission,
    /// Subscribe to what Zellij tells only to those who may know.
    Listen,
    ListClients,
    /// KDL for Zellij's configuration, in memory only.
    Configure(String),
    /// Hold the `zellij pipe` process of this id.
    Block(String),
    Unblock(String),
    Write {
        pipe: String,
        line: String,
    },
    /// Write the events pipe's id down for the instances that come later.
    Remember(String),
    Wake(f64),
}

/// The modes in which people detach.
const DETACHING: [&str; 2] = ["Session", "Tmux"];

/// Milliseconds within which Zellij tells the mode again after a binding.
const ECHO: u64 = 500;

pub fn step(state: &mut State, input: Input) -> Vec<Effect> {
    let mut effects = match input {
        Input::Loaded { plugin, client, server, zellij, pipe } => {
            (state.plugin, state.client, state.server) = (plugin, client, server);
            (state.zellij, state.events_pipe) = (zellij, pipe);
            vec![]
        }
        Input::Granted(given) => granted(state, given),
        Input::Clients(clients) => listed(state, &clients),
        Input::Mode { name, now } => mode(state, name, now),
        Input::Key(Key::Enter) if state.grant == Grant::Denied => vec![Effect::AskPermission],
        Input::Key(_) if state.grant != Grant::Given => vec![],
        Input::Key(key) => revived(state, |state| keys::pressed(state, key)),
        Input::Mouse(mouse) => revived(state, |state| mouse::clicked(state, mouse)),
        Input::Message { source, name, payload } => message(state, source, &name, payload),
        Input::Size { rows, columns } => sized(state, rows, columns),
        Input::Woke => woke(state),
        Input::Closing => {
            let mut effects = tell(state, &Told::Gone);
            effects.extend(state.events_pipe.take().filter(|_| state.mine != Some(false)).map(Effect::Unblock));
            effects
        }
    };
    effects.extend(keys::view(state));
    effects
}

/// The line goes out when there is a pipe for it and this instance is nobody's orphan.
pub fn tell(state: &mut State, told: &Told) -> Vec<Effect> {
    if state.mine == Some(false) || state.grant != Grant::Given {
        return vec![];
    }
    let Some(pipe) = state.events_pipe.clone() else { return vec![] };
    vec![Effect::Write { pipe, line: lines::line(state, told) }]
}

fn hello(state: &State) -> Told {
    let pipe = state.events_pipe.clone().unwrap_or_default();
    Told::Hello { pipe, zellij: state.zellij.clone(), server: state.server, wanted: keys::wanted(state) }
}

fn greet(state: &mut State) -> Vec<Effect> {
    let told = hello(state);
    tell(state, &told)
}

/// The first size means that the pane is there: a question that Zellij gets before is never shown.
fn sized(state: &mut State, rows: usize, columns: usize) -> Vec<Effect> {
    let follow = keys::in_sight(state);
    (state.rows, state.columns) = (rows, columns);
    keys::settle(state, follow);
    if std::mem::replace(&mut state.asked_grant, true) {
        return vec![];
    }
    vec![Effect::AskPermission]
}

fn granted(state: &mut State, given: bool) -> Vec<Effect> {
    state.grant = if given { Grant::Given } else { Grant::Denied };
    if !given {
        return vec![Effect::Redraw];
    }
    let mut effects = vec![Effect::Redraw, Effect::Listen, bind(state), Effect::ListClients];
    effects.extend(state.waiting_pipe.take().map(Effect::Block));
    effects.extend(greet(state));
    effects
}

/// Zellij forgets the key at a detach and says nothing of it, but it tells the mode at an attach: the same as before,
/// or the one after the mode in which people detach. Our own binding has an echo, which comes at once.
fn mode(state: &mut State, name: String, now: u64) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.mode, name);
    let echo = now < state.bound_at.saturating_add(ECHO);
    let attached = (before == state.mode && !echo) || (before != state.mode && DETACHING.contains(&before.as_str()));
    if state.grant != Grant::Given || !attached {
        return vec![];
    }
    state.bound_at = now;
    vec![bind(state), Effect::ListClients]
}

/// `Alt Shift a`, for as long as this client stays: Zellij forgets it at each detach. A line break must follow
/// each closing brace.
fn bind(state: &State) -> Effect {
    let (id, name) = (state.plugin, lines::KEY);
    Effect::Configure(format!(
        "keybinds {{\n  shared {{\n    bind \"Alt Shift a\" {{\n      MessagePluginId {id} {{\n        \
         name \"{name}\"\n      }}\n    }}\n  }}\n}}\n"
    ))
}

/// An orphan gets no keys: while the explorer has the focus, Zellij may list nobody as its client.
fn revived(state: &mut State, act: impl FnOnce(&mut State) -> Vec<Effect>) -> Vec<Effect> {
    let mut effects = vec![];
    if state.mine == Some(false) && state.grant == Grant::Given {
        state.mine = Some(true);
        effects.push(bind(state));
        effects.extend(greet(state));
    }
    effects.extend(act(state));
    effects
}

fn listed(state: &mut State, clients: &[Client]) -> Vec<Effect> {
    let mine = clients.iter().find(|client| client.mine);
    let back = state.mine == Some(false) && mine.is_some();
    state.mine = Some(mine.is_some());
    let mut effects = vec![];
    if back {
        effects.push(bind(state));
        effects.extend(greet(state));
    }
    if std::mem::take(&mut state.wants_pane) {
        if let Some(client) = mine {
            effects.extend(send_pane(state, client.pane));
        }
    }
    effects
}

fn send_pane(state: &mut State, pane: Option<u32>) -> Vec<Effect> {
    let Some(pane) = pane else {
        state.notice = "Focus a terminal first.".to_string();
        return vec![Effect::Redraw];
    };
    let effects = tell(state, &Told::SendPane { pane });
    if effects.is_empty() {
        state.notice = "PiCode is not connected.".to_string();
        return vec![Effect::Redraw];
    }
    effects
}

fn message(state: &mut State, source: Source, name: &str, payload: Option<String>) -> Vec<Effect> {
    match (source, name, payload) {
        // each call that is not granted is an error in Zellij's log
        (Source::Pipe(pipe), lines::EVENTS, Some(_)) if state.grant != Grant::Given => {
            state.waiting_pipe = Some(pipe.clone());
            state.events_pipe = Some(pipe);
            vec![]
        }
        _ if state.grant != Grant::Given => vec![],
        (Source::Key, lines::KEY, _) => {
            state.wants_pane = true;
            vec![Effect::ListClients]
        }
        (Source::Pipe(pipe), lines::EVENTS, Some(_)) => opened(state, pipe),
        (Source::Pipe(pipe), lines::SNAPSHOT, Some(payload)) => {
            match lines::hear(&payload, state.plugin, state.client) {
                Heard::Snapshot(snapshot) => shown(state, &pipe, *snapshot),
                Heard::Foreign => foreign(state),
                Heard::Unknown => vec![],
            }
        }
        // without a payload: the last word of a `zellij pipe` whose input ended
        _ => vec![],
    }
}

/// The events pipe: held from here on. Who is not sure to have a client asks again.
fn opened(state: &mut State, pipe: String) -> Vec<Effect> {
    state.events_pipe = Some(pipe.clone());
    let mut effects = vec![Effect::Block(pipe.clone()), Effect::Remember(pipe)];
    // a new pipe may come because another tab's explorer was closed, and the key was bound to that one
    effects.push(bind(state));
    effects.extend(greet(state));
    if state.mine != Some(true) {
        effects.push(Effect::ListClients);
    }
    effects
}

fn shown(state: &mut State, pipe: &str, snapshot: Snapshot) -> Vec<Effect> {
    let mut effects = vec![];
    if !snapshot.events_pipe.is_empty() && state.events_pipe.as_ref() != Some(&snapshot.events_pipe) {
        state.events_pipe = Some(snapshot.events_pipe.clone());
        effects.push(Effect::Remember(snapshot.events_pipe.clone()));
    }
    if state.mine != Some(false) {
        let told = hello(state);
        effects.push(Effect::Write { pipe: pipe.to_string(), line: lines::line(state, &told) });
    }
    if snapshot.beat || state.mine != Some(true) {
        effects.push(Effect::ListClients);
    }
    state.heard = true;
    if !std::mem::replace(&mut state.watched, true) {
        effects.push(Effect::Wake(PATIENCE));
    }
    if take(state, snapshot) {
        effects.push(Effect::Redraw);
    }
    if state.wants_enter && state.up_to_date() {
        state.wants_enter = false;
        effects.extend(keys::enter(state));
    }
    effects
}

/// The daemon was upgraded, and this plugin was not, or the other way round.
fn foreign(state: &mut State) -> Vec<Effect> {
    let notice = "Explorer and daemon have different versions: run `picode setup`, then open a new session.";
    if state.notice == notice {
        return vec![];
    }
    state.notice = notice.to_string();
    vec![Effect::Redraw]
}

fn woke(state: &mut State) -> Vec<Effect> {
    if std::mem::take(&mut state.heard) {
        return vec![Effect::Wake(PATIENCE)];
    }
    state.watched = false;
    if state.mine == Some(false) {
        return vec![];
    }
    state.link = Link::Lost;
    vec![Effect::Redraw]
}
