//! Whom `prove` had below it, mark or no mark: its children as they were seen while it lived, and
//! the descendants of whatever is to be ended.
//!
//! Must not signal anybody.

use std::collections::{BTreeMap, BTreeSet};

use crate::sys::Strangers;
use crate::sys::process::{self, Proc};

/// Children of `prove`, its own and orphans that came to it.
#[derive(Debug)]
pub(super) struct Kin {
    prove: i32,
    /// Process numbers, each with when it started.
    seen: BTreeMap<i32, u64>,
    /// Orphans may be a stranger's children: nobody is remembered.
    blind: bool,
}

impl Kin {
    /// Of this `prove`. With strangers below it, who has no mark may be theirs and is spared.
    pub(super) fn of(prove: i32, strangers: &Strangers) -> Self {
        Self {
            prove,
            seen: BTreeMap::new(),
            blind: !strangers.are_none(),
        }
    }

    /// Looks who is there now. To be done while `prove` lives: when it dies its children go to
    /// another parent.
    pub(super) fn look(&mut self) {
        if self.blind {
            return;
        }
        let path = format!("/proc/{0}/task/{0}/children", self.prove);
        // Gone, or a kernel that does not tell: then groups and marks have to do.
        let Ok(list) = process::read(&path) else {
            return;
        };
        let me = rustix::process::getpid().as_raw_nonzero().get();
        let numbers = list.split(u8::is_ascii_whitespace);
        let numbers = numbers.filter_map(|number| std::str::from_utf8(number).ok()?.parse().ok());
        let children = numbers.filter(|child: &i32| *child != me);
        let started = |child: i32| match self.seen.get(&child) {
            Some(started) => Some((child, *started)),
            None => process::look(child).map(|child| (child.pid, child.started)),
        };
        self.seen = children.filter_map(started).collect();
    }

    /// Takes these and all of their descendants in.
    pub(super) fn add(&mut self, all: &[Proc], is_one: impl Fn(&Proc) -> bool) {
        let mut below: BTreeMap<i32, Vec<&Proc>> = BTreeMap::new();
        for process in all {
            below.entry(process.parent).or_default().push(process);
        }
        let mut todo: Vec<&Proc> = all
            .iter()
            .filter(|process| self.have(process) || is_one(process))
            .collect();
        let mut done = BTreeSet::new();
        while let Some(process) = todo.pop() {
            if done.insert(process.pid) {
                self.seen.insert(process.pid, process.started);
                todo.extend(below.get(&process.pid).into_iter().flatten());
            }
        }
    }

    /// Whether this is one of them, and not one with the number of one that is gone.
    pub(super) fn have(&self, process: &Proc) -> bool {
        self.seen.get(&process.pid) == Some(&process.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, parent: i32, started: u64) -> Proc {
        Proc {
            pid,
            parent,
            group: pid,
            name: String::new(),
            zombie: false,
            started,
        }
    }

    #[test]
    fn descendants_are_kin_and_a_number_alone_is_not() {
        let all = [
            process(10, 1, 5),
            process(11, 10, 6),
            process(12, 11, 7),
            process(20, 1, 5),
        ];
        let mut kin = Kin::of(1, &Strangers::default());
        kin.add(&all, |process| process.pid == 10);
        let known = all.iter().filter(|process| kin.have(process));
        assert_eq!(known.map(|p| p.pid).collect::<Vec<_>>(), [10, 11, 12]);
        assert!(!kin.have(&process(12, 11, 8)), "another process by now");
    }
}
