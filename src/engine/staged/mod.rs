//! A staged world for tests: made-up gates, an executor with a script, listeners that take notes.

mod actor;
mod ear;
mod gates;
mod props;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

pub use self::actor::Act;
use self::actor::Actor;
pub use self::ear::{Ear, Notes};
pub use self::gates::{Does, advisory, does, gate, name_of, needs};
pub use self::props::{Shelf, TestClock, Tree};
use super::{RunFacts, Settings, TreeWatch, World};
use crate::event::{Listener, Summary};
use crate::model::{Masker, Reason};
use crate::plan::{Plan, Selection};
use crate::spec::{Gate, Pipeline};

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
            actor: Actor {
                clearing: Some(Duration::ZERO),
                ..Actor::default()
            },
            settings: Settings {
                jobs: 2,
                memory: None,
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

    /// How long clearing up takes (`None`: for ever), and what is said of it.
    pub fn clearing(mut self, takes: Option<Duration>, said: &[&str]) -> Self {
        self.actor.clearing = takes;
        self.actor.said = said.iter().map(|text| (*text).to_owned()).collect();
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
            keep_runs: 1,
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
            outlets: Vec::new(),
        };
        let summary = crate::engine::run(&plan, self.settings, world).await;
        (summary, self.notes.lines())
    }
}
