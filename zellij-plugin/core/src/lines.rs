//! The lines between daemon and plugin (the daemon's side: picode/protocol/plugin.py). Unknown fields are ignored.

use crate::json::{self, Json};
use crate::state::{Activity, Command, Kind, Row, State, Status, Window};

pub const VERSION: usize = 1;
/// The pipe that the daemon keeps open, for lines from the plugin.
pub const EVENTS: &str = "picode-events";
/// The one-shot pipe of a snapshot.
pub const SNAPSHOT: &str = "picode-state";
/// The message of the key that Zellij gives to the plugin.
pub const KEY: &str = "picode-key";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    pub events_pipe: String,
    pub beat: bool,
    pub project: String,
    pub branch: String,
    pub status: Status,
    /// `None`: this snapshot's rows are for another instance.
    pub tree: Option<Window>,
    pub commands: Vec<Command>,
    pub notice: String,
}

/// A snapshot, as far as it concerns the instance `(plugin, client)`; `None` when it is no snapshot.
pub fn snapshot(line: &str, plugin: u32, client: u32) -> Option<Snapshot> {
    let value = json::parse(line)?;
    if value.get("type").text() != "snapshot" || value.get("v").count() != VERSION {
        return None;
    }
    Some(Snapshot {
        events_pipe: value.get("events_pipe").text().to_string(),
        beat: value.get("beat").is_true(),
        project: value.get("project").text().to_string(),
        branch: value.get("branch").text().to_string(),
        status: status(value.get("status")),
        tree: window(value.get("tree"), plugin, client),
        commands: value.get("commands").list().iter().map(command).collect(),
        notice: value.get("notice").text().to_string(),
    })
}

fn status(value: &Json) -> Status {
    Status {
        activity: match value.get("state").text() {
            "thinking" => Activity::Thinking,
            "tool" => Activity::Tool,
            "waiting" => Activity::Waiting,
            _ => Activity::Idle,
        },
        model: value.get("model").text().to_string(),
        cost: value.get("cost").number().unwrap_or(0.0),
        queued: value.get("queued").count(),
    }
}

fn window(value: &Json, plugin: u32, client: u32) -> Option<Window> {
    if !matches!(value, Json::Object(_)) {
        return None;
    }
    let meant = value.get("for").list();
    if !meant.is_empty() && (meant[0].count() != plugin as usize || meant.last()?.count() != client as usize) {
        return None;
    }
    let mut rows: Vec<Row> = Vec::new();
    for row in value.get("rows").list() {
        let [kind, mark, kept, rest] = row.list() else { return None };
        let before = rows.last().map_or("", |row| row.path.as_str());
        let mut path: String = before.chars().take(kept.count()).collect();
        path.push_str(rest.text());
        let kind = match kind.text() {
            "d" => Kind::Folded,
            "o" => Kind::Unfolded,
            _ => Kind::File,
        };
        rows.push(Row { kind, mark: mark.text().chars().next().unwrap_or(' '), path });
    }
    let first = value.get("first").count();
    let total = value.get("total").count().max(first.saturating_add(rows.len()));
    Some(Window { first, total, rows })
}

fn command(value: &Json) -> Command {
    Command {
        terminal: value.get("terminal").text().to_string(),
        number: value.get("number").count(),
        text: value.get("command").text().to_string(),
        status: value.get("status").number().map(|status| status as i64),
    }
}

/// What the plugin tells the daemon.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// This instance is here, and draws `rows` of the tree from row `first` on.
    Hello {
        pipe: String,
        zellij: String,
        server: u32,
        first: usize,
        rows: usize,
    },
    View {
        first: usize,
        rows: usize,
    },
    Fold {
        path: String,
        open: bool,
    },
    OpenFile {
        path: String,
    },
    Insert {
        path: String,
    },
    SendCommand {
        terminal: String,
        number: usize,
    },
    /// `Alt Shift a`: what the command of this terminal pane has printed so far.
    SendPane {
        pane: u32,
    },
    Gone,
}

/// The line, with its line break, that tells it as this instance's next.
pub fn line(state: &mut State, told: &Told) -> String {
    state.seq += 1;
    let (kind, fields) = match told {
        Told::Hello { pipe, zellij, server, first, rows } => {
            let (pipe, zellij) = (json::quote(pipe), json::quote(zellij));
            (
                "hello",
                format!(",\"pipe\":{pipe},\"zellij\":{zellij},\"server\":{server},\"first\":{first},\"rows\":{rows}"),
            )
        }
        Told::View { first, rows } => ("view", format!(",\"first\":{first},\"rows\":{rows}")),
        Told::Fold { path, open } => ("fold", format!(",\"path\":{},\"open\":{open}", json::quote(path))),
        Told::OpenFile { path } => ("open_file", format!(",\"path\":{}", json::quote(path))),
        Told::Insert { path } => ("insert", format!(",\"path\":{}", json::quote(path))),
        Told::SendCommand { terminal, number } => {
            ("send_command", format!(",\"terminal\":{},\"number\":{number}", json::quote(terminal)))
        }
        Told::SendPane { pane } => ("send_pane", format!(",\"pane\":{pane}")),
        Told::Gone => ("gone", String::new()),
    };
    format!(
        "{{\"type\":\"{kind}\",\"v\":{VERSION},\"plugin\":{},\"client\":{},\"seq\":{}{fields}}}\n",
        state.plugin, state.client, state.seq
    )
}
