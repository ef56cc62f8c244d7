//! Answers `Run` on the host: a process group, its output, how it ended, what it left.
//!
//! Observes; whether the ending is good is for the gate's kind to say.

pub(super) mod collect;
mod enter;
mod family;
mod jobs;
pub(super) mod keep;
mod output;
mod start;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::Future;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

pub use self::enter::{Ears, Entered};
use self::family::{Family, Led};
use self::output::{Tap, drain};
use self::start::Started;
use super::{Desk, Stream};
use crate::model::{Answer, Ending, NoAnswer, Place, Ran, RunRequest, Unanswered, limits};
use crate::sys::spawn::Spawner;
use crate::sys::{self, Jobserver, Marker, Strangers, Warden};

/// How patient the executor is. Injectable, so that tests need not wait.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// From SIGTERM to SIGKILL when the driver wants a stop.
    pub grace: Duration,
    /// How long what is left behind may take to end by itself (`> >(tee log)` does).
    pub settle: Duration,
    /// From SIGTERM to SIGKILL for what was left behind.
    pub leftover_grace: Duration,
    /// How long a pipe may stay open when everything that is known is dead.
    pub pipe_grace: Duration,
    /// How long a process may take to die of SIGKILL (it may hang in the kernel).
    pub give_up: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            grace: limits::GRACE,
            settle: Duration::from_millis(200),
            leftover_grace: Duration::from_secs(1),
            pipe_grace: limits::PIPE_GRACE,
            give_up: Duration::from_secs(10),
        }
    }
}

/// Runs commands on this machine.
pub struct Process {
    root: PathBuf,
    marker: Marker,
    warden: Option<Warden>,
    spawner: RefCell<Spawner>,
    /// The job slots of the run, for what gates start.
    jobs: Option<Arc<Jobserver>>,
    /// Children from before the run: never touched.
    strangers: Strangers,
    times: Times,
    /// Read into by every gate in turn: the driver has one thread.
    buffer: RefCell<Vec<u8>>,
    /// Leaders that run: children of ours that are nobody's orphans.
    leaders: RefCell<BTreeSet<i32>>,
    starts: Cell<u64>,
    oom_kills: Cell<Option<u64>>,
}

impl Process {
    /// Runs below this root, everything marked. `warden` guards against a SIGKILL of `prove`.
    ///
    /// # Errors
    /// When the kernel refuses to hand orphans over to this process, or `/dev/null` to anybody.
    pub fn new(root: &Path, marker: Marker, warden: Option<Warden>) -> std::io::Result<Self> {
        sys::process::become_subreaper()?;
        Ok(Self {
            root: root.to_owned(),
            marker,
            warden,
            spawner: RefCell::new(Spawner::new()?),
            jobs: None,
            strangers: Strangers::default(),
            times: Times::default(),
            buffer: RefCell::new(vec![0; output::BUFFER]),
            leaders: RefCell::default(),
            starts: Cell::new(0),
            oom_kills: Cell::new(oom_kills()),
        })
    }

    /// With children that were there before anything was started.
    #[must_use]
    pub fn beside(mut self, strangers: Strangers) -> Self {
        self.strangers = strangers;
        self
    }

    /// With job slots to share with what gates start.
    #[must_use]
    pub fn sharing(mut self, jobs: Option<Arc<Jobserver>>) -> Self {
        self.jobs = jobs;
        self
    }

    /// So many of them are taken by gates.
    pub(super) fn taken(&self, slots: usize) {
        if let Some(jobs) = &self.jobs {
            jobs.take(slots);
        }
    }

    /// The job slots to share.
    pub(super) fn jobs(&self) -> Option<&Jobserver> {
        self.jobs.as_deref()
    }

    /// With other times.
    #[must_use]
    pub fn patience(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    /// The end of the run: kills what came to this process and bears no mark of a gate. Gives
    /// what should be said.
    #[must_use]
    pub fn close(&self) -> Vec<String> {
        let warden: Vec<i32> = self.warden.iter().map(Warden::pid).collect();
        let rest = sys::reap_rest(&warden, &self.strangers, &self.marker);
        let say = |names: &[String], what: &str| {
            let count = family::count(names.len());
            (!names.is_empty()).then(|| format!("{count} {what}: {}", names.join(", ")))
        };
        let spared = "left alone: prove had children when it was started, and these may be theirs";
        let killed = say(&rest.killed, "that hid from their gates were killed");
        killed
            .into_iter()
            .chain(say(&rest.spared, spared))
            .collect()
    }

    /// Answers one request.
    pub async fn run(&self, request: &RunRequest, desk: &Desk<'_>) -> Answer {
        if request.place != Place::Host {
            let message = "a command in an image is not for the host";
            return Answer::Unanswered(Unanswered::new(NoAnswer::Unsupported, message));
        }
        match self.ran(request, desk).await {
            Ok(ran) => Answer::Ran(Box::new(ran)),
            Err(unanswered) => Answer::Unanswered(unanswered),
        }
    }

    async fn ran(&self, request: &RunRequest, desk: &Desk<'_>) -> Result<Ran, Unanswered> {
        let before = collect::before(&self.root, request).await?;
        if let Some(stop) = *desk.stop.borrow() {
            let why = NoAnswer::Stopped(stop.cause);
            return Err(Unanswered::new(why, "stopped before it was started"));
        }
        let number = self.starts.get() + 1;
        self.starts.set(number);
        let (own, offer) = jobs::offered(self.jobs.as_deref(), desk, request)?;
        let mark = self.marker.value(number);
        let started = {
            let spawner = &mut self.spawner.borrow_mut();
            start::start((spawner, &self.root), request, desk, (&mark, &offer))?
        };
        drop(offer);
        let mut ran = self.watch(started, number, request, desk).await;
        drop(own);
        ran.results = collect::results(&self.root, request, before).await?;
        let not_kept = keep::keep(&self.root, request, desk, self.times.grace).await;
        ran.notes.extend(not_kept);
        Ok(ran)
    }

    /// From the start to the moment when nothing of it is left.
    async fn watch(
        &self,
        started: Started,
        number: u64,
        request: &RunRequest,
        desk: &Desk<'_>,
    ) -> Ran {
        let Started {
            mut leader,
            stdout,
            stderr,
        } = started;
        let mut family = Family::new(self, leader.pid(), number);
        let mut notes: Vec<String> = family.guard().into_iter().collect();
        let mut out = Tap::new(Stream::Stdout, stdout, request.capture_stdout);
        let mut err = stderr.map(|stderr| Tap::new(Stream::Stderr, stderr, request.capture_stderr));
        let led = {
            let mut reading = pin!(async {
                let out = drain(&mut out, &self.buffer, desk.sink);
                match &mut err {
                    Some(err) => {
                        tokio::join!(out, drain(err, &self.buffer, desk.sink));
                    }
                    None => out.await,
                }
            });
            let mut read = false;
            let mut stop = desk.stop.clone();
            let whole = family.live_and_die(&mut leader, &mut stop);
            let led = alongside(whole, reading.as_mut(), &mut read).await;
            if !read
                && tokio::time::timeout(self.times.pipe_grace, reading)
                    .await
                    .is_err()
            {
                notes.push(
                    "its output was held open by a process that is not its own; closed".into(),
                );
            }
            led
        };
        notes.extend(led.notes.iter().cloned());
        let ending = self.ending(&led, &mut notes);
        // Of a stream that was not read to its end nothing may be said but what came.
        let capture_cut = out.lacks() || err.as_ref().is_some_and(Tap::lacks);
        let (err, broken) = match err {
            Some(err) => (err.captured, err.broken),
            None => (None, None),
        };
        notes.extend(out.broken.into_iter().chain(broken));
        Ran {
            capture_cut,
            stdout: out.captured,
            stderr: err,
            notes,
            ..Ran::ended(ending)
        }
    }

    fn ending(&self, led: &Led, notes: &mut Vec<String>) -> Ending {
        match (led.stopped, led.status) {
            (Some(cause), _) => Ending::Stopped(cause),
            (None, Some(status)) => {
                if status.signal() == Some(9) && self.oom_since() {
                    notes.push(
                        "the kernel ran out of memory and killed processes while this ran; \
                         this may be one of them"
                            .to_owned(),
                    );
                }
                plain_ending(status)
            }
            // Not reached without a stop; SIGKILL is the nearest to the truth, never a pass.
            (None, None) => Ending::Signaled(9),
        }
    }

    /// Whether the kernel's count of OOM kills rose since it was last looked at.
    fn oom_since(&self) -> bool {
        let now = oom_kills();
        let before = self.oom_kills.replace(now);
        matches!((before, now), (Some(before), Some(now)) if now > before)
    }
}

fn plain_ending(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, signal) => Ending::Signaled(signal.unwrap_or(9)),
    }
}

/// Drives `side` while `main` goes on; done when `main` is.
async fn alongside<T>(
    main: impl Future<Output = T>,
    mut side: Pin<&mut impl Future<Output = ()>>,
    side_is_done: &mut bool,
) -> T {
    let mut main = pin!(main);
    loop {
        tokio::select! {
            biased;
            done = &mut main => return done,
            () = side.as_mut(), if !*side_is_done => *side_is_done = true,
        }
    }
}

/// How many processes the kernel has killed for want of memory; `None` where it does not say.
fn oom_kills() -> Option<u64> {
    let text = sys::process::read("/proc/vmstat").ok()?;
    let text = std::str::from_utf8(&text).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("oom_kill "))?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
