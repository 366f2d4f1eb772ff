//! Every decision of PiCode's explorer, without Zellij: `step` turns an input into effects, `render` a state into
//! lines. The plugin crate maps Zellij's events to the one and the other to Zellij's calls.

pub mod filter;
pub mod help;
pub mod json;
pub mod keys;
pub mod layout;
pub mod lines;
pub mod mouse;
pub mod render;
pub mod rows;
pub mod state;
pub mod step;
pub mod take;
pub mod text;

pub use render::{render, Line, Role};
pub use state::State;
pub use step::{step, Client, Effect, Input, Source};
