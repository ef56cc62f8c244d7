//! The conversation behind `run` and `setup`: look, run, look again, judge.
//!
//! The questions come in a fixed order, so an answer is known by its place. As soon as something
//! is wrong nothing more is asked.

mod container;
mod decode;
mod ending;
mod expect;
mod files;
mod line;
mod results;
mod shells;
#[cfg(test)]
mod tests;
mod unchanged;

pub(super) use decode::{BODY, CREATES, KEYS, MAY_FIND_NOTHING, decode};

use container::Where;
use expect::TextRule;
use files::{Files, Picked};
use line::Line;
use results::Results;

use super::judge;
use crate::model::{
    Answer, Collect, Command, ContainerOptions, Ending, Entry, EntryKind, GateName, ImageRef,
    Judged, Judgement, NoAnswer, Place, Probe, Ran, Reason, RunRequest, SharedJobs, Snapshot, Step,
    Unanswered, Workspace,
};
use crate::spec::{Environment, Kind, Turn};

/// A `run` or a `setup`.
#[derive(Debug)]
struct CommandGate {
    word: &'static str,
    line: Line,
    place: Where,
    container: ContainerOptions,
    environment: Environment,
    expect: Expect,
    results: Results,
    keep: Vec<String>,
    files: Option<Files>,
    creates: Vec<String>,
    jobserver: SharedJobs,
}

/// `expect:`.
#[derive(Debug)]
struct Expect {
    exit: Vec<i32>,
    stdout: Option<TextRule>,
    stderr: Option<TextRule>,
    unchanged: Vec<String>,
}

impl Default for Expect {
    fn default() -> Self {
        Self {
            exit: vec![0],
            stdout: None,
            stderr: None,
            unchanged: Vec::new(),
        }
    }
}

/// What is asked, in this order.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ask {
    /// The files that must stay, before.
    Before,
    /// The command itself, with this portion of the files.
    Run(usize),
    /// The files that must stay, after.
    After,
    /// What a setup must have made.
    Created,
}

impl Kind for CommandGate {
    fn word(&self) -> &'static str {
        self.word
    }

    fn summary(&self) -> String {
        match &self.place {
            Where::Host => self.line.summary(),
            Where::Built(gate) => format!("{} (in {gate})", self.line.summary()),
            Where::Named(image) => format!("{} (in {})", self.line.summary(), image.display()),
        }
    }

    fn uses(&self) -> Vec<GateName> {
        let mut gates = match &self.place {
            Where::Host => Vec::new(),
            Where::Built(gate) => vec![gate.clone()],
            Where::Named(image) => image.gates(),
        };
        gates.extend(self.line.gates());
        gates.extend(self.environment.gates());
        gates.sort();
        gates.dedup();
        gates
    }

    fn names_image(&self) -> Option<String> {
        match &self.place {
            Where::Named(image) => image.as_literal(),
            Where::Host | Where::Built(_) => None,
        }
    }

    fn is_setup(&self) -> bool {
        self.word == "setup"
    }

    fn writes(&self) -> Vec<String> {
        let results = self.results.globs();
        let others = self.creates.iter().chain(&self.keep);
        results.chain(others).cloned().collect()
    }

    fn reads_reports(&self) -> Vec<String> {
        let inside = !matches!(self.place, Where::Host);
        match inside && self.container.workspace == Workspace::None {
            true => Vec::new(),
            false => self.results.globs().cloned().collect(),
        }
    }

    fn enters(&self, turn: &Turn<'_>) -> Option<Result<RunRequest, Reason>> {
        let entered = self.request(turn).map(|request| RunRequest {
            command: Command::Argv(self.line.shell_program()),
            ..request
        });
        Some(entered)
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let picked = match &self.files {
            None => Picked::plain(),
            Some(files) => match files.picked(turn, answers) {
                Ok(picked) => picked,
                Err(step) => return step,
            },
        };
        let asks = self.asks(picked.portions.len());
        let mut judgement = Judgement::new(judge::pass(answers));
        judgement.notes.extend(picked.notes.iter().cloned());
        let answers = &answers[picked.answers..];
        if let Err(wrong) = self.weigh(turn, &asks, answers, &mut judgement) {
            judgement.verdict = self.as_word(wrong);
            // What was to stay may have been changed: the next attempt would take that for good.
            let ran = answers
                .iter()
                .any(|answer| matches!(answer, Answer::Ran(_)));
            judgement.settled = ran && !self.expect.unchanged.is_empty();
            return judge::done(judgement);
        }
        match asks.get(answers.len()) {
            None => judge::done(judgement),
            Some(ask) => match self.probe(*ask, turn, &picked) {
                Ok(probe) => Step::Ask(vec![probe]),
                Err(reason) => Step::judge(Judged::Errored(reason)),
            },
        }
    }
}

impl CommandGate {
    fn asks(&self, runs: usize) -> Vec<Ask> {
        let mut asks: Vec<Ask> = (0..runs).map(Ask::Run).collect();
        if !self.expect.unchanged.is_empty() {
            asks.insert(0, Ask::Before);
            asks.push(Ask::After);
        }
        if !self.creates.is_empty() {
            asks.push(Ask::Created);
        }
        asks
    }

    fn probe(&self, ask: Ask, turn: &Turn<'_>, picked: &Picked) -> Result<Probe, Reason> {
        let cwd = turn.cwd.to_owned();
        Ok(match ask {
            Ask::Run(portion) => {
                let mut request = self.request(turn)?;
                request.command = files::with(request.command, &picked.portions[portion]);
                Probe::Run(Box::new(request))
            }
            Ask::Before | Ask::After => Probe::Snapshot {
                cwd,
                patterns: self.expect.unchanged.clone(),
            },
            Ask::Created => Probe::List {
                cwd,
                patterns: self.creates.clone(),
            },
        })
    }

    fn request(&self, turn: &Turn<'_>) -> Result<RunRequest, Reason> {
        let place = match &self.place {
            Where::Host => Place::Host,
            Where::Built(gate) => {
                let image = turn.images.get(gate).ok_or_else(|| {
                    Reason::new(format!("the image of {gate} is not known"))
                        .hint(format!("run it together with {gate}, not with --only"))
                })?;
                Place::Image(ImageRef::Built(image.clone()))
            }
            Where::Named(image) => Place::Image(ImageRef::Named(image.resolve(turn)?)),
        };
        let env = match &place {
            Place::Host => self.environment.host(turn)?,
            Place::Image(_) => self.environment.overlay(turn)?,
        };
        Ok(RunRequest {
            place,
            command: self.line.command(turn)?,
            cwd: turn.cwd.to_owned(),
            env,
            secrets: self.environment.secrets.clone(),
            container: self.container.clone(),
            capture_stdout: self.expect.stdout.is_some(),
            capture_stderr: self.expect.stderr.is_some(),
            collect: Collect {
                results: self.results.globs().cloned().collect(),
                keep: self.keep.clone(),
                outputs: turn.outputs.to_vec(),
            },
            jobserver: self.jobserver,
        })
    }

    /// Judges the answers so far; `Ok` when nothing is wrong yet.
    fn weigh(
        &self,
        turn: &Turn<'_>,
        asks: &[Ask],
        answers: &[Answer],
        judgement: &mut Judgement,
    ) -> Result<(), Judged> {
        if answers.len() > asks.len() {
            return Err(judge::misplaced("more answers than questions"));
        }
        let mut before: Option<&Snapshot> = None;
        for (ask, answer) in asks.iter().zip(answers) {
            match (ask, answer) {
                (Ask::Run(_), Answer::Unanswered(no)) => return Err(self.not_run(no, turn)),
                (_, Answer::Unanswered(no)) => return Err(judge::unanswered(no, turn)),
                (Ask::Before, Answer::Snapshot(snapshot)) => before = Some(snapshot),
                (Ask::Run(_), Answer::Ran(ran)) => self.ran(ran, turn, judgement)?,
                (Ask::After, Answer::Snapshot(after)) => {
                    let before = before.ok_or_else(|| judge::misplaced("snapshot"))?;
                    let patterns = &self.expect.unchanged;
                    let note = unchanged::judge(before, after, patterns, turn.allow_empty)?;
                    judgement.notes.extend(note);
                }
                (Ask::Created, Answer::Listed(lists)) => self.created(lists)?,
                _ => return Err(judge::misplaced(self.word)),
            }
        }
        Ok(())
    }

    /// The command ended: its report, its exit code and its output. A failure outranks whatever
    /// else is wrong; the rest is told as details.
    fn ran(&self, ran: &Ran, turn: &Turn<'_>, judgement: &mut Judgement) -> Result<(), Judged> {
        judgement.notes.extend(ran.notes.iter().cloned());
        if let Ending::Exited(code) = ran.ending {
            judgement.exit_code = Some(code);
        }
        let read = results::read(&self.results, &ran.results, turn);
        judgement.cases.extend(read.cases);
        judgement.findings.extend(read.findings);
        judgement.notes.extend(read.notes);
        let ending = ending::judge(ran.ending, &self.expect.exit, turn.timeout);
        let mut wrong = Vec::new();
        // What a killed process left in its report matters less than that it was killed.
        if matches!(ran.ending, Ending::Exited(_)) {
            let ended_well = ending.is_none();
            wrong.extend(read.failed);
            wrong.extend(ending);
            if ended_well {
                wrong.extend(self.output(ran));
            }
        } else {
            wrong.extend(ending);
            wrong.extend(read.failed);
        }
        wrong.extend(read.errored);
        judge::worst(wrong)
    }

    fn output(&self, ran: &Ran) -> Vec<Judged> {
        let streams = [
            ("stdout", &self.expect.stdout, &ran.stdout),
            ("stderr", &self.expect.stderr, &ran.stderr),
        ];
        let judged = |(name, rule, captured): (&str, &Option<TextRule>, &Option<Vec<u8>>)| {
            expect::judge(name, rule.as_ref()?, captured.as_deref(), ran.capture_cut)
        };
        streams.into_iter().filter_map(judged).collect()
    }

    fn created(&self, lists: &[Vec<Entry>]) -> Result<(), Judged> {
        if lists.len() != self.creates.len() {
            return Err(judge::misplaced("creates"));
        }
        let there =
            |list: &Vec<Entry>| list.iter().any(|entry| entry.kind != EntryKind::BrokenLink);
        let missing: Vec<&str> = self
            .creates
            .iter()
            .zip(lists)
            .filter(|(_, list)| !there(list))
            .map(|(path, _)| path.as_str())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let headline = format!("it ended well but did not make {}", missing.join(", "));
        let hint = "correct `creates` (relative to the gate's `cwd`) or the command";
        Err(Judged::Errored(Reason::new(headline).hint(hint)))
    }

    /// The command could not be started; a shell that an image does not have is the usual case.
    fn not_run(&self, no: &Unanswered, turn: &Turn<'_>) -> Judged {
        let (NoAnswer::CommandNotFound, Some(shell)) = (no.why, self.line.shell()) else {
            return judge::unanswered(no, turn);
        };
        let reason = Reason::new(no.message.clone());
        Judged::Errored(match self.place {
            Where::Host => reason.hint(format!(
                "this text needs a shell and `{shell}` is not on the PATH: install it, name \
                 another with `shell:`, or write a list of arguments"
            )),
            _ => reason.hint(format!(
                "this image has no `{shell}`: write `shell: sh -eu` and no pipes, or a list of \
                 arguments"
            )),
        })
    }

    /// A setup is evidence for nothing: its failure leaves the run undecided.
    fn as_word(&self, judged: Judged) -> Judged {
        match judged {
            Judged::Failed(reason) if self.is_setup() => Judged::Errored(reason),
            other => other,
        }
    }
}
