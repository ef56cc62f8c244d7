//! How long gates took the last time, for the order in which they are started. A hint that decides
//! nothing: so it costs little, and what cannot be read is not known.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::list;
use super::read::open_read;
use crate::model::{GateName, VerdictWord};

/// Bytes of a recording that are looked at.
const MOST_BYTES: u64 = 8 << 20;
/// What stands in the line of a verdict, and in few others.
const VERDICT: &[u8] = b"\"event\":\"gate_finished\"";

/// Of an event only what is asked for: the rest of the line is passed over.
#[derive(Deserialize)]
struct Took {
    gate: GateName,
    verdict: VerdictWord,
    duration_ms: u64,
}

/// How long each gate took in the newest run of the project with this root but `own`, in
/// milliseconds; only gates that passed or failed. Empty when there is no such run.
#[must_use]
pub fn durations(root: &Path, own: &str) -> BTreeMap<GateName, u64> {
    let runs = list(root).unwrap_or_default();
    let last = runs.into_iter().find(|run| run.id != own);
    let Some(events) = last.and_then(|run| open_read(&run.folder.join("events.jsonl")).ok()) else {
        return BTreeMap::new();
    };
    let mut lines = BufReader::with_capacity(1 << 16, events.take(MOST_BYTES));
    let (mut took, mut line) = (BTreeMap::new(), Vec::new());
    while lines
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        // It stands near the beginning, before anything that a gate could have printed.
        let head = line.get(..100).unwrap_or(&line);
        if head.windows(VERDICT.len()).any(|part| part == VERDICT)
            && let Ok(Took {
                gate,
                verdict: VerdictWord::Passed | VerdictWord::Failed,
                duration_ms,
            }) = serde_json::from_slice(&line)
        {
            took.insert(gate, duration_ms);
        }
        line.clear();
    }
    took
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::RunStore;

    const OLD: &str = "20261121T002500Z-aaaaaa";
    const NEW: &str = "20261121T002501Z-aaaaaa";

    #[test]
    fn the_newest_run_but_the_own_one_tells_and_damage_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        assert!(durations(root.path(), NEW).is_empty());
        let old = RunStore::create(root.path(), OLD).unwrap();
        let _own = RunStore::create(root.path(), NEW).unwrap();
        let line = |gate: &str, verdict: &str, ms: u64| {
            format!(
                "{{\"seq\":1,\"at_ms\":0,\"event\":\"gate_finished\",\"gate\":\"{gate}\",\"verdict\":\"{verdict}\",\"attempts\":1,\"duration_ms\":{ms}}}\n"
            )
        };
        let text = line("a", "passed", 7)
            + "\u{0}not json\n"
            + &line("b", "failed", 9)
            + &line("c", "skipped", 0)
            + "{\"event\":\"gate_finished\",\"ga";
        fs::write(old.folder().join("events.jsonl"), text).unwrap();
        let took = durations(root.path(), NEW);
        let took: Vec<_> = took.iter().map(|(gate, ms)| (gate.as_str(), *ms)).collect();
        assert_eq!(took, [("a", 7), ("b", 9)]);
    }
}
