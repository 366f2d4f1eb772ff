//! PiCode's explorer in a Zellij pane. Nothing is decided here: events become inputs of `picode_explorer::step`,
//! its effects become calls, and its lines are drawn in the colours of the user's theme.

mod memory;

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use picode_explorer::keys::Key;
use picode_explorer::mouse::Mouse as Pointer;
use picode_explorer::{self as explorer, Client, Effect, Input, Line, Role, Source, State};
use zellij_tile::prelude::*;

/// Asked for in one call: each call replaces what was granted before.
const PERMISSIONS: [PermissionType; 4] = [
    PermissionType::ReadApplicationState,
    PermissionType::ChangeApplicationState,
    PermissionType::ReadCliPipes,
    PermissionType::Reconfigure,
];

const EVENTS: [EventType; 5] =
    [EventType::PermissionRequestResult, EventType::Key, EventType::Mouse, EventType::Timer, EventType::BeforeClose];

/// Each of these is an error in Zellij's log as long as the permission is missing. `ModeUpdate` comes when a client
/// attaches, too. `TabUpdate` would come a hundred times a second while something else calls `zellij`.
const GRANTED_EVENTS: [EventType; 2] = [EventType::ListClients, EventType::ModeUpdate];

#[derive(Default)]
struct Explorer {
    state: State,
}

register_plugin!(Explorer);

impl Explorer {
    /// Whether the pane must be drawn again.
    fn take(&mut self, input: Input) -> bool {
        let effects = explorer::step(&mut self.state, input);
        let redraw = effects.contains(&Effect::Redraw);
        for effect in effects {
            self.act(effect);
        }
        redraw
    }

    fn act(&self, effect: Effect) {
        match effect {
            Effect::Redraw => {}
            Effect::AskPermission => request_permission(&PERMISSIONS),
            Effect::Listen => subscribe(&GRANTED_EVENTS),
            Effect::ListClients => list_clients(),
            Effect::Configure(kdl) => reconfigure(kdl, false),
            Effect::Block(pipe) => block_cli_pipe_input(&pipe),
            Effect::Unblock(pipe) => unblock_cli_pipe_input(&pipe),
            Effect::Write { pipe, line } => cli_pipe_output(&pipe, &line),
            Effect::Remember(pipe) => memory::write(self.state.server, &pipe),
            Effect::Wake(seconds) => set_timeout(seconds),
        }
    }
}

impl ZellijPlugin for Explorer {
    fn load(&mut self, _configuration: BTreeMap<String, String>) {
        subscribe(&EVENTS);
        let ids = get_plugin_ids();
        self.take(Input::Loaded {
            plugin: ids.plugin_id,
            client: u32::from(ids.client_id),
            server: ids.zellij_pid,
            zellij: get_zellij_version(),
            pipe: memory::read(ids.zellij_pid),
        });
    }

    fn update(&mut self, event: Event) -> bool {
        let input = match event {
            Event::PermissionRequestResult(answer) => Input::Granted(answer == PermissionStatus::Granted),
            Event::ListClients(clients) => Input::Clients(clients.iter().map(client).collect()),
            Event::ModeUpdate(mode) => Input::Mode { name: format!("{:?}", mode.mode), now: now() },
            Event::Timer(_) => Input::Woke,
            Event::BeforeClose => Input::Closing,
            Event::Key(key) => match pressed(&key) {
                Some(key) => Input::Key(key),
                None => return false,
            },
            Event::Mouse(mouse) => match pointer(mouse) {
                Some(mouse) => Input::Mouse(mouse),
                None => return false,
            },
            _ => return false,
        };
        self.take(input)
    }

    fn pipe(&mut self, message: PipeMessage) -> bool {
        let source = match message.source {
            PipeSource::Cli(pipe) => Source::Pipe(pipe),
            PipeSource::Keybind => Source::Key,
            PipeSource::Plugin(_) => Source::Other,
        };
        self.take(Input::Message { source, name: message.name, payload: message.payload })
    }

    fn render(&mut self, rows: usize, columns: usize) {
        self.take(Input::Size { rows, columns });
        for (y, line) in explorer::render(&self.state).into_iter().enumerate() {
            print_text_with_coordinates(styled(line), 0, y, Some(columns), None);
        }
    }
}

/// Milliseconds of a clock that is good for differences only.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn client(client: &ClientInfo) -> Client {
    let pane = match client.pane_id {
        PaneId::Terminal(id) => Some(id),
        PaneId::Plugin(_) => None,
    };
    Client { mine: client.is_current_client, pane }
}

fn pressed(key: &KeyWithModifier) -> Option<Key> {
    if key.key_modifiers.iter().any(|modifier| *modifier != KeyModifier::Shift) {
        return None;
    }
    Some(match key.bare_key {
        BareKey::Up => Key::Up,
        BareKey::Down => Key::Down,
        BareKey::Left => Key::Left,
        BareKey::Right => Key::Right,
        BareKey::Home => Key::Home,
        BareKey::End => Key::End,
        BareKey::PageUp => Key::PageUp,
        BareKey::PageDown => Key::PageDown,
        BareKey::Enter => Key::Enter,
        BareKey::Tab if key.key_modifiers.contains(&KeyModifier::Shift) => Key::BackTab,
        BareKey::Tab => Key::Tab,
        BareKey::Esc => Key::Esc,
        BareKey::Backspace => Key::Backspace,
        BareKey::Char(letter) => Key::Char(letter),
        _ => return None,
    })
}

fn pointer(mouse: Mouse) -> Option<Pointer> {
    match mouse {
        Mouse::LeftClick(line, column) => {
            usize::try_from(line).ok().map(|line| Pointer::Click { line, column, now: now() })
        }
        Mouse::ScrollUp(lines) => Some(Pointer::WheelUp(lines)),
        Mouse::ScrollDown(lines) => Some(Pointer::WheelDown(lines)),
        _ => None,
    }
}

/// The theme's own colours: its four emphases, its colours for success and error.
fn styled(line: Line) -> Text {
    // an empty text is an error in Zellij's log
    let mut text = Text::new(if line.text.is_empty() { " " } else { &line.text }).unbold_all();
    if line.selected {
        // some light themes cannot be read with their emphases on the selection's ground
        return text.selected();
    }
    for (from, until, role) in line.parts {
        text = match role {
            Role::Title => text.color_range(3, from..until),
            Role::Dim => text.dim_range(from..until),
            Role::Good => text.success_color_range(from..until),
            Role::Bad => text.error_color_range(from..until),
            Role::Busy | Role::Changed => text.color_range(0, from..until),
            Role::Directory => text.color_range(1, from..until),
        };
    }
    text
}
