//! Containers that end by SIGKILL: whether it was their memory is told late, or never.

use std::sync::Arc;

use super::super::tests::{Heard, ask};
use super::{Play, ended, json, polite, run, staged};
use crate::model::{Answer, Ending, Probe};

/// How a container with a memory limit ended that an engine says was killed, when its events play
/// so.
async fn ending(events: fn() -> Play, memory: Option<u64>) -> Ending {
    let state = r#"{"State":{"Running":false,"ExitCode":137,"OOMKilled":false,
        "StartedAt":"2026-11-21T06:00:00Z"},"Config":{"WorkingDir":"/app"}}"#;
    let (container, _dir) = staged(Arc::new(move |request: &str| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            p if p.ends_with("/events") => events(),
            p if p.ends_with("/wait") => ended("{\"StatusCode\":137}\n"),
            p if p.contains("/containers/prove-") && p.ends_with("/json") => json(state),
            _ => polite(request),
        }
    }));
    let Probe::Run(mut request) = run() else {
        unreachable!("it is a run")
    };
    request.container.memory = memory;
    match ask(&container, &Probe::Run(request), &Heard::default()).await {
        Answer::Ran(ran) => ran.ending,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn memory_that_ran_out_is_told_by_an_event_when_the_state_was_too_early() {
    let oom = || Play::Stall(event());
    assert_eq!(ending(oom, Some(16 << 20)).await, Ending::OutOfMemory);
}

#[tokio::test(start_paused = true)]
async fn without_a_word_of_the_engine_it_is_only_an_exit_code() {
    assert_eq!(
        ending(|| Play::Hang, Some(16 << 20)).await,
        Ending::Exited(137)
    );
    // Without a limit nobody asks.
    let oom = || Play::Stall(event());
    assert_eq!(ending(oom, None).await, Ending::Exited(137));
}

fn event() -> String {
    let event = r#"{"Type":"container","Action":"oom","Actor":{"ID":"1"}}"#;
    let Play::Send(text) = super::broken(&format!("{event}\n")) else {
        unreachable!("it is sent")
    };
    text
}
