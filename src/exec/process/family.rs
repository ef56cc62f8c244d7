//! A gate's processes: the leader, its group, and orphans that came to us. All of them end.

use std::collections::BTreeSet;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::Process;
use crate::exec::Stop;
use crate::model::StopCause;
use crate::sys::Warden;
use crate::sys::process::{self as tree, Proc};
use crate::sys::spawn::Leader;

/// Pause between looks at what does not die; doubled from 1 ms up to this.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);
/// SIGKILL is repeated: a fork bomb outruns one round.
const KILL_AGAIN: Duration = Duration::from_millis(50);

/// How the leader ended.
pub(super) struct Led {
    /// `None` when it does not die of SIGKILL.
    pub status: Option<ExitStatus>,
    /// The driver wanted a stop before it ended.
    pub stopped: Option<StopCause>,
    /// What should be said.
    pub notes: Vec<String>,
}

/// Where the stop stands.
#[derive(Default)]
struct Ladder {
    cause: Option<StopCause>,
    /// The next SIGKILL; `None` as long as nothing was signalled.
    kill_at: Option<Instant>,
    /// Then SIGKILL has been tried for long enough.
    give_up_at: Option<Instant>,
}

pub(super) struct Family<'p> {
    process: &'p Process,
    group: i32,
    number: u64,
    ladder: Ladder,
    /// Orphans that were seen alive: theirs are the dead to look at.
    orphans: BTreeSet<i32>,
    over: bool,
}

impl<'p> Family<'p> {
    pub(super) fn new(process: &'p Process, group: i32, number: u64) -> Self {
        process.leaders.borrow_mut().insert(group);
        let ladder = Ladder::default();
        Self {
            process,
            group,
            number,
            ladder,
            orphans: BTreeSet::new(),
            over: false,
        }
    }

    /// Tells the warden; a note when it does not hear.
    pub(super) fn guard(&self) -> Option<String> {
        let error = self.process.warden.as_ref()?.started(self.group).err()?;
        Some(format!(
            "not guarded: the warden is gone ({error}); a killed prove would leave this"
        ))
    }

    /// From the start until nothing of it is left, or does not die of SIGKILL.
    pub(super) async fn live_and_die(
        &mut self,
        leader: &mut Leader,
        stop: &mut watch::Receiver<Option<Stop>>,
    ) -> Led {
        stop.mark_changed();
        let (status, mut notes) = self.lead(leader, stop).await;
        let stopped = self.ladder.cause;
        notes.extend(self.clear_up(stop).await);
        self.over = true;
        Led {
            status,
            stopped,
            notes,
        }
    }

    /// Waits for the leader, stopping it when the driver wants that.
    async fn lead(
        &mut self,
        leader: &mut Leader,
        stop: &mut watch::Receiver<Option<Stop>>,
    ) -> (Option<ExitStatus>, Vec<String>) {
        loop {
            tokio::select! {
                biased;
                status = leader.wait() => {
                    self.process.leaders.borrow_mut().remove(&self.group);
                    return match status {
                        Ok(status) => (Some(status), Vec::new()),
                        Err(error) => (None, vec![format!("its ending cannot be known: {error}")]),
                    };
                }
                wanted = next_stop(stop) => self.heed(wanted),
                () = at(self.ladder.kill_at) => self.kill(),
                () = at(self.ladder.give_up_at) => {
                    return (None, vec![format!("process {} does not die of SIGKILL", self.group)]);
                }
            }
        }
    }

    /// Ends what the leader left behind.
    async fn clear_up(&mut self, stop: &mut watch::Receiver<Option<Stop>>) -> Option<String> {
        let settled_at = Instant::now() + self.process.times.settle;
        let mut pause = Duration::from_millis(1);
        let mut left = BTreeSet::new();
        while self.is_alive() {
            let now = Instant::now();
            if self.ladder.give_up_at.is_some_and(|at| now >= at) {
                let names = names(&self.members());
                return Some(format!(
                    "could not be stopped, not even by SIGKILL: {names}"
                ));
            }
            if self.ladder.kill_at.is_none() && now >= settled_at {
                left.extend(self.members().iter().map(show));
                self.term(self.process.times.leftover_grace);
            }
            if self.ladder.kill_at.is_some_and(|at| now >= at) {
                self.kill();
            }
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                wanted = next_stop(stop) => self.heed(wanted),
            }
        }
        let names: Vec<String> = left.into_iter().collect();
        (!names.is_empty()).then(|| {
            format!(
                "{} left behind and stopped: {}",
                count(names.len()),
                names.join(", ")
            )
        })
    }

    /// Whether anything of it is left, the dead looked at.
    fn is_alive(&mut self) -> bool {
        tree::reap_group(self.group);
        self.orphans.iter().for_each(|pid| tree::reap(*pid));
        let found = self.find_orphans();
        self.orphans.extend(&found);
        !found.is_empty() || tree::group_exists(self.group)
    }

    /// Living children of ours that bear this gate's mark; a dead one bears none.
    fn find_orphans(&self) -> Vec<i32> {
        let leaders = self.process.leaders.borrow();
        // The warden is asked about no further: reading an environment is dear, and this is done
        // for every gate.
        let warden = self.process.warden.as_ref().map(Warden::pid);
        let ours = |pid: &i32| tree::marked(*pid, &self.process.marker) == Some(self.number);
        tree::children()
            .into_iter()
            .filter(|pid| Some(*pid) != warden && !leaders.contains(pid))
            .filter(|pid| !self.process.strangers.have(*pid))
            .filter(ours)
            .collect()
    }

    fn members(&self) -> Vec<Proc> {
        let orphans = self.find_orphans();
        let ours = |p: &Proc| !p.zombie && (p.group == self.group || orphans.contains(&p.pid));
        tree::all().into_iter().filter(ours).collect()
    }

    fn heed(&mut self, wanted: Stop) {
        let first = self.ladder.cause.is_none();
        self.ladder.cause.get_or_insert(wanted.cause);
        if wanted.kill {
            self.kill();
        } else if first {
            self.term(self.process.times.grace);
        }
    }

    /// SIGCONT, so that what was stopped hears the SIGTERM too.
    fn term(&mut self, grace: Duration) {
        self.signal(Signal::TERM);
        self.signal(Signal::CONT);
        let at = Instant::now() + grace;
        self.ladder.kill_at = Some(self.ladder.kill_at.map_or(at, |sooner| sooner.min(at)));
    }

    fn kill(&mut self) {
        self.signal(Signal::KILL);
        let now = Instant::now();
        self.ladder.kill_at = Some(now + KILL_AGAIN);
        self.ladder
            .give_up_at
            .get_or_insert(now + self.process.times.give_up);
    }

    fn signal(&self, signal: Signal) {
        tree::signal_group(self.group, signal);
        for orphan in self.find_orphans() {
            tree::signal(orphan, signal);
        }
    }
}

impl Drop for Family<'_> {
    /// Also when the future is dropped half-way: nothing may run on.
    fn drop(&mut self) {
        self.process.leaders.borrow_mut().remove(&self.group);
        if !self.over {
            self.signal(Signal::KILL);
        }
        if let Some(warden) = &self.process.warden {
            warden.ended(self.group);
        }
    }
}

/// The next wish of the driver; never, when there is nobody who could wish.
async fn next_stop(stop: &mut watch::Receiver<Option<Stop>>) -> Stop {
    loop {
        if stop.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        if let Some(wanted) = *stop.borrow_and_update() {
            return wanted;
        }
    }
}

pub(super) async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}

fn show(process: &Proc) -> String {
    format!("{} {}", process.pid, process.name)
}

fn names(processes: &[Proc]) -> String {
    processes.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// `1 process`, `2 processes`.
pub(super) fn count(n: usize) -> String {
    if n == 1 {
        "1 process".to_owned()
    } else {
        format!("{n} processes")
    }
}
