//! The caller's environment and the size of the machine. Reads, never sets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;

/// The variables whose names and values are UTF-8.
#[must_use]
pub fn vars() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Names of variables that are left out of [`vars`] because their values are not UTF-8.
#[must_use]
pub fn not_utf8() -> BTreeSet<String> {
    std::env::vars_os()
        .filter(|(_, value)| value.to_str().is_none())
        .filter_map(|(name, _)| name.into_string().ok())
        .collect()
}

/// The machine's system as the gate file calls it: `linux`, `macos`, …
#[must_use]
pub fn os() -> &'static str {
    std::env::consts::OS
}

/// The name of this machine, as far as it is made of letters, digits, `-` and `.`.
#[must_use]
pub fn host() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy();
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-.".contains(*c);
    name.chars().filter(plain).collect()
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

/// Memory that this process and its children may use, in bytes: the machine's, or less when a
/// control group (version 2 or 1) says so; `None` when the system does not tell.
#[cfg(target_os = "linux")]
#[must_use]
pub fn memory() -> Option<u64> {
    let info = rustix::system::sysinfo();
    let machine = (info.totalram as u64).checked_mul(u64::from(info.mem_unit))?;
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limit = |path: String| {
        std::fs::read_to_string(path)
            .ok()?
            .trim()
            .parse::<u64>()
            .ok()
    };
    // Inside a container the own group is the root of what is mounted.
    let limits = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let (folder, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            "memory" => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => return None,
        };
        limit(format!("{folder}{path}/{file}")).or_else(|| limit(format!("{folder}/{file}")))
    });
    Some(limits.fold(machine, u64::min))
}

/// Memory that this process and its children may use: not asked for on this system.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn memory() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn there_is_memory_and_not_more_than_the_machine_has() {
        let text = std::fs::read_to_string("/proc/meminfo").unwrap();
        let total = text
            .lines()
            .find(|line| line.starts_with("MemTotal"))
            .unwrap();
        let kib: u64 = total.split_whitespace().nth(1).unwrap().parse().unwrap();
        let memory = memory().unwrap();
        assert!(
            memory > 1 << 20 && memory <= kib * 1024,
            "{memory} of {kib} KiB"
        );
    }
}
