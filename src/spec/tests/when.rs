//! `when:`: what it comes to on given facts, and what is wrong with one.

use super::{bad, facts, messages, try_load_with};
use crate::model::{CiFacts, Facts, GitFacts};
use crate::spec::{Applies, When};

fn weigh(when: &str, facts: &Facts) -> When {
    let file = format!("version: 1\ngates:\n  a: {{ run: x, when: {when} }}\n");
    let loaded = try_load_with(&file, facts)
        .unwrap_or_else(|diagnostics| panic!("{when}: {}", diagnostics.render(false)));
    loaded.pipeline.gates[0].when.clone().unwrap()
}

/// `yes`, or `no` and `?` with the reason.
fn said(when: &str, facts: &Facts) -> String {
    let told = |word: &str, reason: crate::model::Reason| {
        let all: Vec<_> = std::iter::once(reason.headline)
            .chain(reason.details)
            .collect();
        format!("{word} {}", all.join(" | "))
    };
    match weigh(when, facts).applies {
        Applies::Yes => "yes".to_owned(),
        Applies::No(reason) => told("no", reason),
        Applies::Unknown(reason) => told("?", reason),
    }
}

fn on(branch: Option<&str>, tags: &[&str]) -> Facts {
    let git = GitFacts {
        branch: branch.map(str::to_owned),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..GitFacts::default()
    };
    Facts {
        git: Some(Ok(git)),
        ..facts()
    }
}

fn without_git(ci: CiFacts) -> Facts {
    Facts {
        git: Some(Err("git is not installed".to_owned())),
        ci,
        ..facts()
    }
}

fn push(branch: Option<&str>, tag: Option<&str>) -> CiFacts {
    CiFacts {
        branch: branch.map(str::to_owned),
        tag: tag.map(str::to_owned),
        pull_request: Some(false),
        ..CiFacts::default()
    }
}

#[test]
fn branches_and_tags_are_globs_and_a_star_stays_within_a_slash() {
    for (pattern, branch, holds) in [
        ("main", "main", true),
        ("main", "maint", false),
        ("main", "Main", false),
        ("[main, 'release/*']", "release/1.2", true),
        ("'release/*'", "release/1/x", false),
        ("'release/**'", "release/1/x", true),
        ("'*'", "a/b", false),
        ("'{main,dev}'", "dev", true),
        ("'a\\[b'", "a[b", true),
    ] {
        let told = said(&format!("{{ branch: {pattern} }}"), &on(Some(branch), &[]));
        assert_eq!(told == "yes", holds, "{pattern} {branch}: {told}");
    }
    let tagged = on(Some("main"), &["latest", "v1.2"]);
    assert_eq!(said("{ tag: 'v*' }", &tagged), "yes");
    assert_eq!(
        said("{ tag: 'w*' }", &tagged),
        "no `when` is false: the tag is latest and v1.2, wanted w*"
    );
}

#[test]
fn on_a_detached_head_there_is_no_branch_and_it_matches_nothing() {
    for pattern in ["main", "'**'", "'*'"] {
        let told = said(&format!("{{ branch: {pattern} }}"), &on(None, &[]));
        assert!(
            told.starts_with("no `when` is false: there is no branch"),
            "{told}"
        );
    }
    assert!(said("{ tag: '*' }", &on(Some("main"), &[])).starts_with("no "));
}

#[test]
fn a_fact_that_cannot_be_had_leaves_it_open_and_is_no_no() {
    let none = without_git(push(None, None));
    let told = said("{ branch: main }", &none);
    assert_eq!(
        told,
        "? `when` cannot be decided: the branch cannot be had: git is not installed"
    );
    assert!(said("{ tag: 'v*' }", &none).starts_with("? "));
    let unasked = Facts {
        git: None,
        ..facts()
    };
    assert!(said("{ branch: main }", &unasked).starts_with("? "));
    let open = CiFacts::default();
    assert!(said("{ pull_request: false }", &without_git(open.clone())).starts_with("? "));
    assert!(said("{ pull_request: true }", &without_git(open)).starts_with("? "));
    assert!(said("{ env: BYTES }", &facts()).starts_with("? "));
    assert!(said("{ env: { BYTES: x } }", &facts()).starts_with("? "));
}

#[test]
fn without_git_the_ci_may_know_the_branch_and_the_tag() {
    let branch = without_git(push(Some("main"), None));
    assert_eq!(said("{ branch: main }", &branch), "yes");
    assert!(said("{ branch: dev }", &branch).starts_with("no "));
    let tag = without_git(push(None, Some("v1")));
    assert_eq!(said("{ tag: v1 }", &tag), "yes");
}

#[test]
fn a_pull_request_has_neither_branch_nor_tag() {
    let request = CiFacts {
        pull_request: Some(true),
        ..CiFacts::default()
    };
    let facts = Facts {
        ci: request.clone(),
        ..on(None, &["v1"])
    };
    assert_eq!(said("{ pull_request: true }", &facts), "yes");
    assert_eq!(
        said("{ pull_request: false }", &facts),
        "no `when` is false: this is a pull request"
    );
    assert!(said("{ tag: v1 }", &facts).starts_with("no "));
    assert!(said("{ branch: main }", &without_git(request)).starts_with("no "));
}

#[test]
fn variables_are_set_or_have_a_value_that_is_not_shown() {
    for (when, told) in [
        ("{ env: CI }", "yes"),
        ("{ env: [CI, HOME] }", "yes"),
        ("{ env: { CI: 1 } }", "yes"),
        ("{ env: { HOME: '/home/*' } }", "yes"),
        ("{ env: { CI: ['true', '1'] } }", "yes"),
        ("{ env: NOPE }", "no `when` is false: NOPE is not set"),
        (
            "{ env: { TOKEN: x } }",
            "no `when` is false: TOKEN is not x",
        ),
    ] {
        assert_eq!(said(when, &facts()), told, "{when}");
    }
    let empty = Facts {
        env: [("CI".to_owned(), String::new())].into(),
        ..facts()
    };
    assert!(said("{ env: CI }", &empty).starts_with("no "));
}

#[test]
fn every_key_of_a_map_must_hold_and_one_map_of_a_list_is_enough() {
    let facts = on(Some("main"), &[]);
    assert_eq!(said("{ branch: main, os: linux }", &facts), "yes");
    assert_eq!(
        said("{ branch: main, os: [macos, windows] }", &facts),
        "no `when` is false: the os is linux, wanted macos or windows"
    );
    assert_eq!(said("[{ branch: dev }, { os: linux }]", &facts), "yes");
    assert_eq!(
        said(
            "[{ branch: dev }, { os: macos, reason: no keychain }]",
            &facts
        ),
        "no `when` is false: none of its 2 conditions holds | \
         the branch is main, wanted dev | the os is linux, wanted macos (no keychain)"
    );
    let text = weigh("[{ branch: dev, env: CI }, { os: macos }]", &facts).text;
    assert_eq!(text, "branch dev, env CI; or os macos");
}

#[test]
fn what_is_known_decides_as_far_as_it_can() {
    let none = without_git(push(None, None));
    let no = "no `when` is false: the os is linux, wanted macos";
    assert_eq!(said("{ branch: main, os: macos }", &none), no);
    assert_eq!(said("[{ branch: main }, { os: linux }]", &none), "yes");
    assert!(said("{ branch: main, os: linux }", &none).starts_with("? "));
    assert!(said("[{ branch: main }, { os: macos }]", &none).starts_with("? "));
}

#[test]
fn a_group_hands_it_down_and_the_nearest_wins() {
    let file = "version: 1\ngates:\n  g:\n    when: { os: macos }\n    gates:\n      a: x\n      b: { run: x, when: { os: linux } }\n";
    let gates = try_load_with(file, &facts()).unwrap().pipeline.gates;
    assert!(gates[0].not_applicable().is_some());
    assert!(gates[1].not_applicable().is_none() && gates[1].when.is_some());
}

#[test]
fn what_is_not_defined_matters_only_where_the_gate_applies() {
    let file = |tag: &str| {
        format!(
            "version: 1\ngates:\n  a:\n    run: [x, '${{{{ git.tag }}}}', '${{{{ env.NOPE }}}}']\n    when: {{ tag: '{tag}' }}\n"
        )
    };
    let tagged = on(Some("main"), &["v1", "v2"]);
    assert!(try_load_with(&file("w*"), &tagged).is_ok());
    let wrong = try_load_with(&file("v*"), &tagged).unwrap_err();
    assert_eq!(wrong.list().len(), 2, "{}", wrong.render(false));
    let typo = "version: 1\ngates:\n  a: { run: '${{ git.tga }}', when: { tag: w } }\n";
    assert!(
        try_load_with(typo, &tagged).is_err(),
        "a typo is one anywhere"
    );
}

#[test]
fn mistakes_are_said_with_what_would_be_right() {
    for (when, message) in [
        ("{ brunch: main }", "unknown key `brunch`"),
        ("{ branches: main }", "unknown key `branches`"),
        ("{}", "a condition without a fact would always hold"),
        (
            "{ reason: x }",
            "a condition without a fact would always hold",
        ),
        ("[]", "with no condition it would never be required"),
        (
            "{ branch: [] }",
            "nothing is named here, so it would never hold",
        ),
        (
            "{ env: {} }",
            "nothing is named here, so it would never hold",
        ),
        ("{ branch: '' }", "an empty text matches nothing"),
        (
            "{ branch: '!main' }",
            "`!main`: a condition cannot be negated",
        ),
        (
            "{ branch: refs/heads/main }",
            "`refs/heads/main` is the long name of a ref, and would never match",
        ),
        (
            "{ branch: 'a[b' }",
            "`a[b` is no glob: unclosed character class; missing ']'",
        ),
        (
            "{ os: linus }",
            "expected `linux`, `macos` or `windows`, found `linus`",
        ),
        (
            "{ os: [] }",
            "nothing is named here, so it would never hold",
        ),
        (
            "{ pull_request: yes }",
            "expected `true` or `false`, found `yes`",
        ),
        ("{ env: CI=true }", "`CI=true` is no name for a variable"),
        ("main", "expected a map or a list, found `main`"),
        (
            "{ branch: { a: b } }",
            "expected a text or a list, found a map",
        ),
    ] {
        let file = format!("version: 1\ngates:\n  a: {{ run: x, when: {when} }}\n");
        assert_eq!(messages(&file), [message], "{when}");
    }
}

#[test]
fn a_misspelt_fact_is_shown_where_it_is() {
    let file = "version: 1\ngates:\n  a: { run: x, when: { brnach: main } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `brnach`
     --> prove.yml:3:24
      |
    3 |   a: { run: x, when: { brnach: main } }
      |                        ^^^^^^
      |
      = help: did you mean `branch`?

    1 mistake; nothing ran
    "##);
}
