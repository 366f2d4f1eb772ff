//! What one instance of the explorer knows. It is lost with the instance: the daemon's next snapshot brings it back.

/// What the conversation is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activity {
    #[default]
    Idle,
    Thinking,
    Tool,
    Waiting,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    pub activity: Activity,
    /// `provider/model`
    pub model: String,
    /// US dollars.
    pub cost: f64,
    pub queued: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folded,
    Unfolded,
}

/// One row of the tree; `path` is relative to the project.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub kind: Kind,
    /// Git's letter, or a blank.
    pub mark: char,
    pub path: String,
}

impl Row {
    pub fn depth(&self) -> usize {
        self.path.matches('/').count()
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or("")
    }

    /// The directory that holds it; empty at the top.
    pub fn parent(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

/// The part of the tree that the daemon has sent: `rows` begin at row `first` of `total`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    pub first: usize,
    pub total: usize,
    pub rows: Vec<Row>,
}

impl Window {
    pub fn row(&self, index: usize) -> Option<&Row> {
        self.rows.get(index.checked_sub(self.first)?)
    }

    pub fn find(&self, path: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.path == path).map(|at| at + self.first)
    }
}

/// A command of one of the workspace's terminals.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub terminal: String,
    pub number: usize,
    pub text: String,
    /// `None` while it runs.
    pub status: Option<i64>,
}

/// What the selection stands on; the number of a tree row counts from the top of the whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected {
    Tree(usize),
    Command(usize),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grant {
    #[default]
    Asked,
    Given,
    Denied,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// No snapshot has come yet.
    #[default]
    Never,
    Alive,
    /// None has come for a long time.
    Lost,
}

#[derive(Clone, Debug)]
pub struct State {
    pub plugin: u32,
    pub client: u32,
    pub zellij: String,
    /// The Zellij server's process id.
    pub server: u32,
    pub grant: Grant,
    pub asked_grant: bool,
    /// Whether a client sees this instance; `None` until Zellij has told. An orphan says nothing.
    pub mine: Option<bool>,
    /// Zellij's input mode when it was told last.
    pub mode: String,
    /// When the key was bound because of it, in milliseconds.
    pub bound_at: u64,
    /// The focused pane is wanted for `Alt Shift a`, as soon as Zellij has told which it is.
    pub wants_pane: bool,
    pub events_pipe: Option<String>,
    /// It was opened before the grant, and is to be held from then on.
    pub waiting_pipe: Option<String>,
    pub seq: u64,
    pub link: Link,
    /// A timer runs that looks whether snapshots still come.
    pub watched: bool,
    pub heard: bool,
    pub rows: usize,
    pub columns: usize,
    pub project: String,
    pub branch: String,
    pub status: Status,
    pub tree: Window,
    /// The daemon has looked at the project.
    pub planted: bool,
    pub commands: Vec<Command>,
    /// What went wrong or is worth knowing, for the foot of the pane.
    pub notice: String,
    pub selected: Selected,
    /// The first row of the tree that is drawn.
    pub top: usize,
    /// The first row that the daemon was asked for last.
    pub asked: Option<(usize, usize)>,
}

impl Default for State {
    fn default() -> State {
        State {
            plugin: 0,
            client: 0,
            zellij: String::new(),
            server: 0,
            grant: Grant::default(),
            asked_grant: false,
            mine: None,
            mode: String::new(),
            bound_at: 0,
            wants_pane: false,
            events_pipe: None,
            waiting_pipe: None,
            seq: 0,
            link: Link::default(),
            watched: false,
            heard: false,
            rows: 0,
            columns: 0,
            project: String::new(),
            branch: String::new(),
            status: Status::default(),
            tree: Window::default(),
            planted: false,
            commands: Vec::new(),
            notice: String::new(),
            selected: Selected::Tree(0),
            top: 0,
            asked: None,
        }
    }
}

impl State {
    /// Lines for the head: the conversation's state, the model, the project's name.
    pub fn head_rows(&self) -> usize {
        match self.rows {
            0..=3 => self.rows.min(1),
            4..=7 => 2,
            _ => 4,
        }
    }

    /// Lines for the last commands with their title: at most a third of the pane, none where it is very low.
    pub fn command_rows(&self) -> usize {
        if self.rows < 8 || self.commands.is_empty() {
            return 0;
        }
        (self.commands.len() + 2).min(self.rows / 3)
    }

    /// The commands that are drawn; the latest are kept, and come last.
    pub fn drawn_commands(&self) -> &[Command] {
        let room = self.command_rows().saturating_sub(2);
        &self.commands[self.commands.len().saturating_sub(room)..]
    }

    pub fn notice_rows(&self) -> usize {
        usize::from(!self.notice.is_empty() && self.rows >= 5)
    }

    /// Lines for the tree.
    pub fn tree_rows(&self) -> usize {
        self.rows.saturating_sub(self.head_rows() + self.command_rows() + self.notice_rows())
    }
}
