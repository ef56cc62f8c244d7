//! Files that are brought back from a container while the engine has one of its worst days.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::super::tests::{Heard, ask};
use super::{Play, broken, ended, json, polite, run, staged};
use crate::model::{Answer, NoAnswer, Probe, limits};

/// An engine on which a container wrote one file, which is asked for by this play.
fn wrote(
    file: &'static str,
    archive: impl Fn() -> Play + Send + Sync + 'static,
) -> super::Scripted {
    let state = r#"{"State":{"Running":false,"ExitCode":0},"Config":{"WorkingDir":"/app"}}"#;
    Arc::new(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            p if p.ends_with("/archive") => archive(),
            p if p.ends_with("/changes") => {
                json(&format!(r#"[{{"Path":"/app/{file}","Kind":1}}]"#))
            }
            p if p.ends_with("/wait") => ended("{\"StatusCode\":0}\n"),
            p if p.contains("/containers/prove-") && p.ends_with("/json") => json(state),
            _ => polite(request),
        }
    })
}

/// A tar archive's header for a file of this size, and this much of the file.
fn archive(name: &str, size: u64, bytes: usize) -> String {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_size(size);
    header.set_mode(0o755);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    let head = String::from_utf8(header.as_bytes().to_vec()).unwrap();
    head + &"x".repeat(bytes)
}

/// What a run brings back that wants this file as a result, as an output and kept.
async fn brought(archive: fn() -> Play, result: bool) -> (Answer, tempfile::TempDir, PathBuf) {
    let (container, dir) = staged(wrote("out.bin", archive));
    let Probe::Run(mut request) = run() else {
        unreachable!("it is a run")
    };
    let wanted = vec!["*.bin".to_owned()];
    if result {
        request.collect.results = wanted;
    } else {
        request.collect.outputs.clone_from(&wanted);
        request.collect.keep = wanted;
    }
    let keep = dir.path().join("keep");
    let heard = Heard {
        keep: Some(keep.clone()),
        ..Heard::default()
    };
    let (probe, patience) = (Probe::Run(request), Duration::from_secs(20));
    let answer = tokio::time::timeout(patience, ask(&container, &probe, &heard));
    (answer.await.expect("it does not hang"), dir, keep)
}

#[tokio::test]
async fn an_engine_that_dies_while_a_file_is_copied_leaves_no_half_file() {
    let dies = || broken(&archive("out.bin", 10_000, 700));
    // A stream that ends as it should, in the middle of the file.
    let cut = || ended(&archive("out.bin", 10_000, 700));
    for (play, class) in [
        (dies as fn() -> Play, NoAnswer::EngineGone),
        (cut, NoAnswer::Io),
    ] {
        let (answer, dir, keep) = brought(play, false).await;
        let Answer::Unanswered(why) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(why.why, class, "{why:?}");
        assert!(!dir.path().join("out.bin").exists());
        assert!(!keep.join("out.bin").exists());
    }
    let (answer, ..) = brought(cut, true).await;
    assert!(matches!(answer, Answer::Unanswered(_)), "{answer:?}");
}

#[tokio::test]
async fn a_result_that_is_too_large_is_known_by_its_head() {
    let endless = || {
        let Play::Send(text) = broken(&archive("out.bin", 1 << 32, 700)) else {
            return Play::Hang;
        };
        Play::Stall(text)
    };
    let (answer, ..) = brought(endless, true).await;
    let Answer::Ran(ran) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(ran.results[0].bytes, None);
}

#[tokio::test]
async fn what_a_gate_keeps_is_capped_over_all_its_files_and_what_was_not_kept_is_said() {
    let small = wrote("a.bin", || ended(&archive("a.bin", 700, 700)));
    let (container, dir) = staged(Arc::new(move |request| {
        if request.contains("/changes") {
            return json(r#"[{"Path":"/app/a.bin","Kind":1},{"Path":"/app/b.bin","Kind":1}]"#);
        }
        if request.contains("/archive") && request.contains("b.bin") {
            // Alone there would be room for it. More than its head never comes.
            let Play::Send(text) = broken(&archive("b.bin", limits::KEEP_BYTES - 100, 0)) else {
                return Play::Hang;
            };
            return Play::Stall(text);
        }
        small(request)
    }));
    let Probe::Run(mut request) = run() else {
        unreachable!("it is a run")
    };
    request.collect.keep = vec!["*.bin".to_owned()];
    let keep = dir.path().join("keep");
    let heard = Heard {
        keep: Some(keep.clone()),
        ..Heard::default()
    };
    let answer = ask(&container, &Probe::Run(request), &heard).await;
    let Answer::Ran(ran) = answer else {
        panic!("{answer:?}")
    };
    let said = ran.notes.join("\n");
    assert!(said.contains("b.bin was not kept"), "{said}");
    assert_eq!(std::fs::metadata(keep.join("a.bin")).unwrap().len(), 700);
    assert!(!keep.join("b.bin").exists());
}
