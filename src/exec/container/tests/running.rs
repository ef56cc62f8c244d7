//! Commands in containers.

use super::*;

#[tokio::test]
async fn exit_codes_streams_and_the_images_own_settings_come_through() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("WORKDIR /app\nENV COLOUR=red\nUSER 7\n").await;
    let (answer, heard) = lab
        .run(sh(&image, "pwd; echo $COLOUR; id -u; echo bad >&2; exit 3"))
        .await;
    let seen = ran(&answer);
    assert_eq!(seen.ending, Ending::Exited(3));
    assert_eq!(seen.stdout.as_deref(), Some(&b"/app\nred\n7\n"[..]));
    assert_eq!(seen.stderr.as_deref(), Some(&b"bad\n"[..]));
    assert_eq!(*heard.stdout.borrow(), b"/app\nred\n7\n");
    assert_eq!(seen.notes, Vec::<String>::new());
    closed(&lab).await;
}

#[tokio::test]
async fn an_entrypoint_is_kept_replaced_or_taken_away() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab
        .image("COPY busybox /bin/echo\nENTRYPOINT [\"/bin/echo\", \"entry\"]\n")
        .await;
    let mut plain = request(ImageRef::Built(image.clone()), &["word"]);
    let (answer, _) = lab.run(plain.clone()).await;
    assert_eq!(ran(&answer).stdout.as_deref(), Some(&b"entry word\n"[..]));
    plain.container.entrypoint = Some(Vec::new());
    let (answer, _) = lab.run(plain).await;
    assert_eq!(why(&answer).why, NoAnswer::CommandNotFound);
    let (mut taken, words) = (sh(&image, "echo mine"), Vec::new());
    taken.container.entrypoint = Some(words);
    let (answer, _) = lab.run(taken).await;
    assert_eq!(ran(&answer).stdout.as_deref(), Some(&b"mine\n"[..]));
    closed(&lab).await;
}

#[tokio::test]
async fn what_is_not_in_the_image_or_not_executable_is_told_apart() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    lab.file("plain", "text").file("nointerp", "#!/bin/nope\n");
    let interp = lab.root.path().join("nointerp");
    std::fs::set_permissions(interp, std::fs::Permissions::from_mode(0o755)).unwrap();
    let image = lab.image("COPY plain nointerp /\n").await;
    for (program, expected) in [
        ("frobnicate", NoAnswer::CommandNotFound),
        ("/no/such", NoAnswer::CommandNotFound),
        ("/plain", NoAnswer::NotExecutable),
        ("/nointerp", NoAnswer::CommandNotFound),
    ] {
        let (answer, _) = lab
            .run(request(ImageRef::Built(image.clone()), &[program]))
            .await;
        assert_eq!(why(&answer).why, expected, "{program}: {answer:?}");
    }
    let mut bash = sh(&image, "true");
    let shell = ["bash", "-euo", "pipefail", "-c"]
        .map(str::to_owned)
        .to_vec();
    bash.command = Command::Shell {
        shell,
        text: "a | b".to_owned(),
    };
    let (answer, _) = lab.run(bash).await;
    assert!(
        why(&answer)
            .hint
            .as_deref()
            .unwrap()
            .contains("shell: sh -eu")
    );
    let gone = ImageRef::Named("127.0.0.1:9/prove/none:1".to_owned());
    let (answer, _) = lab.run(request(gone, &["x"])).await;
    assert_eq!(why(&answer).why, NoAnswer::ImageMissing);
    closed(&lab).await;
}

#[tokio::test]
async fn out_of_memory_is_told_from_an_exit() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("").await;
    let mut hungry = sh(&image, "a=xxxxxxxx; while :; do a=$a$a; done");
    hungry.container.memory = Some(16 << 20);
    let (answer, _) = lab.run(hungry).await;
    assert_eq!(ran(&answer).ending, Ending::OutOfMemory);
    let (answer, _) = lab.run(sh(&image, "exit 137")).await;
    assert_eq!(ran(&answer).ending, Ending::Exited(137));
    closed(&lab).await;
}

#[tokio::test]
async fn a_stop_is_gentle_first_and_leaves_nothing() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("").await;
    for (kill, script, says) in [
        (
            false,
            "trap 'echo bye; exit 0' TERM; echo up; while :; do :; done",
            "up\nbye\n",
        ),
        (
            true,
            "trap 'echo bye; exit 0' TERM; echo up; while :; do :; done",
            "up\n",
        ),
    ] {
        let (sender, stop) = watch::channel(None);
        let cause = StopCause::Timeout;
        let on_output = move || {
            sender.send_replace(Some(Stop { cause, kill }));
        };
        let heard = Heard {
            on_output: Some(Box::new(on_output)),
            ..Heard::default()
        };
        let probe = Probe::Run(Box::new(sh(&image, script)));
        let answer = ask_until(&lab.container, &probe, &heard, stop).await;
        assert_eq!(ran(&answer).ending, Ending::Stopped(cause));
        assert_eq!(String::from_utf8_lossy(&heard.stdout.borrow()), says);
    }
    closed(&lab).await;
}

#[tokio::test]
async fn what_a_stopped_gate_wanted_kept_is_kept_and_its_half_outputs_are_not() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("WORKDIR /app\n").await;
    let keep = lab.runtime.path().join("keep");
    let script = "echo log >x.log; echo half >out.bin; echo up; while :; do :; done";
    let mut request = sh(&image, script);
    request.collect.keep = vec!["*.log".to_owned()];
    request.collect.outputs = vec!["*.bin".to_owned()];
    let (sender, stop) = watch::channel(None);
    let cause = StopCause::Timeout;
    let on_output = move || {
        sender.send_replace(Some(Stop { cause, kill: false }));
    };
    let heard = Heard {
        on_output: Some(Box::new(on_output)),
        keep: Some(keep.clone()),
        ..Heard::default()
    };
    let probe = Probe::Run(Box::new(request));
    let answer = ask_until(&lab.container, &probe, &heard, stop).await;
    assert_eq!(ran(&answer).ending, Ending::Stopped(cause));
    assert_eq!(std::fs::read(keep.join("x.log")).unwrap(), b"log\n");
    assert!(!lab.root.path().join("out.bin").exists());
    closed(&lab).await;
}

#[tokio::test]
async fn gits_folder_and_ours_are_not_written_out_of_a_container() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("WORKDIR /app\n").await;
    for dir in [".git/hooks", ".prove/runs"] {
        let mut request = sh(&image, &format!("mkdir -p {dir}; echo x >{dir}/x"));
        request.collect.outputs = vec!["**".to_owned()];
        let (answer, _) = lab.run(request).await;
        let why = why(&answer);
        assert_eq!(why.why, NoAnswer::Io, "{why:?}");
        assert!(why.message.contains(dir), "{why:?}");
        assert!(!lab.root.path().join(dir).exists());
    }
    closed(&lab).await;
}

#[tokio::test]
async fn results_keep_and_outputs_are_copied_out_and_stale_ones_are_known() {
    let Some(mut lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let keep = lab.runtime.path().join("keep");
    lab.file("old.xml", "<old/>");
    let image = lab.image("WORKDIR /app\nCOPY old.xml /app/old.xml\n").await;
    let script = "mkdir -p reports dist/js; echo '<new/>' >reports/a.xml; echo log >x.log; \
                  echo js >dist/js/app.js; ln -s /etc/passwd dist/link; exit 1";
    let mut request = sh(&image, script);
    request.collect.results = vec![
        "reports/*.xml".to_owned(),
        "old.xml".to_owned(),
        "none".to_owned(),
    ];
    request.collect.keep = vec!["*.log".to_owned()];
    request.collect.outputs = vec!["dist".to_owned()];
    let heard = Heard {
        keep: Some(keep.clone()),
        ..Heard::default()
    };
    let answer = ask(&lab.container, &Probe::Run(Box::new(request)), &heard).await;
    let seen = ran(&answer);
    assert_eq!(seen.ending, Ending::Exited(1));
    let stamps: Vec<_> = seen
        .results
        .iter()
        .map(|r| (r.path.as_str(), r.before.clone(), r.after.clone()))
        .collect();
    let (old, new) = (
        Stamp("as in the image".to_owned()),
        Stamp("changed".to_owned()),
    );
    assert_eq!(
        stamps,
        [
            ("old.xml", Some(old.clone()), old),
            ("reports/a.xml", None, new)
        ]
    );
    assert_eq!(seen.results[1].bytes.as_deref(), Some(&b"<new/>\n"[..]));
    assert_eq!(std::fs::read(keep.join("x.log")).unwrap(), b"log\n");
    assert_eq!(
        std::fs::read(lab.root.path().join("dist/js/app.js")).unwrap(),
        b"js\n"
    );
    assert!(!lab.root.path().join("dist/link").exists());
    assert_eq!(
        seen.notes,
        ["dist/link is no regular file and was left in the container"]
    );
    lab.file("unused", "");
    closed(&lab).await;
    lab.env.clear();
}

#[tokio::test]
async fn a_mounted_workspace_is_the_project_itself() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("").await;
    lab.file("ui/in", "input").file("ui/stale.xml", "<s/>");
    let keep = lab.runtime.path().join("keep");
    let heard = Heard {
        keep: Some(keep.clone()),
        ..Heard::default()
    };
    let script = "pwd; cat in; echo '<r/>' >r.xml; mkdir logs; echo go >logs/run; \
                  chmod 755 logs/run; ln -s run logs/again; ln -s /etc/passwd logs/away";
    let mut request = sh(&image, script);
    request.collect.keep = vec!["logs".to_owned()];
    request.cwd = "ui".to_owned();
    request.container.workspace = Workspace::ReadWrite;
    request.collect.results = vec!["*.xml".to_owned()];
    let probe = Probe::Run(Box::new(request.clone()));
    let answer = ask(&lab.container, &probe, &heard).await;
    let seen = ran(&answer);
    assert_eq!(seen.stdout.as_deref(), Some(&b"/work/ui\ninput"[..]));
    let mode = keep.join("logs/run").metadata().unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o700, "executable, and nobody else's");
    assert_eq!(std::fs::read(keep.join("logs/again")).unwrap(), b"go\n");
    assert!(!keep.join("logs/away").exists());
    assert!(
        seen.notes[0].contains("leads out of the project"),
        "{seen:?}"
    );
    let fresh = |name: &str| {
        seen.results
            .iter()
            .any(|r| r.path == name && r.before.as_ref() != Some(&r.after))
    };
    assert!(fresh("r.xml") && !fresh("stale.xml"));
    request.container.workspace = Workspace::ReadOnly;
    let (answer, _) = lab.run(request).await;
    assert!(matches!(ran(&answer).ending, Ending::Exited(code) if code != 0));
    closed(&lab).await;
}
