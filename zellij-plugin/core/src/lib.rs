//! Every decision of PiCode's explorer, without Zellij: `step` turns an input into effects, `render` a state into
//! lines. The plugin crate maps Zellij's events to the one and the other to Zellij's calls.

pub mod json;
pub mod keys;
pub mod lines;
pub mod render;
pub mod state;
pub mod step;
pub mod text;

pub use render::{render, Line, Role};
pub use state::State;
pub use step::{step, Client, Effect, Input, Source};
