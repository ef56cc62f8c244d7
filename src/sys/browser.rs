//! Hands a file to the user's browser. Must not know what is in it.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What a desktop opens files with.
const OPENERS: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open", "wslview"]
};

/// An opener that goes on longer than this has found something to show the file with.
const PATIENCE: Duration = Duration::from_secs(3);

/// Shows a file: with `$BROWSER` (commands with `:` between them, `%s` for the file), else with
/// what the desktop has.
///
/// # Errors
/// When nothing could be started: what was tried, a line each.
pub fn show(file: &Path) -> Result<(), Vec<String>> {
    let wished = std::env::var("BROWSER").unwrap_or_default();
    let wished = wished
        .split(':')
        .filter(|command| !command.trim().is_empty());
    let mut tried = Vec::new();
    for command in wished.chain(OPENERS.iter().copied()) {
        match start(command, file) {
            Ok(()) => return Ok(()),
            Err(why) => tried.push(format!("{command}: {why}")),
        }
    }
    Err(tried)
}

fn start(command: &str, file: &Path) -> Result<(), String> {
    let mut words = command.split_whitespace();
    let mut started = Command::new(words.next().unwrap_or_default());
    let mut given = false;
    for word in words {
        if word == "%s" {
            started.arg(file);
            given = true;
        } else {
            started.arg(word);
        }
    }
    if !given {
        started.arg(file);
    }
    // In a group of its own: Ctrl-C is meant for prove.
    started
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let mut child = started.spawn().map_err(|error| error.to_string())?;
    let (told, ended) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody listens any more when it took longer than our patience.
        let _ = told.send(child.wait());
    });
    match ended.recv_timeout(PATIENCE) {
        Ok(Ok(status)) if !status.success() => Err(format!("{status}")),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}
