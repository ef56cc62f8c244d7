//! What a process is given at its start, and what it says at its end.

use super::*;

#[tokio::test]
async fn the_ending_is_told_as_it_is() {
    let bench = bench();
    for (script, ending) in [
        ("exit 0", Ending::Exited(0)),
        ("exit 7", Ending::Exited(7)),
        ("frobnicate 2>/dev/null", Ending::Exited(127)),
        ("kill -SEGV $$", Ending::Signaled(11)),
        ("kill -KILL $$", Ending::Signaled(9)),
    ] {
        assert_eq!(bench.ran(&sh(script)).await.ending, ending, "{script}");
    }
}

#[tokio::test]
async fn the_environment_is_exactly_what_the_gate_has() {
    let bench = bench();
    let mut request = argv(&["env"]);
    request.env.insert("A".into(), "1".into());
    request.secrets.insert("S".into(), Secret("hidden".into()));
    let ran = bench.ran(&request).await;
    let text = String::from_utf8(ran.stdout.unwrap()).unwrap();
    let mut names: Vec<&str> = text.lines().filter_map(|l| l.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "A",
            "PATH",
            "PROVE_ATTEMPT",
            "PROVE_GATE",
            "PROVE_RUN_ID",
            "S"
        ]
    );
    assert!(text.contains("PROVE_GATE=gate\n") && text.contains("PROVE_ATTEMPT=2\n"));
}

#[tokio::test]
async fn stdin_is_empty_and_sigpipe_is_as_it_should_be() {
    let bench = bench();
    let ran = bench
        .ran(&sh("cat; yes | head -1; grep SigIgn /proc/self/status"))
        .await;
    assert_eq!(ran.stderr.unwrap(), b"");
    let text = String::from_utf8(ran.stdout.unwrap()).unwrap();
    let mask = text.strip_prefix("y\nSigIgn:").map(str::trim).unwrap();
    assert_eq!(
        u64::from_str_radix(mask, 16).unwrap() & (1 << 12),
        0,
        "{text}"
    );
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    use NoAnswer::{CannotStart, CommandNotFound, NotExecutable};
    let bench = bench();
    bench.script("plain.sh", "#!/bin/sh\n", 0o644);
    bench.script("lost.sh", "#!/nowhere/zsh -e\n", 0o755);
    bench.script("crlf.sh", "#!/bin/sh\r\n", 0o755);
    bench.script("text", "hello\n", 0o755);
    fs::create_dir(bench.dir.path().join("folder")).unwrap();
    for (words, why, part) in [
        (
            &["no-such-program-x"][..],
            CommandNotFound,
            "`no-such-program-x` was not found",
        ),
        (&["./none.sh"], CommandNotFound, "`./none.sh` was not found"),
        (&["./text/none.sh"], CommandNotFound, "was not found"),
        (&["./plain.sh"], NotExecutable, "not executable"),
        (&["./lost.sh"], CommandNotFound, "asks for `/nowhere/zsh`"),
        (&["./crlf.sh"], CommandNotFound, "/bin/sh\\r"),
        (&["./text"], NotExecutable, "neither a program"),
        (&["./folder"], NotExecutable, "directory"),
        (&["echo", "a\0b"], CannotStart, "nul"),
    ] {
        let told = bench.no_answer(&argv(words)).await;
        assert_eq!(told.why, why, "{words:?}: {told:?}");
        assert!(told.message.contains(part), "{words:?}: {told:?}");
    }
    let told = bench
        .no_answer(&argv(&["echo", &"x".repeat(4 << 20)]))
        .await;
    assert_eq!((told.why, told.hint.is_some()), (CannotStart, true));
    for words in [&["true"][..], &["./x"]] {
        let mut lost = argv(words);
        lost.cwd = "not/there".into();
        let told = bench.no_answer(&lost).await;
        assert!(
            told.why == CannotStart && told.message.contains("not/there"),
            "{told:?}"
        );
    }
    let mut bare = argv(&["true"]);
    bare.env.clear();
    assert!(
        bench
            .no_answer(&bare)
            .await
            .message
            .contains("PATH is not set")
    );
}

#[tokio::test]
async fn a_path_is_relative_to_the_gate_and_a_word_is_of_its_path() {
    let bench = bench();
    fs::create_dir(bench.dir.path().join("ui")).unwrap();
    bench.script("ui/tool", "#!/bin/sh\necho $0; pwd -P\n", 0o755);
    let mut request = argv(&["./tool"]);
    request.cwd = "ui".into();
    let text = String::from_utf8(bench.ran(&request).await.stdout.unwrap()).unwrap();
    assert!(
        text.starts_with("./tool\n") && text.ends_with("/ui\n"),
        "{text}"
    );
    request.command = Command::Argv(vec!["tool".into()]);
    request.env.insert("PATH".into(), ".:/usr/bin:/bin".into());
    assert_eq!(bench.ran(&request).await.ending, Ending::Exited(0));
}

#[tokio::test]
async fn output_is_bytes_and_bounded() {
    let bench = bench();
    let ran = bench
        .ran(&sh(r"printf '\377\000x'; printf '\376' >&2"))
        .await;
    assert_eq!(
        (ran.stdout.unwrap(), ran.stderr.unwrap()),
        (b"\xff\0x".to_vec(), b"\xfe".to_vec())
    );
    let bytes = 64 << 20;
    let ran = bench.ran(&sh(&format!("head -c {bytes} /dev/zero"))).await;
    assert_eq!(
        (ran.stdout.unwrap().len(), ran.capture_cut),
        (limits::CAPTURE_BYTES, true)
    );
    assert_eq!(bench.heard.count.get(), bytes + 4);
}
