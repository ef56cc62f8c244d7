//! A path to production, whatever it is written in: jobs, what waits for what, and what happens in
//! each in which order.

use super::command::Ship;
use crate::model::Location;

/// Something that happens on the way.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub act: Act,
    pub at: Location,
    /// Why its failure stops nothing.
    pub soft: Option<String>,
    /// Why it happens although something before it failed.
    pub regardless: Option<String>,
}

/// What happens.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// prove judges the project.
    Prove,
    /// An image is made or shipped.
    Ship(Ship),
    /// What follows happens only under this condition.
    Enter(String),
    /// The condition ends here.
    Leave,
}

impl Event {
    /// Something that stops what follows when it fails, and is stopped by what failed.
    pub fn new(act: Act, at: Location) -> Self {
        Self {
            act,
            at,
            soft: None,
            regardless: None,
        }
    }
}

/// What runs in one piece.
#[derive(Debug, Clone, Default)]
pub(super) struct Job {
    pub name: String,
    /// Jobs that must have gone well before.
    pub needs: Vec<String>,
    pub events: Vec<Event>,
    /// Why what waits for it goes on although it failed.
    pub soft: Option<String>,
    /// Why it runs although a job before it failed.
    pub regardless: Option<String>,
    /// Jobs that it looks at itself when it runs regardless.
    pub vouched: Vec<String>,
    /// Without this it is left out, and what waits for it runs all the same.
    pub condition: Option<String>,
}

/// Jobs that wait for each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Flow {
    /// The file.
    pub file: String,
    pub jobs: Vec<Job>,
    /// What else may be said of it, by rule.
    pub remarks: Vec<super::super::lint::Found>,
    /// What could not be judged.
    pub unjudged: Vec<String>,
    pub notes: Vec<String>,
}
