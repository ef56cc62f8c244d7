//! Lines and facts to tags, and what is said of them.

use super::super::judge::testing::{Desk, judged as last, no, word};
use super::super::lint::shelf::{Shelf, facts, gate_with, talk};
use crate::model::{Answer, Facts, GitFacts, Judgement, NoAnswer};

/// On this branch, or on a tag.
fn on(branch: Option<&str>, tag: Option<&str>) -> Facts {
    let mut facts = facts();
    if let Some(Ok(git)) = &mut facts.git {
        git.branch = branch.map(str::to_owned);
        git.tag = tag.map(str::to_owned);
        git.tags = tag.map(str::to_owned).into_iter().collect();
    }
    facts
}

fn pull_request(number: Option<u64>) -> Facts {
    let mut facts = on(None, None);
    facts.ci.pull_request = Some(true);
    facts.ci.pull_request_number = number;
    facts
}

fn judged(value: &str, facts: &Facts) -> Judgement {
    talk(&*gate_with("tags", value, facts), &Shelf::default())
}

/// The tags that come out of these lines.
fn tags(lines: &str, facts: &Facts) -> String {
    let judgement = judged(&format!("{{image: app, tags: [{lines}]}}"), facts);
    let told = judgement
        .notes
        .iter()
        .find_map(|note| note.strip_prefix("tags: "));
    told.unwrap_or("").replace("app:", "")
}

fn told(value: &str, facts: &Facts) -> (&'static str, Vec<String>) {
    let judgement = judged(value, facts);
    let lines = judgement.findings.iter();
    let lines = lines.map(|found| format!("{}: {}", found.rule, found.message));
    (word(&judgement.verdict), lines.collect())
}

#[test]
fn what_a_line_gives_depends_on_what_the_run_stands_for() {
    let main = on(Some("main"), None);
    let work = on(Some("feat/x y"), None);
    let v1 = on(None, Some("v1.2.3"));
    let rc = on(None, Some("v2.0.0-rc.1"));
    let request = pull_request(Some(7));
    for (line, facts, want) in [
        ("type=sha", &work, "sha-0123456"),
        (
            "'type=sha,format=long,prefix='",
            &work,
            "0123456789abcdef0123456789abcdef01234567",
        ),
        ("'type=ref,event=branch'", &work, "feat-x-y"),
        ("'type=ref,event=tag'", &work, ""),
        ("'type=ref,event=tag'", &v1, "v1.2.3, latest"),
        ("'type=ref,event=pr'", &request, "pr-7"),
        ("'type=ref,event=branch'", &request, ""),
        ("'type=semver,pattern={{version}}'", &v1, "1.2.3, latest"),
        (
            "'type=semver,pattern={{major}}.{{minor}}'",
            &v1,
            "1.2, latest",
        ),
        ("'type=semver,pattern=v{{major}}'", &v1, "v1, latest"),
        ("'type=semver,pattern={{raw}}'", &v1, "v1.2.3, latest"),
        (
            "'type=semver,pattern={{major}}.{{minor}}'",
            &rc,
            "2.0.0-rc.1",
        ),
        ("'type=semver,pattern={{raw}}'", &rc, "v2.0.0-rc.1"),
        ("'type=semver,pattern={{version}}'", &main, ""),
        (
            "'type=semver,pattern={{version}},value=v3.0.0'",
            &main,
            "3.0.0, latest",
        ),
        ("'type=match,pattern=v(\\d+),group=1'", &v1, "1, latest"),
        ("'type=match,pattern=/x(.)/'", &v1, ""),
        ("type=edge", &main, "edge"),
        ("type=edge", &work, ""),
        ("'type=edge,branch=feat/x y'", &work, "edge"),
        (
            "'type=raw,value=latest,enable={{is_default_branch}}'",
            &main,
            "latest",
        ),
        (
            "'type=raw,value=latest,enable={{is_default_branch}}'",
            &work,
            "",
        ),
        ("'type=raw,value={{branch}}-{{sha}}'", &main, "main-0123456"),
        ("\"type=raw,value={{date 'YYYYMMDD'}}\"", &main, "20261121"),
        ("plain", &main, "plain"),
        ("type=schedule", &main, ""),
        (
            "type=sha, 'type=ref,event=branch', 'type=raw,value=x,priority=2000'",
            &main,
            "x, main, sha-0123456",
        ),
    ] {
        assert_eq!(tags(line, facts), want, "{line}");
    }
    let mut nightly = main;
    nightly.ci.schedule = true;
    assert_eq!(tags("type=schedule", &nightly), "nightly");
}

#[test]
fn the_flavor_stands_around_every_tag_that_says_nothing_else() {
    let v1 = on(None, Some("v1.2.3"));
    for (flavor, want) in [
        ("{latest: false}", "app:1.2.3, app:sha-0123456"),
        (
            "{latest: true, suffix: -alpine}",
            "app:1.2.3-alpine, app:sha-0123456-alpine, app:latest",
        ),
        (
            "{prefix: p-, on_latest: true}",
            "app:p-1.2.3, app:sha-0123456, app:p-latest",
        ),
    ] {
        let value = format!(
            "{{image: app, tags: [type=sha, 'type=semver,pattern={{{{version}}}}'], flavor: {flavor}}}"
        );
        let judgement = judged(&value, &v1);
        assert_eq!(judgement.notes, [format!("tags: {want}")], "{flavor}");
    }
}

#[test]
fn what_is_wrong_with_a_tag_is_told() {
    let work = on(Some("work"), None);
    for (value, want) in [
        (
            "{image: app, tags: ['type=ref,event=tag']}",
            "no-tag: The image would get no tag at all",
        ),
        (
            "{image: app, tags: [latest]}",
            "latest-elsewhere: `latest` gives `latest` here",
        ),
        (
            "{image: app, tags: [a], flavor: {latest: true}}",
            "latest-elsewhere: `flavor` gives `latest` here",
        ),
        (
            "{image: app, tags: [dev-1], forbid: ['dev*']}",
            "forbidden-tag: `dev-1` gives `dev-1` (`forbid: dev*`)",
        ),
        (
            "{image: app, tags: ['type=ref,event=branch'], immutable: true}",
            "mutable-tag: `type=ref,event=branch` gives `work`, which moves on",
        ),
        (
            "{image: app, tags: [work, 'type=ref,event=branch']}",
            "same-tag: `type=ref,event=branch` and `work` both give `work`",
        ),
    ] {
        assert_eq!(
            told(value, &work),
            ("failed", vec![want.to_owned()]),
            "{value}"
        );
    }
    let request = told("{image: app, tags: [latest]}", &pull_request(Some(1)));
    assert_eq!(request.0, "failed");
}

#[test]
fn a_tag_that_stays_is_no_mutable_one() {
    let v1 = on(None, Some("v1.2.3"));
    let verdict = |line: &str| {
        let value =
            format!("{{image: app, tags: ['{line}'], immutable: true, flavor: {{latest: false}}}}");
        told(&value, &v1).0
    };
    for line in [
        "type=sha",
        "type=semver,pattern={{version}}",
        "type=semver,pattern={{major}}.{{minor}}.{{patch}}",
        "type=ref,event=tag",
        "type=raw,value=build-{{sha}}",
        "type=raw,value=build,suffix=-{{sha}}",
    ] {
        assert_eq!(verdict(line), "passed", "{line}");
    }
    for line in [
        "type=semver,pattern={{major}}",
        "stable",
        "type=match,pattern=v1",
    ] {
        assert_eq!(verdict(line), "failed", "{line}");
    }
}

#[test]
fn versions_of_a_prerelease_are_one_and_that_is_right() {
    let rc = on(None, Some("v2.0.0-rc.1"));
    let value =
        "{image: app, tags: ['type=semver,pattern={{version}}', 'type=semver,pattern={{major}}']}";
    assert_eq!(told(value, &rc), ("passed", vec![]));
}

#[test]
fn several_images_get_the_same_tags() {
    let judgement = judged(
        "{image: [app, registry.example.com/app], tags: [type=sha]}",
        &facts(),
    );
    assert_eq!(
        judgement.notes,
        [
            "tags: app:sha-0123456",
            "tags: registry.example.com/app:sha-0123456"
        ]
    );
}

#[test]
fn no_tag_at_all_is_right_only_where_the_gate_says_so() {
    let kind = gate_with(
        "tags",
        "{image: app, tags: ['type=ref,event=tag']}",
        &facts(),
    );
    let mut desk = Desk::new();
    let answers = [Answer::Tracked(vec![])];
    let verdict = |desk: &Desk| word(&last(kind.step(&desk.turn(), &answers)).verdict);
    assert_eq!(verdict(&desk), "failed");
    desk.allow_empty = Some("only tags are released".to_owned());
    assert_eq!(verdict(&desk), "passed");
}

#[test]
fn a_fact_that_is_missing_is_no_pass_and_has_a_remedy() {
    let no_git = |why: &str| Facts {
        git: Some(Err(why.to_owned())),
        ..facts()
    };
    let nowhere = on(None, None);
    let mut unknown = facts();
    unknown.ci.pull_request = None;
    let mut two_tags = on(None, None);
    let mut no_default = facts();
    if let Some(Ok(git)) = &mut two_tags.git {
        git.tags = vec!["a".to_owned(), "b".to_owned()];
    }
    if let Some(Ok(git)) = &mut no_default.git {
        git.default_branch = None;
    }
    for (line, facts, said) in [
        (
            "type=sha",
            no_git("git is not installed"),
            "git is not installed",
        ),
        (
            "'type=ref,event=branch'",
            nowhere.clone(),
            "HEAD is on no branch",
        ),
        (
            "'type=semver,pattern={{version}}'",
            nowhere,
            "HEAD is on no branch",
        ),
        ("'type=ref,event=tag'", two_tags, "2 tags point at it"),
        (
            "'type=ref,event=pr'",
            pull_request(None),
            "the number of the pull request",
        ),
        (
            "'type=ref,event=branch'",
            unknown.clone(),
            "pull request cannot be known",
        ),
        (
            "'type=raw,value=x,enable={{is_default_branch}}'",
            no_default.clone(),
            "default_branch: main",
        ),
        ("type=edge", no_default.clone(), "default_branch: main"),
        ("latest", no_default, "default_branch: main"),
        ("latest", unknown, "cannot be known"),
        (
            "'type=raw,value=x,enable={{sha}}'",
            facts(),
            "neither `true` nor `false`",
        ),
    ] {
        let judgement = judged(&format!("{{image: app, tags: [{line}]}}"), &facts);
        assert_eq!(word(&judgement.verdict), "errored", "{line}");
        assert!(
            format!("{judgement:?}").contains(said),
            "{line}: {judgement:?}"
        );
    }
    let said = "{image: app, default_branch: work, tags: [latest]}";
    assert_eq!(told(said, &facts()).0, "passed");
}

#[test]
fn without_an_answer_nothing_is_judged() {
    let kind = gate_with("tags", "{image: app, tags: [type=sha]}", &facts());
    let desk = Desk::new();
    let verdict = |answers: &[Answer]| word(&last(kind.step(&desk.turn(), answers)).verdict);
    assert_eq!(verdict(&[no(NoAnswer::ToolMissing)]), "errored");
    assert_eq!(verdict(&[Answer::Tagged]), "errored");
    assert_eq!(verdict(&[Answer::Tracked(vec![])]), "passed");
    assert!(
        GitFacts::default().sha.is_empty(),
        "a fact that is not gathered is none"
    );
}
