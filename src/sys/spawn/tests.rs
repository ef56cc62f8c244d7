//! Both ways of starting a process, held to the same. What gates see of them is tested with the
//! process executor.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;

use super::*;
use crate::sys::process as tree;

/// The quick way, and the other.
fn both() -> [Spawner; 2] {
    let slow = Spawner {
        fast: None,
        ..Spawner::new().unwrap()
    };
    [Spawner::new().unwrap(), slow]
}

fn order(words: &[&str], directory: &str) -> (Order, io::PipeReader) {
    let (reader, writer) = io::pipe().unwrap();
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let environment = BTreeMap::from([("A", "1"), ("B", "x=y")]);
    let stderr = writer.try_clone().unwrap().into();
    let streams = (writer.into(), stderr);
    let program = Path::new(&words[0]);
    let order = Order::new(program, &words, &environment, Path::new(directory), streams);
    (order.unwrap(), reader)
}

async fn said(spawner: &mut Spawner, script: &str) -> (String, ExitStatus) {
    let (order, mut reader) = order(&["/bin/sh", "-c", script], "/");
    let mut leader = spawner.start(order).unwrap();
    let status = leader.wait().await.unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    (text, status)
}

#[tokio::test]
async fn it_has_its_words_environment_directory_and_streams() {
    for mut spawner in both() {
        let (text, status) = said(
            &mut spawner,
            "pwd; echo $A $B >&2; read x || echo empty; exit 7",
        )
        .await;
        assert_eq!(text, "/\n1 x=y\nempty\n");
        assert_eq!(status.code(), Some(7));
        let (text, _) = said(
            &mut spawner,
            "/usr/bin/env | grep -v '^PWD=\\|^SHLVL=\\|^_='",
        )
        .await;
        assert_eq!(text, "A=1\nB=x=y\n");
    }
}

#[tokio::test]
async fn it_leads_a_group_and_its_signals_are_as_a_shell_would_have_them() {
    let _handled = crate::sys::signals::listen().unwrap();
    for mut spawner in both() {
        let script = "read -r pid comm state parent group rest < /proc/$$/stat; echo $pid $group; \
                      grep -E '^Sig(Blk|Ign|Cgt)' /proc/$$/status | tr -d '\\n\\t'; kill -9 $$";
        let (text, status) = said(&mut spawner, script).await;
        let (numbers, signals) = text.split_once('\n').unwrap();
        let (pid, group) = numbers.split_once(' ').unwrap();
        assert_eq!(pid, group);
        let masks: Vec<u64> = signals
            .split("Sig")
            .filter_map(|line| u64::from_str_radix(line.split_once(':')?.1, 16).ok())
            .collect();
        let [blocked, ignored, _] = masks[..] else {
            panic!("{signals}")
        };
        // SIGPIPE, which prove ignores, is not.
        assert_eq!((blocked, ignored & (1 << 12)), (0, 0), "{signals}");
        assert_eq!(status.signal(), Some(9));
    }
}

#[tokio::test]
async fn what_cannot_be_started_leaves_no_process_and_no_open_file() {
    for mut spawner in both() {
        for (words, directory, errno) in [
            (["/nowhere/at-all"], "/", libc::ENOENT),
            (["/"], "/", libc::EACCES),
            (["/bin/sh"], "/nowhere", libc::ENOENT),
        ] {
            let (order, mut reader) = order(&words, directory);
            let error = spawner.start(order).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(errno), "{words:?} {directory}");
            // Nobody holds the writing end.
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        }
    }
    let streams = || {
        let (_, writer) = io::pipe().unwrap();
        (writer.try_clone().unwrap().into(), writer.into())
    };
    let nul = ["a\0b".to_owned()];
    let refused = Order::new(
        Path::new("/x"),
        &nul,
        &BTreeMap::new(),
        Path::new("/"),
        streams(),
    );
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn its_end_is_told_when_it_comes_and_not_before() {
    for mut spawner in both() {
        let (order, reader) = order(&["/bin/sleep", "1000"], "/");
        let mut leader = spawner.start(order).unwrap();
        {
            let mut waiting = std::pin::pin!(leader.wait());
            assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        }
        tree::signal_group(leader.pid(), rustix::process::Signal::TERM);
        assert_eq!(leader.wait().await.unwrap().signal(), Some(15));
        drop(reader);
    }
}

/// A handler that is not on the list could run in the child, in the memory of prove.
#[tokio::test]
async fn no_signal_has_a_handler_that_a_start_does_not_know_of() {
    let _handled = crate::sys::signals::listen().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
    // Faults, which Rust reports, and the two that the C library keeps for its threads.
    let others = [libc::SIGSEGV, libc::SIGBUS, 32, 33];
    let known = vfork::HANDLED.into_iter().chain(others);
    let known = known.fold(0_u64, |known, signal| known | 1 << (signal - 1));
    assert_eq!(caught & !known, 0, "{caught:x}");
}
