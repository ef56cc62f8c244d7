//! The gates of a run in the order of the file, and the end of the run, as every document asks.

use std::collections::BTreeMap;

use crate::event::{GateFinished, GateHead, GateState, RunStarted, Summary};
use crate::model::{Digest, ExitStatus, Location, Reason, RunVerdict};

/// Every gate of the plan with its end, when it has one.
pub(super) fn each(summary: &Summary) -> impl Iterator<Item = (&GateHead, Option<&GateFinished>)> {
    let heads = summary.head.iter().flat_map(|head| &head.gates);
    heads.map(|head| match summary.gates.get(&head.gate) {
        Some(GateState::Finished(finished)) => (head, Some(&**finished)),
        _ => (head, None),
    })
}

/// Those that finished.
pub(super) fn finished(summary: &Summary) -> impl Iterator<Item = (&GateHead, &GateFinished)> {
    each(summary).filter_map(|(head, gate)| Some((head, gate?)))
}

/// The verdict and the duration in milliseconds; a stream without its end is undecided.
pub(super) fn end(summary: &Summary) -> (RunVerdict, u64) {
    summary.finished.unwrap_or((RunVerdict::Undecided, 0))
}

/// What the process exits with. Interrupted outranks all (DESIGN section 4).
pub(super) fn exit(summary: &Summary) -> ExitStatus {
    match summary.interrupted.map(u8::try_from) {
        Some(Ok(signal)) => ExitStatus::Signal(signal),
        Some(Err(_)) => ExitStatus::Undecided,
        None => end(summary).0.into(),
    }
}

/// A reason as lines: what happened, the details, what to do.
pub(super) fn lines(reason: &Reason) -> Vec<String> {
    let mut lines = vec![reason.headline.clone()];
    lines.extend(reason.details.iter().cloned());
    lines.extend(reason.hint.iter().map(|hint| format!("hint: {hint}")));
    lines
}

/// A path below the root of the repository, and a line; what has no place is the gate file's.
pub(super) fn place(head: &RunStarted, at: Option<&Location>) -> (String, u32) {
    let somewhere = || head.gates.iter().find_map(|gate| gate.place.as_ref());
    let path = at.or_else(somewhere).map_or("prove.yml", |at| &at.path);
    let prefix = head.revision.as_ref().map_or("", |from| &from.prefix);
    let path = format!("{prefix}{}", path.trim_start_matches('/'));
    (path, at.map_or(1, |at| at.line.max(1)))
}

/// What things are recognised by in the next run, although lines moved above them.
#[derive(Default)]
pub(super) struct Marks {
    /// How often something that looks the same was seen.
    seen: BTreeMap<String, usize>,
}

impl Marks {
    /// The mark of what these words say, 64 hexadecimal digits; no two in a run are the same.
    pub(super) fn of<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> String {
        let words = words.into_iter();
        let key: String = words.map(|word| format!("{}:{word}", word.len())).collect();
        let times = self.seen.entry(key.clone()).or_default();
        *times += 1;
        Digest::of(format!("{key}#{times}").as_bytes()).hex()
    }
}
