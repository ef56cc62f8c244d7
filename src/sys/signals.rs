//! Signals that ask `prove` to end, as numbers on a channel.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Listens for SIGINT, SIGTERM and SIGHUP from now on. SIGINT and SIGHUP that the caller had
/// ignored stay ignored (`nohup prove run`, a job in the background of a script).
///
/// # Errors
/// When a handler cannot be set.
///
/// # Panics
/// Outside a tokio runtime.
pub fn listen() -> io::Result<mpsc::UnboundedReceiver<i32>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    for kind in kinds {
        let number = kind.as_raw_value();
        if kind != SignalKind::terminate() && is_ignored(number) {
            continue;
        }
        let mut stream = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                if sender.send(number).is_err() {
                    break;
                }
            }
        });
    }
    Ok(receiver)
}

/// Whether the signal was ignored when we were started; false where that cannot be read.
fn is_ignored(number: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return false;
    };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
        .unwrap_or(0);
    mask & (1 << (number - 1)) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_comes_in_as_its_number() {
        let mut signals = listen().unwrap();
        let me = rustix::process::getpid();
        rustix::process::kill_process(me, rustix::process::Signal::HUP).unwrap();
        let wait = tokio::time::timeout(std::time::Duration::from_secs(10), signals.recv());
        assert_eq!(wait.await.unwrap(), Some(1));
    }

    #[test]
    fn sigpipe_is_ignored_in_prove_itself() {
        assert!(is_ignored(13));
        assert!(!is_ignored(15));
    }
}
