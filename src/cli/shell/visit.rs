//! One visit: the images are built, somebody goes in and comes out, and all is cleared up.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

use tokio::sync::watch;
use tokio::time::timeout;

use super::images::{self, Builder};
use super::programs::candidates;
use super::told::{Screen, Signals, Told, typed};
use super::{because, failure, unanswered};
use crate::cli::failure::Failure;
use crate::cli::gatefile::Project;
use crate::cli::output::Terminal;
use crate::cli::run::{masker, unguarded};
use crate::exec::Executor as _;
use crate::exec::container::{self, Container, Door};
use crate::exec::process::{Ears, Entered, Process};
use crate::model::{
    Command, Ending, ExitStatus, GateName, ImageIdentity, ImageRef, NoAnswer, Place, RunRequest,
    Unanswered, limits,
};
use crate::spec::Gate;
use crate::sys::{self, Marker, Resizes, Strangers, Tty, Warden};

/// Rows and columns of a terminal that does not say.
const USUAL_SIZE: (u16, u16) = (24, 80);

/// Who goes where.
pub(super) struct Visit<'v> {
    pub project: &'v Project,
    pub gate: &'v Gate,
    /// The gates whose images are needed, in order.
    pub builds: Vec<&'v Gate>,
    /// In place of a shell.
    pub command: &'v [String],
    pub tty: Option<&'v Tty>,
    pub terminal: &'v Terminal,
}

impl Visit<'_> {
    /// The visit, from the first build to the last thing that is removed.
    ///
    /// # Errors
    /// It could not begin; an ending is none.
    pub(super) async fn pay(
        &self,
        id: String,
        (marker, warden, strangers): (Marker, Warden, Strangers),
    ) -> Result<ExitStatus, Failure> {
        let mut signals = sys::signals::listen()
            .map_err(|error| Failure::undecided("cannot listen for signals").because(error))?;
        let root = &self.project.origin.root;
        let process = Process::new(root, marker, Some(warden)).map_err(unguarded)?;
        let process = Rc::new(process.beside(strangers));
        let settings = container::Settings {
            root: root.clone(),
            env: self.project.facts.env.clone(),
            run: id,
            keep: None,
        };
        let container = Container::new(settings, Rc::clone(&process));
        let told = Told::default();
        let ended = self
            .inside((&process, &container), &told, &mut signals)
            .await;
        if let Some(tty) = self.tty {
            tty.put_back();
        }
        // A signal means that this is to be over, and it has an end of its own.
        let _ = timeout(limits::CLEAR_UP, container.clear_up()).await;
        let closed = container.closed();
        let notes = closed.notes.into_iter().chain(process.close());
        notes.for_each(|note| self.terminal.note(&note));
        let tidy = closed.left.is_empty();
        for reason in closed.left {
            self.terminal.tell(&failure(reason));
        }
        match (ended, told.signal.get()) {
            (Err(_), Some(signal)) => Err(Failure::interrupted(signal, "interrupted")),
            (Ok(ExitStatus::Own(0)), None) if !tidy => Ok(ExitStatus::Undecided),
            (ended, _) => ended,
        }
    }

    async fn inside(
        &self,
        (process, container): (&Process, &Container),
        told: &Told,
        signals: &mut Signals,
    ) -> Result<ExitStatus, Failure> {
        let images = told.during(signals, self.images(container, told)).await?;
        let turn = self.gate.turn(&images);
        let cannot = || format!("`{}` cannot be entered", self.gate.name);
        let request = match self.gate.kind.enters(&turn) {
            Some(Ok(request)) => request,
            Some(Err(reason)) => return Err(because(cannot(), reason)),
            None => return Err(Failure::usage(cannot())),
        };
        if self.command.is_empty() {
            self.terminal.note(&self.announcement(&request));
        }
        match request.place {
            Place::Host => self.on_host(request, process, told, signals).await,
            Place::Image(_) => self.in_container(request, container, told, signals).await,
        }
    }

    /// Builds what is needed, one after the other.
    async fn images(
        &self,
        container: &Container,
        told: &Told,
    ) -> Result<BTreeMap<GateName, ImageIdentity>, Failure> {
        let mut images = BTreeMap::new();
        for gate in &self.builds {
            let doing = format!(
                "{}: {}, to be entered, not tagged",
                gate.name,
                gate.kind.summary()
            );
            self.terminal.note(&doing);
            let sink = Builder::new(self.terminal, masker(self.project));
            let built = images::build(gate, &images, container, &told.desk(gate, &sink)).await;
            sink.finish();
            images.insert(gate.name.clone(), built?);
        }
        Ok(images)
    }

    fn announcement(&self, request: &RunRequest) -> String {
        let gate = &self.gate.name;
        let place = match &request.place {
            Place::Host => {
                format!("on this machine, with the variables that {gate} sees and no others")
            }
            Place::Image(image) => {
                let image = match image {
                    ImageRef::Built(image) => image.short(),
                    ImageRef::Named(name) => name.as_str(),
                };
                format!("in a container of {image} as {gate} gets one; it is removed at the end")
            }
        };
        let secrets: Vec<&str> = request.secrets.keys().map(String::as_str).collect();
        let secrets = match secrets[..] {
            [] => String::new(),
            _ => format!("; it has the secrets {}", secrets.join(", ")),
        };
        format!("a shell {place}{secrets}")
    }

    /// What to start, in the order in which it is tried.
    fn programs(&self, request: &RunRequest) -> Vec<Vec<String>> {
        match self.command {
            [] => candidates(&request.command.argv()),
            command => vec![command.to_vec()],
        }
    }

    async fn on_host(
        &self,
        mut request: RunRequest,
        process: &Process,
        told: &Told,
        signals: &mut Signals,
    ) -> Result<ExitStatus, Failure> {
        let screen = Screen { told };
        let desk = told.desk(self.gate, &screen);
        let mut missing = Missing::default();
        for program in self.programs(&request) {
            let name = program.first().cloned().unwrap_or_default();
            request.command = Command::Argv(program);
            let ears = Ears {
                signals: &mut *signals,
                terminal: self.tty.is_some(),
                shell: self.command.is_empty(),
            };
            match process.enter(&request, &desk, ears).await {
                Ok(Entered {
                    ending,
                    told,
                    notes,
                }) => {
                    if let Some(tty) = self.tty {
                        tty.put_back();
                    }
                    notes.iter().for_each(|note| self.terminal.note(note));
                    return Ok(status(ending, told));
                }
                Err(no) => missing.take(no, &name, self)?,
            }
        }
        Err(missing.everywhere(self))
    }

    async fn in_container(
        &self,
        request: RunRequest,
        container: &Container,
        told: &Told,
        signals: &mut Signals,
    ) -> Result<ExitStatus, Failure> {
        let size = || self.tty.and_then(Tty::size).unwrap_or(USUAL_SIZE);
        let (resized, sizes) = watch::channel(size());
        let opens = || {
            if let Some(tty) = self.tty {
                // A terminal that is gone says so by its end.
                let _ = tty.make_raw();
            }
        };
        let mut door = Door {
            input: typed().map_err(|error| {
                Failure::undecided("standard input cannot be read").because(error)
            })?,
            size: self.tty.map(|_| sizes),
            opens: &opens,
        };
        let screen = Screen { told };
        let desk = told.desk(self.gate, &screen);
        told.hasty.set(self.tty.is_some());
        let mut missing = Missing::default();
        for program in self.programs(&request) {
            let name = program.first().cloned().unwrap_or_default();
            let request = self.with(&request, program);
            let entering = told.during(signals, container.enter(&request, &mut door, &desk));
            let ended = tokio::select! {
                ended = entering => ended,
                never = self.follow_terminal(&resized, &size) => match never {},
            };
            if let Some(tty) = self.tty {
                tty.put_back();
            }
            match ended {
                Ok(ending) => return Ok(status(ending, told.signal.get())),
                Err(no) => missing.take(no, &name, self)?,
            }
        }
        Err(missing.everywhere(self))
    }

    /// The request with this program. A shell stands in place of an ENTRYPOINT: what that would
    /// make of it nobody knows.
    fn with(&self, request: &RunRequest, mut program: Vec<String>) -> RunRequest {
        let mut request = request.clone();
        if self.command.is_empty() {
            let rest = program.split_off(1.min(program.len()));
            request.container.entrypoint = Some(program);
            program = rest;
        }
        request.command = Command::Argv(program);
        request
    }

    /// Never done: tells of new sizes, and makes the terminal raw again after a stop (`kill -STOP`).
    async fn follow_terminal(
        &self,
        resized: &watch::Sender<(u16, u16)>,
        size: &dyn Fn() -> (u16, u16),
    ) -> Infallible {
        let (Some(tty), Ok(mut resizes)) = (self.tty, Resizes::listen()) else {
            return std::future::pending().await;
        };
        loop {
            tokio::select! {
                () = resizes.next() => {}
                () = sys::signals::resumed() => drop(tty.make_raw()),
            }
            resized.send_replace(size());
        }
    }
}

/// Programs that were not there.
#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    /// Takes one more, if that is all that is wrong and there is something else to try.
    fn take(&mut self, no: Unanswered, name: &str, visit: &Visit<'_>) -> Result<(), Failure> {
        if no.why == NoAnswer::CommandNotFound && visit.command.is_empty() {
            self.0.push(format!("`{name}`"));
            return Ok(());
        }
        Err(unanswered(no))
    }

    fn everywhere(self, visit: &Visit<'_>) -> Failure {
        let gate = &visit.gate.name;
        let tried = self.0.join(" nor ");
        Failure::undecided(format!(
            "there is no shell where `{gate}` runs: neither {tried}"
        ))
        .hint(format!(
            "run a program that is there: `prove shell {gate} -- PROGRAM`"
        ))
    }
}

/// How prove ends when this ended so; `told` is the signal that prove passed on.
fn status(ending: Ending, told: Option<i32>) -> ExitStatus {
    let signal =
        |number: i32| u8::try_from(number).map_or(ExitStatus::Undecided, ExitStatus::Signal);
    match (told, ending) {
        (Some(number), _) => signal(number),
        (None, Ending::Exited(code)) => {
            // The kernel keeps no more of it.
            ExitStatus::Own(u8::try_from(code & 0xff).unwrap_or(u8::MAX))
        }
        (None, Ending::Signaled(number)) => signal(number),
        (None, Ending::OutOfMemory) => signal(libc::SIGKILL),
        (None, Ending::Stopped(_)) => ExitStatus::Undecided,
    }
}
