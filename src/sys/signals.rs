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

/// Whether the signal is ignored; false where that cannot be known.
fn is_ignored(number: i32) -> bool {
    let mut now = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action this only fills in the present one, and only when it succeeds
    // is that looked at.
    unsafe {
        libc::sigaction(number, std::ptr::null(), now.as_mut_ptr()) == 0
            && now.assume_init().sa_sigaction == libc::SIG_IGN
    }
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
