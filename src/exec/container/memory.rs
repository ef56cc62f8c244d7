//! Whether a container died of its memory limit, when its state does not say so.
//!
//! Docker takes the kernel's word from an event of containerd. When that event comes after the one
//! of the exit, the state keeps `OOMKilled: false` for ever and only the engine's own events tell.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::ContainerState;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt as _;

use super::engine::Engine;

/// 128 and SIGKILL: what the kernel sends.
const KILLED: i64 = 137;
/// How long the event may come after the exit; it is a matter of milliseconds.
const LATE: Duration = Duration::from_secs(1);

/// Whether it ran out of memory. Asks the engine's events only where that may be.
pub(super) async fn ran_out(
    engine: &Engine,
    name: &str,
    (state, limit): (&ContainerState, Option<u64>),
) -> bool {
    if state.oom_killed == Some(true) {
        return true;
    }
    if state.exit_code != Some(KILLED) || limit.is_none() {
        return false;
    }
    let filters = HashMap::from([
        ("container".to_owned(), vec![name.to_owned()]),
        ("event".to_owned(), vec!["oom".to_owned()]),
    ]);
    let options = EventsOptionsBuilder::new().filters(&filters);
    // Those that are over are told only to who asks since when.
    let options = options.since(state.started_at.as_deref().unwrap_or("0"));
    let mut events = std::pin::pin!(engine.docker().events(Some(options.build())));
    let first = tokio::time::timeout(LATE, events.next()).await;
    matches!(first, Ok(Some(Ok(_))))
}
