//! Between the last gate and the verdict: what the run made is removed, within a limit, with an
//! ear for signals. What stays is a doubt.
//!
//! Must not know what is removed, or how.

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::attempt::Stage;
use crate::event::Body;
use crate::model::limits;

/// Clears up. `heard`: how many signals came before; with the second it is to end soon, with the
/// third at once.
pub(super) async fn clear_up(
    stage: &Stage<'_>,
    signals: &mut mpsc::UnboundedReceiver<i32>,
    heard: usize,
) {
    tokio::select! {
        biased;
        () = stage.executor.clear_up() => {}
        () = enough(stage, signals, heard) => {}
    }
    let closed = stage.executor.closed();
    for text in closed.notes {
        stage.voice.say(Body::Notice { text });
    }
    for reason in closed.left {
        stage.voice.doubt(reason);
    }
}

/// Done when nothing is to be waited for any more.
async fn enough(stage: &Stage<'_>, signals: &mut mpsc::UnboundedReceiver<i32>, mut heard: usize) {
    let patience = if heard > 1 {
        limits::GRACE
    } else {
        limits::CLEAR_UP
    };
    let mut deadline = Instant::now() + patience;
    let mut listening = true;
    loop {
        let signal = tokio::select! {
            biased;
            signal = signals.recv(), if listening => signal,
            () = sleep_until(deadline) => return,
        };
        let Some(signal) = signal else {
            listening = false;
            continue;
        };
        heard += 1;
        let forced = heard > 1;
        stage.voice.say(Body::Interrupted { signal, forced });
        match heard {
            1 => {}
            2 => deadline = deadline.min(Instant::now() + limits::GRACE),
            _ => return,
        }
    }
}
