//! Compose files: bytes to a merged, typed project, as `docker compose` reads them, but strict.
//!
//! A conversation without I/O: [`Loader::step`] is handed the files that are there so far and says
//! which it needs next, or what came out. Everything that is wrong is collected, each with its
//! place; what compose forgives is marked (`lax`). Must not know gates or rules.

mod canon;
mod check;
mod decode;
mod extends;
mod grammar;
mod load;
mod merge;
pub mod model;
pub mod path;
mod port;
mod problem;
mod project;
mod request;
mod service;
mod session;
mod shape;
mod short;
#[cfg(test)]
mod tests;
mod value;
mod volume;

pub use super::source::Sources;
pub use check::is_remote_context;
pub use model::{Project, Service, Spanned};
pub use port::PortRange;
pub use problem::{Problem, ProblemKind};
pub use request::{File, Files, Request, Role, Wanted};

use session::{Asker, Session};

/// Loads one project.
#[derive(Debug, Clone)]
pub struct Loader {
    request: Request,
}

/// What a loader says.
#[derive(Debug)]
pub enum Step {
    /// These files are needed: ask the world, add the answers to the [`Files`], and step again.
    Need(Vec<Wanted>),
    /// All is read.
    Done(Box<Loaded>),
}

/// What came out.
#[derive(Debug)]
pub struct Loaded {
    /// The project, as far as it could be understood. Where there are problems, it is not whole: a
    /// reader that judges it and ignores them is wrong.
    pub project: Project,
    /// All that is wrong, in the order of files and lines.
    pub problems: Vec<Problem>,
    /// The files that were read: `Span.source` counts them.
    pub sources: Sources,
}

impl Loader {
    /// A loader for a project.
    #[must_use]
    pub fn new(request: Request) -> Self {
        Self { request }
    }

    /// Goes as far as the files allow. It keeps nothing: the same files give the same answer.
    #[must_use]
    pub fn step(&self, files: &Files) -> Step {
        let mut session = Session::new(&self.request, files);
        let place = session.place();
        let named = session.project_files(&place);
        let asker = Asker {
            role: Role::Compose,
            span: None,
            required: true,
        };
        let named: Vec<_> = named
            .unwrap_or_default()
            .into_iter()
            .map(|file| (file, asker))
            .collect();
        session.set_name(&named, &place);
        let mut model = session.model(&named, &place, &[]);
        merge::strip(&mut model, &session.tags);
        let project = session.project(model, &place);
        if !session.wanted.is_empty() {
            return Step::Need(session.wanted.into_values().collect());
        }
        let mut problems = session.problems;
        let whole = problems.iter().all(|problem| problem.lax);
        problems.extend(check::check(&project, whole));
        problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        Step::Done(Box::new(Loaded {
            project,
            problems,
            sources: session.sources,
        }))
    }
}
