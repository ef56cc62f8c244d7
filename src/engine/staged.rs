//! A staged world for tests: made-up gates, an executor with a script, listeners that take notes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::{Clock, Log, Logs, RunFacts, Settings, TreeWatch, World};
use crate::event::{Body, Event, Listener, LogRef, Summary};
use crate::exec::{Desk, Executor, LocalFuture, Stream};
use crate::format::yaml::Span;
use crate::model::{
    Answer, BuildRequest, Built, Case, CaseStatus, Ending, Evidence, Finding, GateName,
    ImageIdentity, Judged, Judgement, Masker, NoAnswer, Probe, Product, Ran, Reason, RunRequest,
    Severity, Step, StopCause, Unanswered,
};
use crate::model::{Collect, Command, ContainerOptions, Place};
use crate::plan::{Plan, Selection};
use crate::spec::{Advisory, Builds, Cost, Gate, Kind, Pipeline, Retries, Turn};

/// What a made-up gate does.
#[derive(Clone, Debug)]
pub enum Does {
    /// Runs something and judges its ending.
    Run,
    /// Builds a product image.
    Build,
    /// Asks for ever.
    Chatter,
    /// Asks for nothing at all.
    Nothing,
}

#[derive(Debug)]
struct Made {
    does: Does,
    secret: String,
}

impl Kind for Made {
    fn word(&self) -> &'static str {
        "made"
    }

    fn summary(&self) -> String {
        format!("says {}", self.secret)
    }

    fn builds(&self) -> Option<Builds> {
        let builds = Builds {
            tool: false,
            tag: Some("app:1".to_owned()),
        };
        matches!(self.does, Does::Build).then_some(builds)
    }

    fn step(&self, _: &Turn<'_>, answers: &[Answer]) -> Step {
        match (&self.does, answers.last()) {
            (Does::Nothing, _) => Step::Ask(vec![]),
            (Does::Run | Does::Chatter, None) | (Does::Chatter, Some(_)) => {
                Step::Ask(vec![Probe::Run(Box::new(request()))])
            }
            (Does::Build, None) => {
                let build = BuildRequest {
                    product: true,
                    ..BuildRequest::default()
                };
                Step::Ask(vec![Probe::Build(Box::new(build))])
            }
            (_, Some(answer)) => Step::Judge(Box::new(self.judge(answer, answers))),
        }
    }
}

impl Made {
    fn judge(&self, answer: &Answer, answers: &[Answer]) -> Judgement {
        let failed = |text: String| Judgement::new(Judged::Failed(Reason::new(text)));
        let passed = || match Evidence::observed(answers) {
            Some(evidence) => Judgement::new(Judged::Passed(evidence)),
            None => failed("no evidence".to_owned()),
        };
        match answer {
            Answer::Ran(ran) => match ran.ending {
                Ending::Exited(0) => passed(),
                Ending::Exited(code) => Judgement {
                    exit_code: Some(code),
                    cases: vec![self.case()],
                    findings: vec![self.finding()],
                    notes: vec![format!("note {}", self.secret)],
                    ..failed(format!("exit code {code} {}", self.secret))
                },
                other => failed(format!("{other:?}")),
            },
            Answer::Built(Built::Image { image, .. }) => {
                let product = Some(Product::Image(image.clone()));
                Judgement {
                    product,
                    ..passed()
                }
            }
            Answer::Unanswered(Unanswered {
                why: NoAnswer::Stopped(StopCause::Timeout),
                ..
            }) => failed("timed out".to_owned()),
            Answer::Unanswered(gone) => {
                Judgement::new(Judged::Errored(Reason::new(gone.message.clone())))
            }
            _ => failed("another answer".to_owned()),
        }
    }

    fn case(&self) -> Case {
        let text = || format!("case {}", self.secret);
        let (suite, name, message) = (text(), text(), text());
        Case {
            suite,
            name,
            message,
            status: CaseStatus::Failed,
            duration_ms: None,
        }
    }

    fn finding(&self) -> Finding {
        let message = format!("finding {}", self.secret);
        let help = Some(message.clone());
        let severity = Severity::Error;
        Finding {
            rule: "r".to_owned(),
            severity,
            location: None,
            message,
            help,
        }
    }
}

fn request() -> RunRequest {
    RunRequest {
        place: Place::Host,
        command: Command::Argv(vec!["x".to_owned()]),
        cwd: ".".to_owned(),
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        container: ContainerOptions::default(),
        capture_stdout: false,
        capture_stderr: false,
        collect: Collect::default(),
    }
}

/// A gate called this that runs something.
pub fn gate(name: &str) -> Gate {
    does(name, Does::Run)
}

/// A gate called this.
pub fn does(name: &str, does: Does) -> Gate {
    let span = Span {
        source: 0,
        start: 0,
        end: 1,
    };
    Gate {
        name: name_of(name),
        group: None,
        span,
        kind: Arc::new(Made {
            does,
            secret: "hunter2".to_owned(),
        }),
        description: None,
        needs: Vec::new(),
        advisory: None,
        timeout: Duration::from_secs(600),
        retries: Retries::default(),
        locks: Vec::new(),
        cost: Cost::default(),
        cwd: ".".to_owned(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        allow_empty: None,
    }
}

/// The gate, needing these.
pub fn needs(gate: Gate, names: &[&str]) -> Gate {
    let span = gate.span;
    let needs = names.iter().map(|name| (name_of(name), span)).collect();
    Gate { needs, ..gate }
}

/// The gate, advisory.
pub fn advisory(gate: Gate) -> Gate {
    let advisory = Advisory {
        reason: "new".to_owned(),
        until: None,
        expired: false,
    };
    Gate {
        advisory: Some(advisory),
        ..gate
    }
}

pub fn name_of(text: &str) -> GateName {
    GateName::try_from(text.to_owned()).unwrap()
}

/// What the executor does when a gate asks, one per question; the last one holds for ever.
#[derive(Clone, Debug)]
pub enum Act {
    /// The process exits with this code.
    Exit(i32),
    /// So much later it exits with this code.
    After(Duration, i32),
    /// Prints this on stdout, chunk by chunk, a progress line for each, and exits with 1.
    Print(&'static [&'static str]),
    /// Runs until it is stopped.
    Hold,
    /// Runs until it is killed.
    Stubborn,
    /// Never comes back.
    Deaf,
    /// The image is built.
    Image,
}

/// Notes that outlive the run.
#[derive(Clone, Default)]
pub struct Notes(pub Rc<RefCell<Vec<String>>>);

impl Notes {
    pub fn write(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

#[derive(Default)]
struct Actor {
    acts: BTreeMap<GateName, RefCell<Vec<Act>>>,
}

impl Executor for Actor {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        Box::pin(async move {
            if let Probe::Tag { .. } = probe {
                return Answer::Tagged;
            }
            let act = self.acts.get(desk.gate).map_or(Act::Exit(0), |acts| {
                let mut acts = acts.borrow_mut();
                if acts.len() > 1 {
                    acts.remove(0)
                } else {
                    acts[0].clone()
                }
            });
            let ending = act_out(act, desk).await;
            match ending {
                Some(ending) => Answer::Ran(Box::new(Ran::ended(ending))),
                None => {
                    let image = ImageIdentity {
                        id: "sha256:abc".to_owned(),
                        layers: vec![],
                    };
                    Answer::Built(Built::Image {
                        image,
                        builder: "scripted".to_owned(),
                    })
                }
            }
        })
    }
}

async fn act_out(act: Act, desk: &Desk<'_>) -> Option<Ending> {
    let mut stop = desk.stop.clone();
    Some(match act {
        Act::Exit(code) => Ending::Exited(code),
        Act::After(pause, code) => {
            sleep(pause).await;
            Ending::Exited(code)
        }
        Act::Print(chunks) => {
            for chunk in chunks {
                desk.sink.output(Stream::Stdout, chunk.as_bytes());
                desk.sink.progress(chunk);
            }
            Ending::Exited(1)
        }
        Act::Hold | Act::Stubborn => {
            let gentle = matches!(act, Act::Hold);
            let raised = stop
                .wait_for(|s| s.is_some_and(|s| gentle || s.kill))
                .await
                .unwrap();
            Ending::Stopped(raised.unwrap().cause)
        }
        Act::Deaf => std::future::pending().await,
        Act::Image => return None,
    })
}

/// What a listener does at a line.
type AtLine = Box<dyn FnMut(&str) -> Result<(), Reason>>;

/// A listener that notes what it hears and seals, and does something at a line.
pub struct Ear {
    pub notes: Notes,
    /// Called with every line.
    pub at: AtLine,
    /// Whether to note texts, too.
    pub whole: bool,
}

impl Listener for Ear {
    fn name(&self) -> String {
        "ear".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        let line = line(event);
        let whole = serde_json::to_string(event).unwrap();
        self.notes
            .write(if self.whole { whole } else { line.clone() });
        (self.at)(&line)
    }

    fn seal(&mut self, summary: &Summary) -> Result<(), Reason> {
        let verdict = summary.finished.unwrap().0.as_str();
        let line = format!("seal {verdict}");
        self.notes.write(line.clone());
        (self.at)(&line)
    }
}

/// An event in a few words.
fn line(event: &Event) -> String {
    let at = event.at_ms;
    match &event.body {
        Body::RunStarted(_) => "run".to_owned(),
        Body::GateStarted { gate, attempt } => format!("{at} {gate} #{attempt}"),
        Body::GateSlow { gate, elapsed_ms } => format!("{at} {gate} slow {elapsed_ms}"),
        Body::Progress { gate, text } => format!("{gate}: {text}"),
        Body::Retrying {
            gate,
            attempt,
            backoff_ms,
            reason,
        } => {
            format!(
                "{gate} again after #{attempt} in {backoff_ms}: {}",
                reason.headline
            )
        }
        Body::GateFinished(done) => {
            let why = done
                .reason
                .as_ref()
                .map(|r| format!(": {}", r.headline))
                .unwrap_or_default();
            let flaky = if done.flaky { " flaky" } else { "" };
            let (gate, word, ms) = (&done.gate, done.verdict.as_str(), done.duration_ms);
            format!("{gate} {word}{flaky} in {ms}{why}")
        }
        Body::Interrupted { signal, forced } => format!("signal {signal} forced {forced}"),
        Body::Notice { text } => format!("notice: {text}"),
        Body::Doubt { reason } => format!("doubt: {}", reason.headline),
        Body::RunFinished { verdict, .. } => format!("end {}", verdict.as_str()),
    }
}

struct TestClock(Instant);

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// Logs in memory: what was written, by `gate#attempt`.
#[derive(Clone, Default)]
pub struct Shelf {
    pub written: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    pub full: bool,
}

struct Page(Shelf, String);

impl Logs for Shelf {
    fn open(&self, gate: &GateName, attempt: u32) -> Result<Box<dyn Log>, String> {
        let page = format!("{gate}#{attempt}");
        self.written.borrow_mut().insert(page.clone(), Vec::new());
        Ok(Box::new(Page(self.clone(), page)))
    }

    fn keep_dir(&self, _: &GateName, _: u32) -> Option<PathBuf> {
        None
    }
}

impl Log for Page {
    fn write(&mut self, _: Stream, bytes: &[u8]) -> Result<(), String> {
        if self.0.full {
            return Err("no space left on device".to_owned());
        }
        self.0
            .written
            .borrow_mut()
            .entry(self.1.clone())
            .or_default()
            .extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<LogRef>, String> {
        let bytes = self.0.written.borrow()[&self.1].len() as u64;
        Ok(Some(LogRef {
            path: self.1.clone(),
            bytes,
            cut: 0,
            tail: vec!["hunter2".to_owned()],
        }))
    }
}

/// Answers about the work tree in turn; the last one holds.
pub struct Tree(pub RefCell<Vec<Result<Vec<String>, String>>>);

impl TreeWatch for Tree {
    fn changed(&self) -> Result<Vec<String>, String> {
        let mut answers = self.0.borrow_mut();
        if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        }
    }
}

/// A stage: gates, acts, and everything else as tests like it.
pub struct Staged {
    gates: Vec<Gate>,
    actor: Actor,
    pub settings: Settings,
    pub secrets: Vec<&'static str>,
    pub tree: Option<Tree>,
    pub shelf: Shelf,
    pub run: RunFacts,
    pub notes: Notes,
    pub whole: bool,
    ears: Vec<Box<dyn Listener>>,
    signals: Option<mpsc::UnboundedReceiver<i32>>,
}

impl Staged {
    pub fn new(gates: impl IntoIterator<Item = Gate>) -> Self {
        Self {
            gates: gates.into_iter().collect(),
            actor: Actor::default(),
            settings: Settings {
                jobs: 2,
                fail_fast: false,
                timeout: None,
            },
            secrets: Vec::new(),
            tree: Some(Tree(RefCell::new(vec![Ok(vec![])]))),
            shelf: Shelf::default(),
            run: RunFacts::default(),
            notes: Notes::default(),
            whole: false,
            ears: Vec::new(),
            signals: None,
        }
    }

    /// What happens when this gate asks.
    pub fn act(mut self, gate: &str, acts: &[Act]) -> Self {
        self.actor
            .acts
            .insert(name_of(gate), RefCell::new(acts.to_vec()));
        self
    }

    /// A further listener that does this at every line.
    pub fn ear(mut self, at: impl FnMut(&str) -> Result<(), Reason> + 'static) -> Self {
        let notes = Notes::default();
        self.ears.push(Box::new(Ear {
            notes,
            at: Box::new(at),
            whole: false,
        }));
        self
    }

    /// Signals that come in when these lines are heard.
    pub fn signals(mut self, script: &'static [(&'static str, i32)]) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.signals = Some(receiver);
        self.ear(move |line| {
            let due = script.iter().filter(|(at, _)| *at == line);
            due.for_each(|(_, signal)| sender.send(*signal).unwrap_or_default());
            Ok(())
        })
    }

    /// Runs it: the summary, and what was heard.
    pub async fn run(self) -> (Summary, Vec<String>) {
        let pipeline = Pipeline {
            project: "staged".to_owned(),
            gates: self.gates,
            reports: BTreeMap::new(),
            missing_env: Vec::new(),
            secrets: BTreeMap::new(),
        };
        let plan = Plan::new(&pipeline, &Selection::All).unwrap();
        let at = Box::new(|_: &str| Ok(()));
        let first = Ear {
            notes: self.notes.clone(),
            at,
            whole: self.whole,
        };
        let mut listeners: Vec<Box<dyn Listener>> = vec![Box::new(first)];
        listeners.extend(self.ears);
        let world = World {
            run: self.run,
            executor: &self.actor,
            listeners,
            clock: &TestClock(Instant::now()),
            signals: self.signals.unwrap_or_else(|| mpsc::unbounded_channel().1),
            logs: &self.shelf,
            masker: Masker::new(self.secrets.iter().copied()),
            tree: self.tree.as_ref().map(|tree| tree as &dyn TreeWatch),
        };
        let summary = super::run(&plan, self.settings, world).await;
        (summary, self.notes.lines())
    }
}
