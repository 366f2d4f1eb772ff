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

/// The three lists of the pane; each has its own selection and scroll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    #[default]
    Files,
    Conversations,
    Commands,
}

impl Section {
    pub const ALL: [Section; 3] = [Section::Files, Section::Conversations, Section::Commands];

    /// Its name in the lines between daemon and plugin.
    pub fn name(self) -> &'static str {
        ["files", "conversations", "commands"][self as usize]
    }

    pub fn title(self) -> &'static str {
        ["Files", "Conversations", "Commands"][self as usize]
    }
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
    /// The assistant changed it, or something below it, in this conversation.
    pub touched: bool,
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

/// A conversation of this project.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    pub id: String,
    pub name: String,
    /// How long ago it was written, in words.
    pub age: String,
    pub activity: Activity,
    /// The workspace belongs to it.
    pub current: bool,
}

/// A command of one of the workspace's terminals.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub terminal: String,
    pub number: usize,
    pub text: String,
    /// `None` while it runs.
    pub status: Option<i64>,
    /// How many files changed while it ran; `None`: not known.
    pub files: Option<usize>,
}

/// The part of a list that the daemon has sent: `rows` begin at row `first` of `total`.
#[derive(Clone, Debug, PartialEq)]
pub struct Window<T> {
    pub first: usize,
    pub total: usize,
    pub rows: Vec<T>,
}

impl<T> Default for Window<T> {
    fn default() -> Window<T> {
        Window { first: 0, total: 0, rows: Vec::new() }
    }
}

impl<T> Window<T> {
    pub fn row(&self, index: usize) -> Option<&T> {
        self.rows.get(index.checked_sub(self.first)?)
    }

    pub fn find(&self, is_it: impl Fn(&T) -> bool) -> Option<usize> {
        self.rows.iter().position(is_it).map(|at| at + self.first)
    }

    /// Whether the rows from `from` until `until` are here, as far as there are any.
    pub fn holds(&self, from: usize, until: usize) -> bool {
        let until = until.min(self.total);
        from >= until || (self.first <= from && until <= self.first + self.rows.len())
    }
}

/// Where a section stands: the selected row and the first one that is drawn, counted from the top of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub at: usize,
    pub top: usize,
}

/// What is looked for in one section.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    pub section: Section,
    pub query: String,
    /// Letters go into the query; else they are keys again.
    pub typing: bool,
    /// Where the section stood before.
    pub before: Place,
}

/// First row and count of rows that are drawn, of each section: what the daemon has to send.
pub type Wanted = [(usize, usize); 3];

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

#[derive(Clone, Debug, Default)]
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
    pub tree: Window<Row>,
    /// The daemon has looked at the project.
    pub planted: bool,
    pub talks: Window<Talk>,
    /// Latest first.
    pub commands: Window<Command>,
    /// Terminals whose recording rests, of how many.
    pub paused: usize,
    pub terminals: usize,
    /// What went wrong or is worth knowing, for the foot of the pane.
    pub notice: String,
    pub section: Section,
    pub places: [Place; 3],
    pub filter: Option<Filter>,
    /// The filter that the rows here come from, by section and query.
    pub filtered: Option<(String, String)>,
    /// Enter was pressed before the rows of what was typed had come.
    pub wants_enter: bool,
    pub help: bool,
    /// The last click: when, in milliseconds, and on what.
    pub clicked: Option<(u64, Section, usize)>,
    /// What the daemon was asked for last.
    pub asked: Option<Wanted>,
}

impl State {
    pub fn place(&self, section: Section) -> Place {
        self.places[section as usize]
    }

    pub fn total(&self, section: Section) -> usize {
        match section {
            Section::Files => self.tree.total,
            Section::Conversations => self.talks.total,
            Section::Commands => self.commands.total,
        }
    }

    /// The row of `section` that the selection stands on, when the section has it.
    pub fn selected(&self, section: Section) -> usize {
        self.place(section).at
    }

    pub fn selected_row(&self) -> Option<&Row> {
        (self.section == Section::Files).then(|| self.tree.row(self.place(Section::Files).at))?
    }

    /// Whether the rows of `section` that are here are those of what was typed.
    pub fn up_to_date(&self) -> bool {
        match (&self.filter, &self.filtered) {
            (None, None) => true,
            (Some(filter), None) => filter.query.is_empty(),
            (Some(filter), Some((section, query))) => filter.section.name() == section && filter.query == *query,
            (None, Some(_)) => false,
        }
    }

    /// The files are a flat list of what was found.
    pub fn is_flat(&self) -> bool {
        self.filtered.as_ref().is_some_and(|(section, _)| section == Section::Files.name())
    }
}
