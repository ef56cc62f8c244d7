//! Where gates are written, for reports that point into the gate file.

use std::collections::BTreeMap;

use crate::cli::gatefile::Project;
use crate::model::{GateName, Location};

/// The place of every gate that the gate file itself names, and of its tag step. A pack's gates
/// are in no file of the project.
pub(super) fn of(project: &Project) -> BTreeMap<GateName, Location> {
    let Some(file) = project.origin.file.file_name() else {
        return BTreeMap::new();
    };
    let path = crate::sys::fs::text(file.as_ref());
    let text = project.sources.text(0);
    // Ten thousand gates would each count the lines above them.
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut places = BTreeMap::new();
    let own = |gate: &&crate::spec::Gate| gate.span.source == 0;
    for gate in project.pipeline.gates.iter().filter(own) {
        let at = gate.span.start as usize;
        let line = starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| starts.get(line));
        let before = start.and_then(|start| text.get(*start..at));
        let column = before.map_or(0, |before| before.chars().count() + 1);
        let number = |n: usize| u32::try_from(n).unwrap_or_default();
        let place = Location {
            path: path.clone(),
            line: number(line),
            column: number(column),
        };
        places.insert(gate.name.step("tag"), place.clone());
        places.insert(gate.name.clone(), place);
    }
    places
}
