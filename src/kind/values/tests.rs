//! Settings files against what is asked of them.

use super::super::judge::testing::{Desk, judged as last, no, word};
use super::super::lint::shelf::{Shelf, gate, talk};
use crate::model::{Answer, Content, Judgement, NoAnswer};

fn judged(value: &str, files: &str) -> Judgement {
    talk(&*gate("values", value), &Shelf::example(files, "fly.toml"))
}

fn told(value: &str, files: &str) -> (&'static str, Vec<String>) {
    let judgement = judged(value, files);
    let lines = judgement.findings.iter().map(|found| {
        let at = found.location.as_ref().unwrap();
        format!(
            "{}:{}:{} {} {}",
            at.path, at.line, at.column, found.rule, found.message
        )
    });
    (word(&judgement.verdict), lines.collect())
}

fn verdict(value: &str, files: &str) -> &'static str {
    told(value, files).0
}

const FLY: &str = "app = \"oneshot\"\n[http_service]\n  internal_port = 8080\n  force_https = true\n\
                   [[vm]]\n  memory = \"1GiB\"\n[[vm]]\n  memory = \"256MiB\"\n";

#[test]
fn a_value_is_what_it_must_be() {
    for require in [
        "http_service.internal_port: 8080",
        "http_service.internal_port: {equals: 8080, min: 1024, max: 65535}",
        "http_service.force_https: true",
        "app: oneshot",
        "app: {matches: '^[a-z-]+$'}",
        "app: {one_of: [oneshot, other]}",
        "app: present",
        "app: {present: true}",
        "env: absent",
        "env.X: {present: false}",
        "'vm[*].memory': {min: 256MiB}",
        "'vm[0].memory': {min: 1GiB}",
    ] {
        let value = format!("{{file: fly.toml, require: {{{require}}}}}");
        assert_eq!(told(&value, FLY), ("passed", vec![]), "{require}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (require, want) in [
        (
            "http_service.internal_port: 3000",
            "fly.toml:3:19 wrong-value `http_service.internal_port` is `8080`, not `3000`",
        ),
        (
            "http_service.internal_port: '8080'",
            "fly.toml:3:19 wrong-value `http_service.internal_port` is `8080`, not the text `8080`",
        ),
        (
            "app: {matches: ^shot}",
            "fly.toml:1:7 wrong-value `app` is the text `oneshot`, which does not match /^shot/",
        ),
        (
            "app: {one_of: [a, b]}",
            "fly.toml:1:7 wrong-value `app` is the text `oneshot`, not one of `a`, `b`",
        ),
        (
            "app: {min: 1}",
            "fly.toml:1:7 wrong-value `app` is the text `oneshot`, which is no number to be compared with 1",
        ),
        (
            "'vm[*].memory': {min: 512MiB}",
            "fly.toml:8:12 wrong-value `vm[*].memory` is the text `256MiB`, less than 512MiB",
        ),
        (
            "http_service.internal_port: {max: 1024}",
            "fly.toml:3:19 wrong-value `http_service.internal_port` is `8080`, more than 1024",
        ),
        (
            "app: absent",
            "fly.toml:1:1 forbidden-key `app` must not be there",
        ),
        (
            "http_service: 1",
            "fly.toml:2:1 wrong-value `http_service` is a map, not `1`",
        ),
        (
            "http_service.x: present",
            "fly.toml:2:2 missing-key `http_service.x` is missing: there is no `x` here",
        ),
        ("env: present", "fly.toml:0:0 missing-key `env` is missing"),
        (
            "'app[*]': present",
            "fly.toml:1:1 missing-key `app[*]` leads to nothing: the list is empty, or none",
        ),
    ] {
        let value = format!("{{file: fly.toml, require: {{{require}}}}}");
        assert_eq!(
            told(&value, FLY),
            ("failed", vec![want.to_owned()]),
            "{require}"
        );
    }
}

#[test]
fn settings_files_without_types_are_compared_by_meaning() {
    let files = "=== postgresql.conf\nshared_buffers = 512MB\nfsync = on\nport = 5432\n\
                 checkpoint_completion_target = 0.9\nwork_mem = 4096\n\
                 === redis.conf\nmaxmemory 268435456\nappendonly yes\nsave 900 1\nsave 300 10\n";
    let postgres = |require: &str| {
        let value = format!("{{file: postgresql.conf, require: {{{require}}}}}");
        verdict(&value, files)
    };
    for good in [
        "shared_buffers: {min: 512MB}",
        "shared_buffers: 524288kB",
        "Shared_Buffers: 512MB",
        "fsync: true",
        "fsync: 'on'",
        "port: 5432",
        "checkpoint_completion_target: {min: 0.5, max: 0.95}",
    ] {
        assert_eq!(postgres(good), "passed", "{good}");
    }
    for bad in [
        "shared_buffers: {min: 1GB}",
        "fsync: false",
        "fsync: 'true'",
        "port: {max: 1024}",
    ] {
        assert_eq!(postgres(bad), "failed", "{bad}");
    }
    assert_eq!(
        postgres("work_mem: {min: 4MB}"),
        "errored",
        "of what are there 4096?"
    );
    let redis = |require: &str| {
        let value = format!("{{file: redis.conf, require: {{{require}}}}}");
        verdict(&value, files)
    };
    for good in [
        "maxmemory: {min: 256mb}",
        "maxmemory: {max: 1gb}",
        "appendonly: true",
        "'save[*]': {matches: ' 10?$'}",
    ] {
        assert_eq!(redis(good), "passed", "{good}");
    }
    assert_eq!(redis("maxmemory: {min: 257mb}"), "failed");
}

#[test]
fn the_keys_of_an_example_must_be_there_and_no_value_is_shown() {
    let files = "=== .env.example\nPORT=3000\nJWT_SECRET=example\n=== .env\nPORT=80\nOTHER=hush\n";
    assert_eq!(
        told("{file: .env, keys_of: .env.example}", files),
        (
            "failed",
            vec![".env:0:0 missing-key `JWT_SECRET` is missing, which .env.example has".to_owned()]
        )
    );
    let empty = "=== .env.example\n# none\n=== .env\nPORT=80\n";
    assert_eq!(
        verdict("{file: .env, keys_of: .env.example}", empty),
        "errored"
    );
    let deep = "=== en.json\n{\"a\": {\"b\": 1, \"c\": {}}}\n=== de.json\n{\"a\": {\"b\": 2}}\n";
    assert_eq!(
        told("{file: de.json, keys_of: en.json}", deep).1,
        ["de.json:0:0 missing-key `a.c` is missing, which en.json has"]
    );
}

#[test]
fn two_files_must_say_the_same() {
    let files =
        "=== fly.toml\nport = 8080\nname = 'x'\n=== .env\nPORT=8080\nNAME=y\nPASSWORD=hush\n";
    let same = |own: &str, other: &str| {
        let value = format!("{{file: fly.toml, require: {{{own}: {{same_as: '.env#{other}'}}}}}}");
        told(&value, files)
    };
    assert_eq!(same("port", "PORT"), ("passed", vec![]));
    assert_eq!(
        same("name", "NAME"),
        (
            "failed",
            vec![
                "fly.toml:2:8 different-value `name` is the text `x`, but .env#NAME is `y`"
                    .to_owned()
            ]
        )
    );
    assert_eq!(
        same("name", "PASSWORD").1,
        ["fly.toml:2:8 different-value `name` is not what .env#PASSWORD is (neither is shown)"]
    );
    assert_eq!(same("name", "GONE").0, "errored");
}

#[test]
fn secrets_are_never_shown() {
    let files = "=== .env\nDB_PASSWORD=hush\nURL=postgres://u:hush@h/d\n";
    for require in [
        "DB_PASSWORD: {matches: '^.{20}'}",
        "URL: {equals: x}",
        "DB_PASSWORD: {min: 3}",
        "URL: {one_of: [a]}",
    ] {
        let value = format!("{{file: .env, require: {{{require}}}}}");
        let judgement = judged(&value, files);
        assert_eq!(word(&judgement.verdict), "failed", "{require}");
        assert!(!format!("{judgement:?}").contains("hush"), "{judgement:?}");
    }
    let broken = judged(
        "{file: .env, require: {A: present}}",
        "=== .env\nA=1\nhush hush hush\n",
    );
    assert_eq!(word(&broken.verdict), "errored");
    assert!(!format!("{broken:?}").contains("hush"), "{broken:?}");
}

#[test]
fn keys_that_are_there_twice_are_told() {
    for (file, text) in [
        (".env", "A=1\nA=2\n"),
        ("a.yml", "A: 1\nA: 1\n"),
        ("a.json", "{\"A\": 1,\n\"A\": 1}"),
        ("a.ini", "A=1\nA=1\n"),
    ] {
        let value = format!("{{file: {file}, require: {{A: present}}}}");
        let (verdict, lines) = told(&value, &format!("=== {file}\n{text}"));
        assert_eq!(verdict, "failed", "{file}");
        assert_eq!(
            lines,
            [format!("{file}:2:1 duplicate-key `A` is here twice")]
        );
    }
    let twice = "=== a.toml\nA = 1\nA = 2\n";
    assert_eq!(
        verdict("{file: a.toml, require: {A: present}}", twice),
        "errored"
    );
    let last = judged(
        "{file: postgresql.conf, require: {a: 2}}",
        "=== postgresql.conf\na = 1\nA = 2\n",
    );
    assert_eq!(word(&last.verdict), "passed");
    assert_eq!(
        last.notes,
        ["postgresql.conf:2: `a` is set again; the last one holds"]
    );
}

#[test]
fn a_file_that_includes_others_is_judged_only_when_that_is_asked_for() {
    let files = "=== postgresql.conf\na = 1\ninclude_dir 'conf.d'\n";
    let including = |more: &str| {
        judged(
            &format!("{{file: postgresql.conf, require: {{a: 1}}{more}}}"),
            files,
        )
    };
    assert_eq!(word(&including("").verdict), "errored");
    let ignored = including(", ignore_includes: true");
    assert_eq!(word(&ignored.verdict), "passed");
    assert_eq!(
        ignored.notes,
        ["postgresql.conf is judged without what it includes (line 2)"]
    );
}

#[test]
fn what_cannot_be_read_or_known_is_no_pass() {
    let ask = "{file: fly.toml, require: {a: absent}}";
    for files in ["=== other\nx\n", "a = \n", "=== fly.toml\na = 1\na = 2\n"] {
        assert_eq!(verdict(ask, files), "errored", "{files}");
    }
    let both = "[{file: fly.toml, require: {a: 1}}, {file: gone.yml, require: {a: absent}}]";
    assert_eq!(verdict(both, "a = 1\n"), "errored");
    assert_eq!(
        verdict("{file: fly.toml, keys_of: gone.toml}", "a = 1\n"),
        "errored"
    );
    let unset = "=== .env\nA=${B}\n";
    assert_eq!(verdict("{file: .env, require: {A: ''}}", unset), "errored");
    assert_eq!(
        verdict("{file: .env, require: {A: present}}", unset),
        "passed"
    );
    let glob = "=== x.toml\nb = 1\n";
    assert_eq!(
        verdict("{file: '[x].toml', require: {a: absent}}", glob),
        "errored"
    );
}

#[test]
fn without_an_answer_nothing_is_judged() {
    let kind = gate("values", "{file: a.toml, require: {a: absent}}");
    let desk = Desk::new();
    let verdict = |answers: &[Answer]| word(&last(kind.step(&desk.turn(), answers)).verdict);
    assert_eq!(verdict(&[no(NoAnswer::Io)]), "errored");
    assert_eq!(verdict(&[Answer::Tagged]), "errored");
    assert_eq!(verdict(&[Answer::Contents(vec![])]), "errored");
    let unreadable = Content {
        path: "a.toml".to_owned(),
        bytes: Err("cannot be read: no".to_owned()),
    };
    assert_eq!(
        verdict(&[Answer::Contents(vec![vec![unreadable]])]),
        "errored"
    );
}
