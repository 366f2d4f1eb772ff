//! The events pipe's id, kept where the next instance finds it: Zellij makes a new one at an attach, and that one
//! was not there when the pipe was opened. One small file for each Zellij server, in the plugin's own cache.

use std::fs;
use std::time::Duration;

const DIRECTORY: &str = "/cache";
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

fn file(server: u32) -> String {
    format!("{DIRECTORY}/events-{server}")
}

pub fn read(server: u32) -> Option<String> {
    let pipe = fs::read_to_string(file(server)).ok()?;
    (!pipe.is_empty() && pipe.len() < 200).then_some(pipe)
}

/// Nothing depends on it: without the file, the daemon's next snapshot brings the id.
pub fn write(server: u32, pipe: &str) {
    let _ = fs::create_dir_all(DIRECTORY);
    let _ = fs::write(file(server), pipe);
    for entry in fs::read_dir(DIRECTORY).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        if entry.file_name().to_string_lossy().starts_with("events-") && age.is_some_and(|age| age > KEPT_FOR) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
