//! The lines between daemon and plugin (the daemon's side: picode/protocol/plugin.py). Unknown fields are ignored.

use crate::json::{self, Json};
use crate::state::{Activity, Command, Kind, Row, Section, State, Status, Talk, Wanted, Window};

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
    /// `None`: the rows in this snapshot are for another instance.
    pub lists: Option<Lists>,
    pub paused: usize,
    pub terminals: usize,
    pub notice: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    /// `None`: the daemon has not looked at the project yet.
    pub tree: Option<Window<Row>>,
    pub talks: Window<Talk>,
    pub commands: Window<Command>,
    pub filtered: Option<(String, String)>,
}

/// What a line on the snapshots' pipe is.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Snapshot(Box<Snapshot>),
    /// From a daemon that speaks another version.
    Foreign,
    /// Nothing that this version knows.
    Unknown,
}

/// What `line` means for the instance `(plugin, client)`.
pub fn hear(line: &str, plugin: u32, client: u32) -> Heard {
    let Some(value) = json::parse(line) else { return Heard::Unknown };
    if value.get("type").text() != "snapshot" || value.get("v").number().is_none() {
        return Heard::Unknown;
    }
    if value.get("v").count() != VERSION {
        return Heard::Foreign;
    }
    Heard::Snapshot(Box::new(Snapshot {
        events_pipe: value.get("events_pipe").text().to_string(),
        beat: value.get("beat").is_true(),
        project: value.get("project").text().to_string(),
        branch: value.get("branch").text().to_string(),
        status: status(value.get("status")),
        lists: lists(&value, plugin, client),
        paused: value.get("paused").count(),
        terminals: value.get("terminals").count(),
        notice: value.get("notice").text().to_string(),
    }))
}

fn activity(value: &Json) -> Activity {
    match value.text() {
        "thinking" => Activity::Thinking,
        "tool" => Activity::Tool,
        "waiting" => Activity::Waiting,
        _ => Activity::Idle,
    }
}

fn status(value: &Json) -> Status {
    Status {
        activity: activity(value.get("state")),
        model: value.get("model").text().to_string(),
        cost: value.get("cost").number().unwrap_or(0.0),
        queued: value.get("queued").count(),
    }
}

fn lists(value: &Json, plugin: u32, client: u32) -> Option<Lists> {
    let meant = value.get("tree").get("for").list();
    if let [his_plugin, .., his_client] = meant {
        if his_plugin.count() != plugin as usize || his_client.count() != client as usize {
            return None;
        }
    }
    let filter = value.get("filter");
    let filtered = (filter.get("section").text().to_string(), filter.get("query").text().to_string());
    Some(Lists {
        tree: tree(value.get("tree")),
        talks: talks(value.get("conversations")),
        commands: commands(value),
        filtered: (!filtered.1.is_empty()).then_some(filtered),
    })
}

fn window<T>(first: &Json, total: &Json, rows: Vec<T>) -> Window<T> {
    let first = first.count();
    Window { first, total: total.count().max(first.saturating_add(rows.len())), rows }
}

fn tree(value: &Json) -> Option<Window<Row>> {
    let Json::Object(_) = value else { return None };
    let mut rows: Vec<Row> = Vec::new();
    for row in value.get("rows").list() {
        // a later daemon may tell more of a row
        let [kind, mark, kept, rest, ..] = row.list() else { return None };
        let before = rows.last().map_or("", |row| row.path.as_str());
        let mut path: String = before.chars().take(kept.count()).collect();
        path.push_str(rest.text());
        let kind = match kind.text() {
            "d" => Kind::Folded,
            "o" => Kind::Unfolded,
            _ => Kind::File,
        };
        rows.push(Row { kind, mark: mark.text().chars().next().unwrap_or(' '), path, touched: false });
    }
    for at in value.get("touched").list() {
        if let Some(row) = rows.get_mut(at.count()) {
            row.touched = true;
        }
    }
    Some(window(value.get("first"), value.get("total"), rows))
}

fn talks(value: &Json) -> Window<Talk> {
    let rows = value.get("rows").list().iter().map(|row| Talk {
        id: row.get("id").text().to_string(),
        name: row.get("name").text().to_string(),
        age: row.get("age").text().to_string(),
        activity: activity(row.get("state")),
        current: row.get("current").is_true(),
    });
    window(value.get("first"), value.get("total"), rows.collect())
}

/// They come with the latest last, and are counted from the latest on.
fn commands(value: &Json) -> Window<Command> {
    let rows = value.get("commands").list().iter().rev().map(|row| Command {
        terminal: row.get("terminal").text().to_string(),
        number: row.get("number").count(),
        text: row.get("command").text().to_string(),
        status: row.get("status").number().map(|status| status as i64),
        files: row.get("files").number().map(|files| files as usize),
    });
    window(value.get("commands_first"), value.get("commands_total"), rows.collect())
}

/// What the plugin tells the daemon.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// This instance is here, and draws `rows` of the tree from row `first` on.
    Hello {
        pipe: String,
        zellij: String,
        server: u32,
        wanted: Wanted,
    },
    View {
        wanted: Wanted,
    },
    /// Show of a section only what fits; an empty query: all again.
    Filter {
        section: Section,
        query: String,
    },
    /// Show what the assistant changed in this file, else what Git says of it.
    Diff {
        path: String,
    },
    /// Make this conversation the workspace's.
    Resume {
        conversation: String,
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

fn seen(wanted: &Wanted) -> String {
    let [(first, rows), (talk, talks), (command, commands)] = wanted;
    format!(",\"first\":{first},\"rows\":{rows},\"conversations\":[{talk},{talks}],\"commands\":[{command},{commands}]")
}

/// The line, with its line break, that tells it as this instance's next.
pub fn line(state: &mut State, told: &Told) -> String {
    state.seq += 1;
    let (kind, fields) = match told {
        Told::Hello { pipe, zellij, server, wanted } => {
            let (pipe, zellij, seen) = (json::quote(pipe), json::quote(zellij), seen(wanted));
            ("hello", format!(",\"pipe\":{pipe},\"zellij\":{zellij},\"server\":{server}{seen}"))
        }
        Told::View { wanted } => ("view", seen(wanted)),
        Told::Filter { section, query } => {
            ("filter", format!(",\"section\":\"{}\",\"query\":{}", section.name(), json::quote(query)))
        }
        Told::Diff { path } => ("diff", format!(",\"path\":{}", json::quote(path))),
        Told::Resume { conversation } => ("resume", format!(",\"conversation\":{}", json::quote(conversation))),
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
