//! What a gate is told of the jobserver: the run's, or for a gate that has several CPUs to itself,
//! one of its own with as many tokens. The run's may be that of a make around prove.
//!
//! A gate file that names these variables itself has the last word.

use std::io;

use super::start::plumbing;
use crate::exec::Desk;
use crate::model::{RunRequest, SharedJobs, Unanswered};
use crate::sys::{Handed, Jobserver};

const CARGO: &str = "CARGO_MAKEFLAGS";
const MAKE: &str = "MAKEFLAGS";

/// Variables for one start, and the ends of the pipe that must be open meanwhile.
#[derive(Default)]
pub(super) struct Offer {
    pub vars: Vec<(&'static str, String)>,
    pub handed: Option<Handed>,
}

/// What a gate gets: its own jobserver, to be kept until it has ended, and what it is told of that
/// one or the run's.
pub(super) fn offered(
    run: Option<&Jobserver>,
    desk: &Desk<'_>,
    request: &RunRequest,
) -> Result<(Option<Jobserver>, Offer), Unanswered> {
    let Some(run) = run.filter(|_| request.jobserver != SharedJobs::Nobody) else {
        return Ok((None, Offer::default()));
    };
    let own = own(run, desk).map_err(|error| plumbing(&error))?;
    let offer = offer(own.as_ref().unwrap_or(run), request).map_err(|error| plumbing(&error))?;
    Ok((own, offer))
}

/// The jobserver of a gate that has several CPUs to itself.
fn own(run: &Jobserver, desk: &Desk<'_>) -> io::Result<Option<Jobserver>> {
    let cpus = desk.cpus.and_then(|cpus| usize::try_from(cpus).ok());
    let cpus = cpus.unwrap_or(usize::MAX).min(run.at_hand());
    // One of them is the gate itself.
    match desk.cpus {
        Some(0 | 1) => Ok(None),
        _ => Jobserver::new(cpus.saturating_sub(1)).map(Some),
    }
}

fn offer(jobserver: &Jobserver, request: &RunRequest) -> io::Result<Offer> {
    let named = |name: &str| request.env.contains_key(name) || request.secrets.contains_key(name);
    let mut offer = Offer::default();
    if !named(CARGO) {
        offer.vars.push((CARGO, jobserver.flags()));
    }
    if request.jobserver == SharedJobs::Make && !named(MAKE) {
        let handed = jobserver.hand_over()?;
        offer.vars.push((MAKE, handed.flags()));
        offer.handed = Some(handed);
    }
    Ok(offer)
}
