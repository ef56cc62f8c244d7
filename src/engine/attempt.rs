//! One attempt of one node: the conversation between its gate and the executor, under a timeout.
//!
//! Must not know the graph, retries or events: it only says how the attempt ended.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::sink::GateSink;
use super::voice::Voice;
use super::world::{Logs, Stamps, TreeWatch};
use crate::event::LogRef;
use crate::exec::{Desk, Executor, Stop};
use crate::kind;
use crate::model::{
    Answer, Ending, GateName, ImageIdentity, Judged, Judgement, NoAnswer, Probe, Reason, Step,
    StopCause, Unanswered, limits,
};
use crate::plan::{Node, Task};
use crate::sys::Outlet;

/// Turns of one conversation. Most need four, one that hands over files needs one for each portion
/// of them; more is a kind that cannot end.
const TURNS: usize = 4096;
/// How long an executor may take after SIGKILL before it is given up.
const GIVE_UP: Duration = limits::GRACE.saturating_add(Duration::from_secs(10));
/// Changed files that are named.
const NAMED_FILES: usize = 5;

/// What all attempts of a run share.
pub(super) struct Stage<'w> {
    pub voice: Voice<'w>,
    pub executor: &'w dyn Executor,
    pub logs: &'w dyn Logs,
    pub tree: Option<&'w dyn TreeWatch>,
    pub outlets: Vec<Outlet>,
    /// Images that gates of this run have built. Borrowed only while a step is taken or an image
    /// is put in, never across an await.
    pub images: RefCell<BTreeMap<GateName, ImageIdentity>>,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) struct Outcome {
    pub end: End,
    /// How its last process ended.
    pub ending: Option<Ending>,
    pub log: Option<LogRef>,
}

/// Who ended it.
#[derive(Debug)]
pub(super) enum End {
    /// The gate judged.
    Judged(Judgement),
    /// Stopped from outside before it was judged.
    Stopped,
    /// No judgement that may stand, and another attempt would not help.
    Broken(Reason),
    /// It was told to stop and did not; it may still be running.
    Stuck(Reason),
}

/// One attempt.
pub(super) struct Attempt<'a, 'w> {
    pub stage: &'a Stage<'w>,
    pub node: &'a Node,
    pub number: u32,
    /// The driver's stop and the timeout's own.
    pub stop: watch::Sender<Option<Stop>>,
}

/// Raises a stop: the first cause stays, a kill is never taken back.
pub(super) fn raise(signal: &watch::Sender<Option<Stop>>, stop: Stop) {
    signal.send_modify(|raised| {
        let first = raised.unwrap_or(stop);
        *raised = Some(Stop {
            cause: first.cause,
            kill: first.kill || stop.kill,
        });
    });
}

impl Attempt<'_, '_> {
    /// Holds the conversation to its end.
    pub(super) async fn run(self) -> Outcome {
        self.room().await;
        let sink = GateSink::new(
            &self.stage.voice,
            self.stage.logs,
            &self.node.name,
            self.number,
        );
        let stop = self.stop.subscribe();
        let desk = Desk {
            gate: &self.node.name,
            attempt: self.number,
            cpus: match &self.node.task {
                Task::Gate(gate) => gate.cost.cpus,
                Task::Tag { .. } | Task::Join => Some(1),
            },
            sink: &sink,
            stop,
        };
        let mut ending = None;
        let end = tokio::select! {
            biased;
            end = self.talk(&desk, &mut ending) => end,
            end = self.overdue() => end,
        };
        Outcome {
            end,
            ending,
            log: sink.finish(),
        }
    }

    /// What is started says more, so it waits until the readers of the reports have caught up.
    async fn room(&self) {
        let mut raised = self.stop.subscribe();
        let rooms = join_all(self.stage.outlets.iter().map(Outlet::room));
        tokio::select! {
            biased;
            _ = rooms => {}
            _ = wait_for_stop(&mut raised, false) => {}
        }
    }

    async fn talk(&self, desk: &Desk<'_>, ending: &mut Option<Ending>) -> End {
        let mut answers = Vec::new();
        for _ in 0..TURNS {
            match self.step(&answers) {
                Step::Judge(judgement) => return judged(*judgement, &answers),
                Step::Ask(probes) if probes.is_empty() => return End::Broken(bug("asked nothing")),
                Step::Ask(probes) => {
                    let fresh = join_all(probes.iter().map(|probe| self.ask(probe, desk))).await;
                    answers.extend(fresh);
                    *ending = last_ending(&answers).or(*ending);
                    if stopped_from_outside(desk).is_some() {
                        return End::Stopped;
                    }
                }
            }
        }
        End::Broken(bug(&format!("did not judge within {TURNS} turns")))
    }

    fn step(&self, answers: &[Answer]) -> Step {
        let images = self.stage.images.borrow();
        match &self.node.task {
            Task::Gate(gate) => {
                let turn = gate.turn(&images);
                gate.kind.step(&turn, answers)
            }
            Task::Tag { build, reference } => {
                kind::tag::step(images.get(build), reference, answers)
            }
            Task::Join => Step::judge(Judged::Errored(bug("is a join and was started"))),
        }
    }

    async fn ask(&self, probe: &Probe, desk: &Desk<'_>) -> Answer {
        self.asked(probe, desk)
            .await
            .unwrap_or_else(Answer::Unanswered)
    }

    async fn asked(&self, probe: &Probe, desk: &Desk<'_>) -> Result<Answer, Unanswered> {
        let raised = *desk.stop.borrow();
        if let Some(stop) = raised {
            return Err(stopped(stop, "stopped before it was asked"));
        }
        let builds = matches!(probe, Probe::Build(build) if build.product);
        let ships = builds || matches!(probe, Probe::Tag { .. });
        if !ships {
            return Ok(self.stage.executor.answer(probe, desk).await);
        }
        let tree = self.stage.tree;
        let tree = tree.ok_or_else(|| changed("nobody watched the work tree".to_owned()))?;
        unless_stopped(desk, stands(tree)).await??;
        if !builds {
            return Ok(self.stage.executor.answer(probe, desk).await);
        }
        let before = unless_stopped(desk, tree.stamps()).await?;
        let answer = self.stage.executor.answer(probe, desk).await;
        unless_stopped(desk, stands(tree)).await??;
        // What changed and changed back meanwhile may have been built.
        let after = unless_stopped(desk, tree.stamps()).await?;
        untouched(before, after).map(|()| answer)
    }

    /// Raises the timeout, and gives up on an executor that does not come back after a stop.
    async fn overdue(&self) -> End {
        let mut raised = self.stop.subscribe();
        let stopped = tokio::select! {
            stop = wait_for_stop(&mut raised, false) => stop,
            () = sleep(self.timeout()) => {
                let stop = Stop { cause: StopCause::Timeout, kill: false };
                raise(&self.stop, stop);
                stop
            }
        };
        let patience = if stopped.kill {
            GIVE_UP
        } else {
            limits::GRACE + GIVE_UP
        };
        let deadline = Instant::now() + patience;
        tokio::select! {
            () = sleep_until(deadline) => {}
            _ = wait_for_stop(&mut raised, true) => {
                sleep_until(deadline.min(Instant::now() + GIVE_UP)).await;
            }
        }
        let reason = Reason::new(format!("`{}` did not stop", self.node.name))
            .detail(format!(
                "it was told to ({}), and given up",
                cause_words(stopped.cause)
            ))
            .hint("something of it may still be running: look for its processes and containers");
        End::Stuck(reason)
    }

    fn timeout(&self) -> Duration {
        match &self.node.task {
            Task::Gate(gate) => gate.timeout,
            Task::Tag { .. } | Task::Join => limits::DEFAULT_TIMEOUT,
        }
    }
}

/// Rule 5: what was checked is what is built, or why that may not be so.
async fn stands(tree: &dyn TreeWatch) -> Result<(), Unanswered> {
    let met = tree.changed().await.map_err(|why_not| {
        changed(format!(
            "it cannot be known whether the work tree changed: {why_not}"
        ))
    })?;
    if met.is_empty() {
        return Ok(());
    }
    let mut names = met[..met.len().min(NAMED_FILES)].join(", ");
    if met.len() > NAMED_FILES {
        names.push_str(&format!(" and {} more", met.len() - NAMED_FILES));
    }
    let message = format!("the work tree changed after the checks began: {names}");
    Err(changed(message).hint(
        "leave the files alone while prove runs; a file that a gate writes belongs in its \
         `outputs`, or in .dockerignore if it is not for the image",
    ))
}

fn untouched(
    before: Result<Stamps, String>,
    after: Result<Stamps, String>,
) -> Result<(), Unanswered> {
    let touched = match (before, after) {
        (Ok(before), Ok(after)) if before == after => return Ok(()),
        (Ok(before), Ok(after)) => {
            let other = after
                .iter()
                .find(|(path, stamp)| before.get(*path) != Some(stamp));
            let gone = before.keys().find(|path| !after.contains_key(*path));
            let path = other.map(|(path, _)| path).or(gone);
            path.map_or_else(String::new, |path| path.display().to_string())
        }
        (Err(why_not), _) | (_, Err(why_not)) => why_not,
    };
    let message = format!("the work tree was touched while the image was built: {touched}");
    Err(changed(message).hint("leave the files alone while prove builds; then run again"))
}

fn changed(message: String) -> Unanswered {
    Unanswered::new(NoAnswer::InputChanged, message)
}

fn stopped(stop: Stop, when: &str) -> Unanswered {
    Unanswered::new(NoAnswer::Stopped(stop.cause), when)
}

/// Looks at the work tree as long as nobody wants a stop.
async fn unless_stopped<T>(
    desk: &Desk<'_>,
    look: impl Future<Output = T>,
) -> Result<T, Unanswered> {
    let mut raised = desk.stop.clone();
    tokio::select! {
        biased;
        stop = wait_for_stop(&mut raised, false) => {
            Err(stopped(stop, "stopped while the work tree was read"))
        }
        seen = look => Ok(seen),
    }
}

async fn wait_for_stop(raised: &mut watch::Receiver<Option<Stop>>, kill: bool) -> Stop {
    loop {
        let stop = *raised.borrow_and_update();
        if let Some(stop) = stop.filter(|stop| stop.kill || !kill) {
            return stop;
        }
        if raised.changed().await.is_err() {
            // The sender lives in the attempt itself, so this cannot be; waiting is no harm.
            std::future::pending::<()>().await;
        }
    }
}

/// The cause, when the engine ends this attempt whatever the gate says of it.
fn stopped_from_outside(desk: &Desk<'_>) -> Option<StopCause> {
    let raised = *desk.stop.borrow();
    raised
        .map(|stop| stop.cause)
        .filter(|cause| *cause != StopCause::Timeout)
}

/// A judgement stands unless the tree changed below it.
fn judged(judgement: Judgement, answers: &[Answer]) -> End {
    let changed = answers.iter().find_map(|answer| match answer {
        Answer::Unanswered(gone) if gone.why == NoAnswer::InputChanged => Some(gone),
        _ => None,
    });
    match changed {
        None => End::Judged(judgement),
        Some(gone) => {
            let reason = Reason::new(gone.message.clone());
            End::Broken(Reason {
                hint: gone.hint.clone(),
                ..reason
            })
        }
    }
}

fn last_ending(answers: &[Answer]) -> Option<Ending> {
    answers.iter().rev().find_map(|answer| match answer {
        Answer::Ran(ran) => Some(ran.ending),
        _ => None,
    })
}

fn bug(what: &str) -> Reason {
    Reason::new(format!("a bug in prove: the gate's kind {what}"))
        .hint("please report it, with the gate file")
}

fn cause_words(cause: StopCause) -> &'static str {
    match cause {
        StopCause::Timeout => "its timeout passed",
        StopCause::RunTimeout => "the run's timeout passed",
        StopCause::Interrupted => "prove was interrupted",
        StopCause::FailFast => "another gate failed and --fail-fast is on",
    }
}
