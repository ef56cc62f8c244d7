//! Files of a process: reports with their stamps, and what is kept.

use super::*;

#[tokio::test]
async fn results_have_a_stamp_from_before_and_after() {
    let bench = bench();
    let root = bench.dir.path();
    for name in ["stale.xml", "same.xml", "gone.xml"] {
        fs::write(root.join(name), name).unwrap();
    }
    let mut request = sh("printf same.xml > same.xml; printf new > new.xml; rm gone.xml");
    request.collect.results = vec!["*.xml".into(), "missing/*.xml".into()];
    let ran = bench.ran(&request).await;
    let paths: Vec<&str> = ran
        .results
        .iter()
        .map(|result| result.path.as_str())
        .collect();
    assert_eq!(paths, ["new.xml", "same.xml", "stale.xml"]);
    let [new, same, stale] = &ran.results[..] else {
        panic!()
    };
    assert_eq!(
        (&new.before, new.bytes.as_deref()),
        (&None, Some(&b"new"[..]))
    );
    assert_ne!(
        same.before.as_ref(),
        Some(&same.after),
        "rewritten with the same bytes"
    );
    assert_eq!(stale.before.as_ref(), Some(&stale.after));
}

#[tokio::test]
async fn files_to_keep_are_copied_whatever_the_outcome() {
    let bench = bench();
    let mut request = sh("mkdir -p shots/deep; echo 1 > shots/deep/a.png; exit 1");
    request.collect.keep = vec!["shots".into(), "none*".into()];
    let ran = bench.ran(&request).await;
    assert_eq!((ran.ending, ran.notes), (Ending::Exited(1), vec![]));
    let kept = bench.dir.path().join("kept/shots/deep/a.png");
    assert_eq!(fs::read_to_string(kept).unwrap(), "1\n");
}

#[tokio::test]
async fn a_gate_that_was_stopped_keeps_its_files_and_one_that_was_killed_does_not() {
    for kill in [false, true] {
        let bench = bench();
        let mut request = sh("echo 1 > a.png; echo up; exec tail -f /dev/null");
        request.collect.keep = vec!["*.png".into()];
        let cause = StopCause::Timeout;
        let (ran, ()) = tokio::join!(bench.ran(&request), async {
            bench.heard.says("up").await;
            bench.stop.send(Some(Stop { cause, kill })).unwrap();
        });
        let kept = bench.dir.path().join("kept/a.png").exists();
        let told = ran
            .notes
            .iter()
            .any(|note| note.contains("not all was kept"));
        assert_eq!((kept, told), (!kill, kill), "{:?}", ran.notes);
    }
}

#[tokio::test]
async fn more_than_a_gate_may_keep_is_said_and_not_copied() {
    let bench = bench();
    let mut request = sh("truncate -s 1025M big.core; echo 1 > small.core");
    request.collect.keep = vec!["*.core".into()];
    let ran = bench.ran(&request).await;
    let note = "big.core was not kept: a gate may keep 1024 MiB in all";
    assert_eq!(ran.notes, [note]);
    let kept = bench.dir.path().join("kept");
    assert!(kept.join("small.core").exists() && !kept.join("big.core").exists());
}
