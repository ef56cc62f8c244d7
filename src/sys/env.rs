//! The caller's environment and the size of the machine. Reads, never sets.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

/// The variables whose names and values are UTF-8.
#[must_use]
pub fn vars() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Names of variables that are left out of [`vars`] because they are not UTF-8, lossy, sorted.
#[must_use]
pub fn not_utf8() -> Vec<String> {
    let bad = |(name, value): &(std::ffi::OsString, std::ffi::OsString)| {
        name.to_str().is_none() || value.to_str().is_none()
    };
    let mut names: Vec<String> = std::env::vars_os()
        .filter(bad)
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Whether the few files that the runtime cannot do without can be opened: it would panic.
///
/// # Errors
/// What the system says when they cannot.
pub fn has_room_for_files() -> io::Result<()> {
    const NEEDED: usize = 16;
    let one = File::open("/dev/null")?;
    let copies: io::Result<Vec<File>> = (1..NEEDED).map(|_| one.try_clone()).collect();
    copies.map(drop)
}

/// Whether a thread can be started.
///
/// # Errors
/// What the system says when it cannot.
pub fn has_room_for_threads() -> io::Result<()> {
    let thread = std::thread::Builder::new().spawn(|| ())?;
    // It does nothing that could panic.
    let _ = thread.join();
    Ok(())
}

/// CPUs that this process may use (affinity and cgroup quota respected); at least 1.
#[must_use]
pub fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
