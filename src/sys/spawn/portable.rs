//! Starts a process by the standard library and tokio: anywhere.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::Order;

/// The process and its number.
pub(super) fn start(order: Order, null: &File) -> io::Result<(i32, Box<Child>)> {
    let mut command = Command::new(text(&order.program));
    if let Some((name, arguments)) = order.words.split_first() {
        command.arg0(text(name));
        command.args(arguments.iter().map(|word| text(word)));
    }
    command.env_clear().current_dir(text(&order.directory));
    for pair in &order.environment {
        let mut halves = pair.as_bytes().splitn(2, |byte| *byte == b'=');
        if let (Some(name), Some(value)) = (halves.next(), halves.next()) {
            command.env(OsStr::from_bytes(name), OsStr::from_bytes(value));
        }
    }
    command
        .stdin(Stdio::from(null.try_clone()?))
        .stdout(order.stdout)
        .stderr(order.stderr)
        .process_group(0);
    let child = command.spawn();
    // It holds the writing ends of the pipes: kept, the streams would never end.
    drop(command);
    let child = child?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.ok_or_else(|| io::Error::other("it has no process number"))?;
    Ok((pid, Box::new(child)))
}

fn text(of: &CStr) -> &OsStr {
    OsStr::from_bytes(of.to_bytes())
}
