//! The conversation: which files a project is made of is found out turn by turn, and then which
//! Dockerfiles matter. Must not know rules.

use super::super::judge;
use super::super::lint::{self, Survey};
use super::Composing;
use super::image::{self, Images};
use crate::format::compose::{File, Files, Loaded, Loader, Step as Load, path};
use crate::format::glob::is_glob;
use crate::model::{Answer, Step};
use crate::spec::Turn;

/// Everything that was read.
pub(super) struct Gathered {
    /// The projects, in the order of the requests.
    pub projects: Vec<Loaded>,
    files: Files,
}

/// The answers that are there, taken one by one.
struct Replay<'a> {
    turn: &'a Turn<'a>,
    answers: std::slice::Iter<'a, Answer>,
    files: Files,
}

/// Reads the projects out of the answers.
///
/// # Errors
/// The step to take first: a question, or the judgement that there is no answer.
pub(super) fn gather(
    composing: &Composing,
    turn: &Turn<'_>,
    answers: &[Answer],
) -> Result<Gathered, Box<Step>> {
    if let Some(step) = judge::first_unanswered(turn, answers) {
        return Err(Box::new(step));
    }
    let mut replay = Replay {
        turn,
        answers: answers.iter(),
        files: Files::new(),
    };
    let mut projects = Vec::new();
    for request in composing.requests(turn) {
        let loader = Loader::new(request);
        let loaded = loop {
            match loader.step(&replay.files) {
                Load::Done(loaded) => break *loaded,
                Load::Need(wanted) => {
                    replay.need(wanted.into_iter().map(|want| want.path).collect())?;
                }
            }
        };
        projects.push(loaded);
    }
    let dockerfiles: Vec<String> = projects
        .iter()
        .flat_map(|loaded| image::dockerfiles(&loaded.project, &composing.settings))
        .filter(|path| !replay.files.contains_key(path))
        .collect();
    if !dockerfiles.is_empty() {
        replay.need(dockerfiles)?;
    }
    Ok(Gathered {
        projects,
        files: replay.files,
    })
}

impl Replay<'_> {
    /// Takes the answer about these files, or says that they have to be asked for.
    fn need(&mut self, mut paths: Vec<String>) -> Result<(), Box<Step>> {
        paths.sort();
        paths.dedup();
        let mut open = Vec::new();
        for path in paths {
            if self.files.contains_key(&path) {
                return Err(misplaced());
            }
            match refused(&path) {
                Some(why) => {
                    self.files.insert(path, File::Refused(why.to_owned()));
                }
                None => open.push(format!("/{path}")),
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        let Some(answer) = self.answers.next() else {
            return Err(Box::new(Step::Ask(vec![lint::ask(self.turn, &open)])));
        };
        let Answer::Contents(lists) = answer else {
            return Err(misplaced());
        };
        if lists.len() != open.len() {
            return Err(misplaced());
        }
        for (path, list) in open.iter().zip(lists) {
            let file = match list.first() {
                None => File::Missing,
                Some(content) => match &content.bytes {
                    Ok(bytes) => File::Bytes(bytes.clone()),
                    Err(why) => File::Refused(why.clone()),
                },
            };
            let path = path.trim_start_matches('/').to_owned();
            self.files.insert(path, file);
        }
        Ok(())
    }
}

/// Why a file is not asked for at all.
fn refused(path: &str) -> Option<&'static str> {
    if path::leaves_root(path) {
        return Some("it lies outside of the project");
    }
    is_glob(path).then_some("its name looks like a pattern")
}

fn misplaced() -> Box<Step> {
    Box::new(Step::judge(judge::misplaced("compose")))
}

impl Gathered {
    /// What is known of the images of a project. A Dockerfile that cannot be read is told.
    pub(super) fn images(&self, loaded: &Loaded, survey: &mut Survey) -> Images {
        let file = |path: &str| self.files.get(path);
        Images::of(&loaded.project, &file, survey)
    }
}
