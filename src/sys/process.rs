//! Process trees: groups, orphans that came to us, and what `/proc` says of a process.
//!
//! Never waits for "any child": that would steal the ones that tokio waits for.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;

use rustix::process::{Pid, Signal, WaitOptions};

use super::Marker;

/// A process as `/proc/PID/stat` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proc {
    /// Its number.
    pub pid: i32,
    /// Its parent.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its name, at most 15 bytes, lossy.
    pub name: String,
    /// It is dead and waits for its parent to look.
    pub zombie: bool,
    /// When it started, in ticks since the machine did: with the number it names one process.
    pub started: u64,
}

/// Children that this process had before it started anything: whoever was this process before the
/// `exec` made them (`sleep 99 & exec prove run`, `exec > >(tee log)`). They are not ours to end.
#[derive(Clone, Debug, Default)]
pub struct Strangers(BTreeMap<i32, u64>);

impl Strangers {
    /// Those that are there now.
    #[must_use]
    pub fn now() -> Self {
        let known = children().into_iter().filter_map(look);
        Self(
            known
                .map(|process| (process.pid, process.started))
                .collect(),
        )
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn have(&self, pid: i32) -> bool {
        let started = self.0.get(&pid);
        started.is_some_and(|at| look(pid).is_some_and(|process| process.started == *at))
    }

    /// Whether there was none: then every orphan that comes descends from what was started here.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was left at the end of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// What was killed, as `pid name`.
    pub killed: Vec<String>,
    /// What may be a stranger's child and was let live.
    pub spared: Vec<String>,
}

/// From now on orphans below this process come to it, not to init. Nothing where the kernel does
/// not know that (see [`super::promises`]).
///
/// # Errors
/// Whatever the kernel says.
pub fn become_subreaper() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    Ok(())
}

/// From now on this process is asked to end (SIGTERM) when its parent does. Nothing but a look at
/// the parent where the kernel does not know that.
///
/// # Errors
/// The parent is another one than this by now, or whatever the kernel says.
pub fn end_with(parent: u32) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::TERM))?;
    let now = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get());
    if now.and_then(|pid| u32::try_from(pid).ok()) == Some(parent) {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "process {parent} is not the parent"
        )))
    }
}

/// How many threads this process has.
///
/// # Errors
/// When the kernel does not say (no `/proc`).
pub fn threads() -> io::Result<usize> {
    let mut threads = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        thread?;
        threads += 1;
    }
    Ok(threads)
}

/// Reads a file of `/proc`. These have no size, and some are made anew for every read: one large
/// read is many times cheaper than the growing ones of `fs::read`.
///
/// # Errors
/// Whatever the kernel says.
pub fn read(path: &str) -> io::Result<Vec<u8>> {
    read_again(&fs::File::open(path)?)
}

/// All processes that can be seen; empty where there is no `/proc`.
#[must_use]
pub fn all() -> Vec<Proc> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(look)
        .collect()
}

/// One process; `None` when it is not there.
#[must_use]
pub fn look(pid: i32) -> Option<Proc> {
    let stat = read(&format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name stands in parentheses and may itself have some.
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let mut rest = stat.get(close + 1..)?.split_ascii_whitespace();
    let zombie = matches!(rest.next()?, "Z" | "X");
    let parent = rest.next()?.parse().ok()?;
    let group = rest.next()?.parse().ok()?;
    // The group is field 5, the start field 22.
    let started = rest.nth(16)?.parse().ok()?;
    Some(Proc {
        pid,
        parent,
        group,
        name: stat.get(open + 1..close)?.to_owned(),
        zombie,
        started,
    })
}

/// Which start of this run a process belongs to, by the mark in its environment.
#[must_use]
pub fn marked(pid: i32, marker: &Marker) -> Option<u64> {
    marker.found_in(&read(&format!("/proc/{pid}/environ")).ok()?)
}

/// The children of this process's main thread, to whom orphans come; dead ones are among them.
#[must_use]
pub fn children() -> Vec<i32> {
    let me = rustix::process::getpid().as_raw_nonzero().get();
    match list_of_children(me) {
        Ok(list) => list
            .split(u8::is_ascii_whitespace)
            .filter_map(|pid| std::str::from_utf8(pid).ok()?.parse().ok())
            .collect(),
        // A kernel without CONFIG_PROC_CHILDREN: ask every process for its parent.
        Err(_) => all()
            .into_iter()
            .filter(|p| p.parent == me)
            .map(|p| p.pid)
            .collect(),
    }
}

thread_local! {
    /// The list of this process's children, held open: it is looked at after every gate, and each
    /// look at an open file of `/proc` is anew.
    static CHILDREN: OnceCell<(i32, fs::File)> = const { OnceCell::new() };
}

fn list_of_children(me: i32) -> io::Result<Vec<u8>> {
    CHILDREN.with(|held| {
        if held.get().is_none() {
            let file = fs::File::open(format!("/proc/{me}/task/{me}/children"))?;
            let _ = held.set((me, file));
        }
        match held.get() {
            Some((of, file)) if *of == me => read_again(file),
            // A fork of the process that opened it: a test's.
            _ => read(&format!("/proc/{me}/task/{me}/children")),
        }
    })
}

/// Reads all of an open file of `/proc` from its start.
fn read_again(file: &fs::File) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt as _;
    let mut bytes = vec![0; 8 << 10];
    let mut length = 0;
    loop {
        let place = u64::try_from(length).unwrap_or(u64::MAX);
        match file.read_at(&mut bytes[length..], place) {
            Ok(0) => break,
            Ok(n) => length += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if length == bytes.len() {
            bytes.resize(2 * length, 0);
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Sends a signal to a process; a process that is not there is no error.
pub fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        // Gone, or no longer ours to signal (setuid): the next scan shows which.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Sends a signal to every member of a group.
pub fn signal_group(group: i32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group) {
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

/// Whether a group still has a member, dead ones that nobody looked at included.
#[must_use]
pub fn group_exists(group: i32) -> bool {
    let Some(group) = Pid::from_raw(group) else {
        return false;
    };
    // EPERM: there is somebody whom we may not signal.
    !matches!(
        rustix::process::test_kill_process_group(group),
        Err(rustix::io::Errno::SRCH)
    )
}

/// Looks at every dead child of ours in a group, so that they go. The leader must have been
/// waited for before.
pub fn reap_group(group: i32) {
    let Some(group) = Pid::from_raw(group) else {
        return;
    };
    while let Ok(Some(_)) = rustix::process::waitpgid(group, WaitOptions::NOHANG) {}
}

/// Looks at a child that may be dead, so that it goes.
pub fn reap(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

/// The end of a run: kills every child that is left, and what comes to us by that, until there is
/// none (at most a second). `keep` are children that end by themselves (the warden).
///
/// `strangers` live on. When there are any, an orphan without this run's mark may be a child of
/// theirs that came to us: it is spared.
pub fn reap_rest(keep: &[i32], strangers: &Strangers, marker: &Marker) -> Rest {
    let mut rest = Rest::default();
    for _ in 0..200 {
        let mut waits = false;
        let left = children().into_iter();
        for pid in left.filter(|pid| !keep.contains(pid) && !strangers.have(*pid)) {
            if let Some(process) = look(pid).filter(|process| !process.zombie) {
                let name = format!("{pid} {}", process.name);
                if strangers.are_none() || marked(pid, marker).is_some() {
                    remember(&mut rest.killed, name);
                    signal(pid, Signal::KILL);
                } else {
                    remember(&mut rest.spared, name);
                    continue;
                }
            }
            waits = true;
            reap(pid);
        }
        if !waits {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    rest
}

fn remember(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_itself() {
        let me = rustix::process::getpid().as_raw_nonzero().get();
        let process = look(me).unwrap();
        assert_eq!(process.pid, me);
        assert!(!process.zombie && process.parent > 0 && !process.name.is_empty());
        assert!(all().iter().any(|p| p.pid == me));
        assert_eq!(look(i32::MAX), None);
    }

    #[test]
    fn an_empty_group_does_not_exist() {
        assert!(!group_exists(i32::MAX));
        assert!(group_exists(
            rustix::process::getpgrp().as_raw_nonzero().get()
        ));
    }
}
