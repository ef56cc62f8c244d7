//! Builds, tags and what is left on the engine, with every builder that is here.

use super::*;

/// The engine's own two, and buildx when it is installed.
fn builders() -> Vec<&'static str> {
    let version = std::process::Command::new("docker")
        .args(["buildx", "version"])
        .output();
    let buildx = version.is_ok_and(|output| output.status.success());
    if !buildx {
        println!("without buildx: `docker buildx version` does not work");
    }
    ["buildkit", "classic"]
        .into_iter()
        .chain(buildx.then_some("buildx"))
        .collect()
}

#[tokio::test]
async fn buildx_hands_over_secrets_and_leaves_our_folder_out() {
    if !builders().contains(&"buildx") {
        return;
    }
    let Some(lab) = engine_or_skip("buildx").await else {
        return;
    };
    lab.file(".prove/log", "ours")
        .file(".dockerignore", "ignored\n")
        .file("ignored", "");
    let run = "RUN --mount=type=secret,id=tok [\"/bin/sh\", \"-c\", \
               \"[ $(cat /run/secrets/tok) = hush ] && [ ! -e /all/.prove ] && [ ! -e /all/ignored ] \
               && [ -e /all/busybox ]\"]\n";
    lab.file("Dockerfile", &format!("{BASE}COPY . /all\n{run}"));
    let secrets = BTreeMap::from([("tok".to_owned(), Secret("hush".to_owned()))]);
    let request = BuildRequest {
        secrets,
        ..BuildRequest::default()
    };
    let heard = Heard::default();
    let answer = ask(&lab.container, &Probe::Build(Box::new(request)), &heard).await;
    assert!(
        matches!(&answer, Answer::Built(Built::Image { builder, .. }) if builder == "buildx"),
        "{answer:?}"
    );
    closed(&lab).await;
}

#[tokio::test]
async fn a_stopped_build_ends_and_leaves_nothing() {
    for builder in builders() {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let nonce = lab.runtime.path().display();
        let step = format!("echo {nonce}; while :; do :; done");
        lab.file(
            "Dockerfile",
            &format!("{BASE}RUN [\"/bin/sh\", \"-c\", \"{step}\"]\n"),
        );
        let (sender, stop) = watch::channel(None);
        let cause = StopCause::Interrupted;
        let on_output = move || {
            sender.send_replace(Some(Stop { cause, kill: false }));
        };
        let heard = Heard {
            on_output: Some(Box::new(on_output)),
            ..Heard::default()
        };
        let answer = ask_until(&lab.container, &Probe::Build(Box::default()), &heard, stop).await;
        assert_eq!(why(&answer).why, NoAnswer::Stopped(cause), "{builder}");
        closed(&lab).await;
    }
}

#[tokio::test]
async fn a_classic_build_that_fails_or_is_stopped_leaves_no_step() {
    for stopped in [false, true] {
        let Some(lab) = engine_or_skip("classic").await else {
            return;
        };
        let (sender, stop) = watch::channel(None);
        let cause = StopCause::FailFast;
        let on_output = move || {
            sender.send_replace(stopped.then_some(Stop { cause, kill: false }));
        };
        let heard = Heard {
            on_output: Some(Box::new(on_output)),
            ..Heard::default()
        };
        let mark = format!("LABEL prove-test={}", lab.run);
        let end = if stopped {
            "while :; do :; done"
        } else {
            "exit 7"
        };
        lab.file(
            "Dockerfile",
            &format!(
                "FROM scratch\n{mark}\nCOPY busybox /bin/sh\nRUN [\"/bin/sh\", \"-c\", \"echo up; {end}\"]\n"
            ),
        );
        let probe = Probe::Build(Box::default());
        let answer = ask_until(&lab.container, &probe, &heard, stop).await;
        assert!(
            !matches!(answer, Answer::Built(Built::Image { .. })),
            "{answer:?}"
        );
        assert_eq!(close(&lab.container).await, Vec::<String>::new());
        let filter = format!("label=prove-test={}", lab.run);
        let left = lab.docker(&["images", "-aq", "--filter", &filter]).await;
        closed(&lab).await;
        assert_eq!(left, "", "stopped: {stopped}");
    }
}

#[tokio::test]
async fn both_builders_of_the_engine_build_and_the_image_is_gone_at_the_end() {
    for builder in builders() {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let marker = format!("ENV BUILDER={builder}{}\n", lab.runtime.path().display());
        let image = lab
            .image(&format!("{marker}RUN [\"/bin/sh\", \"-c\", \"echo hi\"]\n"))
            .await;
        assert!(
            image.id.starts_with("sha256:") && !image.layers.is_empty(),
            "{image:?}"
        );
        let tags = lab
            .docker(&["inspect", "-f", "{{.RepoTags}}", &image.id])
            .await;
        assert!(tags.starts_with("[prove-tmp/"), "{tags}");
        closed(&lab).await;
        assert_eq!(
            lab.docker(&["inspect", "-f", "{{.Id}}", &image.id]).await,
            ""
        );
    }
}

#[tokio::test]
async fn progress_and_output_of_a_build_are_told() {
    for builder in builders() {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let nonce = lab.runtime.path().display().to_string();
        let run = format!("{BASE}RUN [\"/bin/sh\", \"-c\", \"echo told {nonce}\"]\n");
        let (_, heard) = lab.build(&run).await;
        let out = String::from_utf8_lossy(&heard.stdout.borrow()).into_owned();
        assert!(out.contains(&format!("told {nonce}")), "{out}");
        let steps = heard.progress.borrow().join("\n");
        assert!(steps.contains("COPY busybox /bin/sh"), "{steps}");
        let (_, again) = lab.build(&run).await;
        assert!(
            again
                .progress
                .borrow()
                .iter()
                .any(|line| line.ends_with("CACHED")),
            "{builder}"
        );
        closed(&lab).await;
    }
}

#[tokio::test]
async fn a_failing_step_and_a_refused_dockerfile_fail_with_their_words() {
    for builder in builders() {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let step = "RUN [\"/bin/sh\", \"-c\", \"echo the cause; exit 7\"]\n";
        for (dockerfile, words) in [
            (format!("{BASE}{step}"), "the cause"),
            ("FROM scratch\nFORM x\n".to_owned(), "FORM"),
            ("FROM scratch\nCOPY nothing /\n".to_owned(), "nothing"),
        ] {
            let (answer, _) = lab.build(&dockerfile).await;
            let Answer::Built(Built::Failed { message, .. }) = &answer else {
                panic!("{answer:?}")
            };
            assert!(message.contains(words), "{message}");
        }
        let missing = std::fs::remove_file(lab.root.path().join("Dockerfile"));
        assert!(missing.is_ok());
        let probe = Probe::Build(Box::default());
        let answer = ask(&lab.container, &probe, &Heard::default()).await;
        assert!(
            matches!(answer, Answer::Built(Built::Failed { .. })),
            "{answer:?}"
        );
        closed(&lab).await;
    }
}

#[tokio::test]
async fn a_base_image_that_cannot_be_had_is_no_failure_of_the_project() {
    for builder in builders() {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        // Port 9 on loopback: a registry that nobody can reach.
        let (answer, _) = lab.build("FROM 127.0.0.1:9/prove/none:1\nRUN x\n").await;
        assert_eq!(why(&answer).why, NoAnswer::ImageMissing, "{answer:?}");
        closed(&lab).await;
    }
}

#[tokio::test]
async fn what_a_builder_lacks_is_refused_not_left_out() {
    let Some(lab) = engine_or_skip("classic").await else {
        return;
    };
    lab.file("Dockerfile", BASE);
    let secrets = BTreeMap::from([("t".to_owned(), Secret("s".to_owned()))]);
    let with_secret = BuildRequest {
        secrets,
        ..BuildRequest::default()
    };
    let platform = Some("linux/arm64".to_owned());
    let with_platform = BuildRequest {
        platform,
        ..BuildRequest::default()
    };
    for request in [with_secret, with_platform] {
        let answer = ask(
            &lab.container,
            &Probe::Build(Box::new(request)),
            &Heard::default(),
        )
        .await;
        assert_eq!(why(&answer).why, NoAnswer::Unsupported);
    }
    closed(&lab).await;
}

#[tokio::test]
async fn what_was_there_before_stays_also_when_the_rebuild_gives_the_same_id() {
    for builder in builders() {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        lab.file("nonce", lab.runtime.path().to_str().unwrap());
        let (answer, _) = lab.build("FROM scratch\nCOPY nonce /nonce\n").await;
        let Answer::Built(Built::Image { image: first, .. }) = answer else {
            panic!("{answer:?}")
        };
        let tag = format!("prove-test-before-{builder}-{}:x", lab.run);
        lab.docker(&["tag", &first.id, &tag]).await;
        closed(&lab).await;
        let other = lab.another(&format!("second-{}", lab.run));
        let answer = ask(&other, &Probe::Build(Box::default()), &Heard::default()).await;
        let Answer::Built(Built::Image { image, .. }) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(image, first, "{builder}: the cache gives the same image");
        assert_eq!(close(&other).await, Vec::<String>::new());
        assert_eq!(
            lab.docker(&["inspect", "-f", "{{.Id}}", &tag]).await,
            first.id
        );
        lab.docker(&["rmi", &tag]).await;
        // The classic builder's step below it, which the tag had kept.
        lab.forget_steps().await;
    }
}

#[tokio::test]
async fn an_untagged_image_that_was_there_before_stays_untagged() {
    let Some(lab) = engine_or_skip("classic").await else {
        return;
    };
    // A first layer of its own: of equal ones the classic cache takes whichever is the newest.
    lab.file("nonce", lab.runtime.path().to_str().unwrap());
    lab.file("Dockerfile", "FROM scratch\nCOPY nonce /nonce\n");
    let path = lab.root.path().to_str().unwrap();
    let id = lab.docker(&["build", "-q", path]).await;
    assert!(id.starts_with("sha256:"), "{id}");
    let answer = ask(
        &lab.container,
        &Probe::Build(Box::default()),
        &Heard::default(),
    )
    .await;
    let Answer::Built(Built::Image { image, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(image.id, id);
    closed(&lab).await;
    assert_eq!(
        lab.docker(&["inspect", "-f", "{{.Id}} {{.RepoTags}}", &id])
            .await,
        format!("{id} []")
    );
    lab.docker(&["rmi", &id]).await;
}

#[tokio::test]
async fn a_tag_stands_on_that_very_image() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab
        .image(&format!("ENV T={}\n", lab.runtime.path().display()))
        .await;
    let reference = format!("prove-test.example:5000/a/{}:v1", lab.run);
    let probe = Probe::Tag {
        image: image.clone(),
        reference: reference.clone(),
    };
    let heard = Heard::default();
    assert_eq!(ask(&lab.container, &probe, &heard).await, Answer::Tagged);
    closed(&lab).await;
    assert_eq!(
        lab.docker(&["inspect", "-f", "{{.Id}}", &reference]).await,
        image.id
    );
    lab.docker(&["rmi", &reference]).await;
}

#[tokio::test]
async fn what_a_killed_run_left_is_removed_and_a_live_runs_is_not() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab
        .image(&format!("ENV R={}\n", lab.runtime.path().display()))
        .await;
    let live = lab
        .docker(&["inspect", "-f", "{{index .RepoTags 0}}", &image.id])
        .await;
    let (name, _) = live.rsplit_once(':').unwrap();
    let me = lab.run.clone();
    let dead_tag = format!("{}dead-1:1", name.strip_suffix(&me).unwrap());
    lab.docker(&["tag", &image.id, &dead_tag]).await;
    let owner = crate::exec::container::lease::Owner::of_repository(name, "prove-tmp/").unwrap();
    for run in ["dead-1", me.as_str()] {
        let labels = [
            format!("prove.host={}", owner.host),
            format!("prove.boot={}", owner.boot),
            format!("prove.scope={}", owner.scope),
            format!("prove.run={run}"),
        ];
        let labels: Vec<&str> = labels
            .iter()
            .flat_map(|l| ["--label", l.as_str()])
            .collect();
        let name = format!("prove-reap-{run}");
        let args = [
            &["create", "--name", &name][..],
            &labels,
            &[&image.id, "/x"],
        ]
        .concat();
        lab.docker(&args).await;
    }
    let next = lab.another(&format!("next-{}", lab.run));
    let none = ImageIdentity {
        id: "sha256:none".to_owned(),
        layers: Vec::new(),
    };
    let probe = Probe::Tag {
        image: none,
        reference: "x".to_owned(),
    };
    ask(&next, &probe, &Heard::default()).await;
    let notes = close(&next).await;
    assert_eq!(notes.len(), 2, "{notes:?}");
    let left = lab
        .docker(&[
            "ps",
            "-a",
            "--format",
            "{{.Names}}",
            "--filter",
            "name=prove-reap-",
        ])
        .await;
    assert_eq!(left, format!("prove-reap-{me}"));
    assert_eq!(
        lab.docker(&["inspect", "-f", "{{.RepoTags}}", &image.id])
            .await,
        format!("[{live}]")
    );
    lab.docker(&["rm", &format!("prove-reap-{me}")]).await;
    closed(&lab).await;
}
