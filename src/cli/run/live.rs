//! The live view's link to the world: it gets the time, the size of the terminal and what gates
//! print, and its frames go to standard output. `-v` has its ear here, too.
//!
//! Must not decide what is shown.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::engine::{Clock, Log, Logs};
use crate::event::{Body, LogRef};
use crate::exec::Stream;
use crate::model::{GateName, VerdictWord};
use crate::report::{Live, Screen, Verbose};
use crate::store::{self, RunStore};
use crate::sys::{self, Outlet};

/// Between two frames: twelve in a second. A run that is over before shows none.
const FRAME: Duration = Duration::from_millis(80);
/// Between two frames of a process that was not stopped.
const PAUSE: Duration = Duration::from_millis(500);
/// Runs that take less need no estimate, so none is made while they start.
const HISTORY_AFTER: Duration = Duration::from_millis(400);
/// Recorded runs that are read for it.
const RUNS: usize = 3;
/// Bytes that may wait for a reader before more of `-v` is left out.
const WAITING: usize = 1 << 20;

/// Paints frames while it is polled, when there is a view.
pub(super) async fn go_on(show: Option<&Show>, clock: &dyn Clock) -> Infallible {
    match show {
        Some(show) => show.go_on(clock).await,
        None => std::future::pending().await,
    }
}

/// The view with what stands behind it.
pub(super) struct Show {
    pub live: Live,
    pub stdout: Outlet,
    /// Where runs are recorded.
    pub home: PathBuf,
}

impl Show {
    async fn go_on(&self, clock: &dyn Clock) -> Infallible {
        let mut frames = interval_at(Instant::now() + FRAME, FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut learned = false;
        let mut last = Instant::now();
        let learning = async {
            tokio::time::sleep(HISTORY_AFTER).await;
            learn(self.home.clone()).await
        };
        tokio::pin!(learning);
        let resumed = sys::signals::resumed();
        tokio::pin!(resumed);
        loop {
            tokio::select! {
                biased;
                () = &mut resumed => {
                    self.live.forget();
                    resumed.set(sys::signals::resumed());
                }
                durations = &mut learning, if !learned => {
                    learned = true;
                    self.live.learn(&durations);
                }
                // After a long pause this process may have been stopped, and the signal that says
                // so comes only now.
                now = frames.tick() => if now - std::mem::replace(&mut last, now) < PAUSE {
                    self.frame(clock.now_ms());
                }
            }
        }
    }

    /// One frame, unless the terminal has not taken the last one yet.
    fn frame(&self, now_ms: u64) {
        if self.stdout.waiting() > 0 {
            return;
        }
        let (columns, rows) = sys::terminal::size().unwrap_or((80, 24));
        let frame = self.live.tick(
            now_ms,
            Screen {
                columns,
                rows,
                foreground: sys::terminal::is_in_front(),
            },
        );
        if !frame.is_empty() {
            // The outlet keeps the failure and tells it to the listener, which raises the doubt.
            let _ = self.stdout.clone().write_all(&frame);
        }
    }
}

/// The same, read on a thread of its own. Without a history there is no estimate, and nothing else
/// is lost.
async fn learn(home: PathBuf) -> BTreeMap<GateName, u64> {
    let (said, heard) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("prove-history".to_owned());
    // Nobody hears it when the run is over before.
    let started = thread.spawn(move || drop(said.send(durations(&home))));
    match started {
        Ok(_) => heard.await.unwrap_or_default(),
        Err(_) => BTreeMap::new(),
    }
}

/// How long each gate took when it last passed, in milliseconds.
fn durations(home: &std::path::Path) -> BTreeMap<GateName, u64> {
    let mut durations = BTreeMap::new();
    // The newest is this run.
    let runs = store::list(home).unwrap_or_default().into_iter().skip(1);
    for run in runs.take(RUNS) {
        let Ok(recording) = run.events() else {
            continue;
        };
        for event in recording.events {
            if let Body::GateFinished(gate) = event.body
                && gate.verdict == VerdictWord::Passed
            {
                durations.entry(gate.gate).or_insert(gate.duration_ms);
            }
        }
    }
    durations
}

/// Who hears what gates print, beside their logs.
#[derive(Clone)]
pub(super) enum Ear {
    Live(Live),
    /// `-v` without the view: straight to the stream that the plain report goes to.
    Plain(Rc<RefCell<Verbose>>, Outlet),
}

impl Ear {
    fn hear(&self, gate: &GateName, stream: Stream, bytes: &[u8]) {
        let stream = usize::from(stream == Stream::Stderr);
        match self {
            Self::Live(live) => live.output(gate, stream, bytes),
            Self::Plain(verbose, outlet) => {
                let room = outlet.waiting() < WAITING;
                let lines = verbose.borrow_mut().take(gate, stream, bytes, room);
                put(outlet, &lines);
            }
        }
    }

    fn ended(&self, gate: &GateName) {
        match self {
            Self::Live(live) => live.output_ended(gate),
            Self::Plain(verbose, outlet) => put(outlet, &verbose.borrow_mut().end(gate)),
        }
    }
}

fn put(outlet: &Outlet, lines: &[String]) {
    if !lines.is_empty() {
        let text = lines.join("\n") + "\n";
        // As above: whoever reports there learns of it.
        let _ = outlet.clone().write_all(text.as_bytes());
    }
}

/// The logs of a run, with somebody who listens.
pub(super) struct Overheard<'s> {
    pub store: &'s RunStore,
    pub ear: Ear,
}

impl Logs for Overheard<'_> {
    fn open(&self, gate: &GateName, attempt: u32) -> Result<Box<dyn Log>, String> {
        Ok(Box::new(OverheardLog {
            log: Logs::open(self.store, gate, attempt)?,
            gate: gate.clone(),
            ear: self.ear.clone(),
        }))
    }

    fn keep_dir(&self, gate: &GateName, attempt: u32) -> Option<PathBuf> {
        Logs::keep_dir(self.store, gate, attempt)
    }
}

struct OverheardLog {
    log: Box<dyn Log>,
    gate: GateName,
    ear: Ear,
}

impl Log for OverheardLog {
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> Result<(), String> {
        self.ear.hear(&self.gate, stream, bytes);
        self.log.write(stream, bytes)
    }

    fn finish(&mut self) -> Result<Option<LogRef>, String> {
        self.ear.ended(&self.gate);
        self.log.finish()
    }
}
