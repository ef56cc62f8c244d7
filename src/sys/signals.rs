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

/// Waits until this process goes on after a stop (SIGTSTP and SIGCONT: `^Z` and `fg`). Where that
/// cannot be heard it waits for good.
///
/// # Panics
/// Outside a tokio runtime.
pub async fn resumed() {
    let heard = match signal(SignalKind::from_raw(libc::SIGCONT)) {
        Ok(mut stream) => stream.recv().await,
        Err(_) => None,
    };
    if heard.is_none() {
        std::future::pending::<()>().await;
    }
}

/// Lets signals that are heard do again what they do to any program: end it.
pub fn let_go() {
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        let number = kind.as_raw_value();
        if !is_ignored(number) {
            // SAFETY: SIG_DFL is a valid disposition and runs no code of ours.
            unsafe { libc::signal(number, libc::SIG_DFL) };
        }
    }
}

/// Runs a command to its end. SIGINT and SIGHUP that come meanwhile are its own affair, as the
/// terminal sends them to it too; SIGTERM is passed on.
///
/// # Errors
/// When it cannot be started or waited for.
pub fn see_through(command: std::process::Command) -> io::Result<std::process::ExitStatus> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut signals = listen()?;
        let mut child = tokio::process::Command::from(command).spawn()?;
        loop {
            let signal = tokio::select! {
                status = child.wait() => return status,
                Some(signal) = signals.recv() => signal,
            };
            let terminate = rustix::process::Signal::TERM;
            let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
            if let Some(pid) = pid.filter(|_| signal == terminate.as_raw()) {
                super::process::signal(pid, terminate);
            }
        }
    })
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
