//! What people see, whole. Read these as a designer would: is it what you want to find in a log?

use crate::event::Body;
use crate::model::{Finding, GateName, Location, Reason, Severity, VerdictWord};
use crate::report::Options;
use crate::report::samples::{self, Stream, failed, finished, shown};

fn unicode() -> Options {
    Options {
        unicode: true,
        ..Options::default()
    }
}

#[test]
fn a_green_run() {
    insta::assert_snapshot!(shown("plain", &samples::green(), &unicode()), @r###"
    prove 0.1.0: dental-mvp, 3 gates, 2 at once, run 20261121T002500Z-k3w5qa
    note: 1 gate left out (not asked for): publish

    ✓ passed    lint        1.2 s
    ✓ passed    unit        1.2 s  2 cases, 1 skipped
    │           app   [3/7] RUN npm ci
      slow      app   running for 1 min 00 s
    ✓ passed    app         1.2 s

    proved: 3 passed in 12.3 s
    "###);
}

#[test]
fn a_failing_run() {
    let command = ["prove", "-C", "my app", "run"].map(str::to_owned).to_vec();
    let options = Options {
        command,
        ..unicode()
    };
    insta::assert_snapshot!(shown("plain", &samples::red(), &options), @r###"
    prove 0.1.0: dental-mvp, 6 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✗ failed    lint            1.2 s  exit code 2
    ✗ failed    unit            1.2 s  exit code 1; 1 of 3 cases failed; 3 cases, 1 failed, 1 skipped
    ! errored   ui/scan         1.2 s  `docker` was not found

    ✗ lint failed: exit code 2
        run: npm run lint
        │ src/a.ts:3:1 error  no-var
        log     .prove/runs/20261121T002500Z-k3w5qa/logs/lint.log
        rerun   prove -C 'my app' run lint

    ✗ unit failed: exit code 1; 1 of 3 cases failed
        run: npm run unit
        ✗ failed math: divides
            expected 2, got 3
              at math.test.js:7
        │
        │ 1 failing
        log     .prove/runs/20261121T002500Z-k3w5qa/logs/unit.log
        rerun   prove -C 'my app' run unit

    ! ui/scan errored: `docker` was not found
        run: npm run ui/scan
        looked in /usr/bin, /bin
        hint    install it, or say where it is in PATH
        rerun   prove -C 'my app' run ui/scan

    3 gates skipped because lint failed, unit failed: app, app-test, app:tag

    refuted: 2 failed, 1 errored, 3 skipped in 12.3 s
    "###);
}

#[test]
fn a_failing_run_in_ascii_and_quiet() {
    let options = Options {
        quiet: true,
        ..Options::default()
    };
    let events = Stream::of(&["lint", "unit", "app<lint"])
        .left_out("publish", "not asked for")
        .passed("unit")
        .gate(failed("lint", Reason::new("exit code 2"), &["no-var"]))
        .never_ran(&["app"], VerdictWord::Skipped, "lint failed")
        .end();
    insta::assert_snapshot!(shown("plain", &events, &options), @r###"
    x lint failed: exit code 2
        run: npm run lint
        | no-var
        log     .prove/runs/20261121T002500Z-k3w5qa/logs/lint.log
        rerun   prove run lint

    1 gate skipped because lint failed: app
    note: 1 gate left out (not asked for): publish

    refuted: 1 failed, 1 passed, 1 skipped in 12.3 s
    "###);
}

#[test]
fn an_interrupted_run() {
    let mut unit = finished("unit", VerdictWord::Cancelled);
    unit.reason = Some(Reason::new("stopped: interrupted by SIGINT"));
    let events = Stream::of(&["lint", "unit", "e2e", "app<lint<unit"])
        .passed("lint")
        .event(Body::Interrupted {
            signal: 2,
            forced: false,
        })
        .gate(unit)
        .never_ran(
            &["e2e"],
            VerdictWord::Cancelled,
            "interrupted before it started",
        )
        .never_ran(&["app"], VerdictWord::Skipped, "unit was cancelled")
        .end();
    insta::assert_snapshot!(shown("plain", &events, &unicode()), @r###"
    prove 0.1.0: dental-mvp, 4 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✓ passed    lint        1.2 s
    interrupted by SIGINT: stopping what runs; once more kills
    ■ cancelled unit        1.2 s  stopped: interrupted by SIGINT

    1 gate cancelled (interrupted before it started): e2e
    1 gate skipped because unit was cancelled: app

    undecided: 1 passed, 1 skipped, 2 cancelled in 12.3 s, interrupted by SIGINT
    "###);
}

#[test]
fn a_run_that_is_undecided_by_doubt() {
    let reason = Reason::new("the work tree changed while the run was going on")
        .detail("src/app.ts")
        .hint("commit or stash what you edit, then run again");
    let events = Stream::of(&["lint", "unit"])
        .passed("lint")
        .passed("unit")
        .event(Body::Doubt { reason })
        .end();
    insta::assert_snapshot!(shown("plain", &events, &unicode()), @r###"
    prove 0.1.0: dental-mvp, 2 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✓ passed    lint        1.2 s
    ✓ passed    unit        1.2 s

    doubt: the work tree changed while the run was going on
        src/app.ts
        hint    commit or stash what you edit, then run again

    undecided: 2 passed, 1 doubt in 12.3 s
    "###);
}

#[test]
fn everything_soft_is_said() {
    let mut flaky = finished("e2e", VerdictWord::Passed);
    flaky.flaky = true;
    flaky.attempts = 2;
    flaky.notes = vec!["1 waiver: DL3018 (alpine repo pins), until 2027-06-30".to_owned()];
    let gate: GateName = samples::name("e2e");
    let reason = Reason::new("exit code 75");
    let events = Stream::of(&["e2e", "audit", "docs"])
        .advisory("audit", "upstream has no fix yet")
        .left_out("nightly", "its stages do not include ci")
        .left_out("publish", "its stages do not include ci")
        .event(Body::Retrying {
            gate,
            attempt: 1,
            reason,
            backoff_ms: 1_000,
        })
        .gate(flaky)
        .gate(failed(
            "audit",
            Reason::new("2 vulnerabilities"),
            &["CVE-2026-1"],
        ))
        .never_ran(
            &["docs"],
            VerdictWord::NotApplicable,
            "when: branch is main; this is `fix`",
        )
        .event(Body::Notice {
            text: "3 old runs were deleted".to_owned(),
        })
        .end();
    insta::assert_snapshot!(shown("plain", &events, &unicode()), @r###"
    prove 0.1.0: dental-mvp, 3 gates, 2 at once, run 20261121T002500Z-k3w5qa
    note: 2 gates left out (its stages do not include ci): nightly, publish

      retry     e2e    attempt 1: exit code 75; again in 1.0 s
    ✓ passed    e2e          1.2 s  flaky: passed at attempt 2
                note: 1 waiver: DL3018 (alpine repo pins), until 2027-06-30
    ✗ failed    audit        1.2 s  advisory, does not decide; 2 vulnerabilities
    · n/a       docs                when: branch is main; this is `fix`
    note: 3 old runs were deleted

    advisory audit failed: 2 vulnerabilities (does not decide: upstream has no fix yet)
        log     .prove/runs/20261121T002500Z-k3w5qa/logs/audit.log
        rerun   prove run audit

    proved: 1 passed, 1 not applicable, 1 advisory not passed, 1 flaky in 12.3 s
    "###);
}

#[test]
fn findings_stand_at_their_place() {
    let location = Location {
        path: "Dockerfile".to_owned(),
        line: 1,
        column: 6,
    };
    let finding = Finding::new("DL3006", Severity::Error, "the base image has no tag")
        .at(Some(location))
        .help("write node:20.19.5-alpine");
    let mut gate = failed("dockerfile", Reason::new("1 error"), &[]);
    gate.findings = vec![finding];
    let events = Stream::of(&["dockerfile"]).gate(gate).end();
    insta::assert_snapshot!(shown("plain", &events, &unicode()), @r###"
    prove 0.1.0: dental-mvp, 1 gate, 2 at once, run 20261121T002500Z-k3w5qa

    ✗ failed    dockerfile        1.2 s  1 error

    ✗ dockerfile failed: 1 error
        run: npm run dockerfile
        Dockerfile:1:6: error [DL3006] the base image has no tag
            write node:20.19.5-alpine
        log     .prove/runs/20261121T002500Z-k3w5qa/logs/dockerfile.log
        rerun   prove run dockerfile

    refuted: 1 failed in 12.3 s
    "###);
}

#[test]
fn nothing_from_outside_steers_the_terminal_and_a_narrow_one_is_not_broken() {
    let nasty = "x\u{1b}[2J\u{202e}\rpassed\n✓ forged   gate";
    let mut gate = failed(
        "unit",
        Reason::new(nasty).detail(nasty).hint(nasty),
        &[nasty],
    );
    gate.notes = vec![nasty.to_owned()];
    gate.cases = vec![samples::case(
        nasty,
        nasty,
        crate::model::CaseStatus::Failed,
        nasty,
    )];
    let doubt = Body::Doubt {
        reason: Reason::new(nasty),
    };
    let events = Stream::of(&["unit"]).gate(gate).event(doubt).end();
    let options = Options {
        width: Some(50),
        ..unicode()
    };
    let shown = shown("plain", &events, &options);
    assert!(
        shown
            .chars()
            .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
        "{shown}"
    );
    assert!(
        !shown.lines().any(|line| line.starts_with("✓ forged")),
        "{shown}"
    );
    let line = shown
        .lines()
        .find(|line| line.starts_with("✗ failed"))
        .unwrap();
    assert!(line.chars().count() <= 50 && line.ends_with('…'), "{line}");
}

#[test]
fn colours_only_repeat_what_words_say() {
    let options = Options {
        colour: true,
        ..unicode()
    };
    let coloured = shown("plain", &samples::red(), &options);
    assert!(coloured.contains("\u{1b}[31m"));
    let mut pieces = coloured.split('\u{1b}');
    let first = pieces.next().unwrap().to_owned();
    let plain = pieces.fold(first, |text, piece| text + piece.split_once('m').unwrap().1);
    assert_eq!(plain, shown("plain", &samples::red(), &unicode()));
}

#[test]
fn a_chain_of_a_thousand_skipped_gates_is_one_line() {
    let names: Vec<String> = (0..1_000)
        .rev()
        .map(|n| format!("g{n}<g{}", n.max(1) - 1))
        .collect();
    let mut gates: Vec<&str> = names.iter().map(String::as_str).collect();
    gates.pop();
    gates.push("g0");
    let skipped: Vec<String> = (1..1_000).map(|n| format!("g{n}")).collect();
    let skipped: Vec<&str> = skipped.iter().map(String::as_str).collect();
    let events = Stream::of(&gates)
        .gate(failed("g0", Reason::new("exit code 1"), &[]))
        .never_ran(&skipped, VerdictWord::Skipped, "a needed gate did not pass")
        .end();
    let shown = shown("plain", &events, &unicode());
    assert!(
        shown.contains("999 gates skipped because g0 failed: g999, g998, "),
        "{shown}"
    );
}
