//! What a Dockerfile is judged on: whole files that are well made, and the mistakes of real ones.

mod rules;

use super::super::judge::testing::word;
use super::super::lint::shelf::{Shelf, gate, talk};
use super::rules::COMMON;
use crate::model::Judgement;

/// Well-made files of many kinds.
const GOOD: &[(&str, &str)] = &[
    ("bash-heredoc", include_str!("good/bash-heredoc.Dockerfile")),
    ("dotnet", include_str!("good/dotnet.Dockerfile")),
    ("go", include_str!("good/go.Dockerfile")),
    ("java-maven", include_str!("good/java-maven.Dockerfile")),
    ("node", include_str!("good/node.Dockerfile")),
    ("php-composer", include_str!("good/php-composer.Dockerfile")),
    ("python-pip", include_str!("good/python-pip.Dockerfile")),
    ("python-uv", include_str!("good/python-uv.Dockerfile")),
    ("ruby", include_str!("good/ruby.Dockerfile")),
    ("rust-cache", include_str!("good/rust-cache.Dockerfile")),
    ("rust-chef", include_str!("good/rust-chef.Dockerfile")),
    ("static-site", include_str!("good/static-site.Dockerfile")),
];

/// What a strict project asks for.
const STRICT: &str = "{non_root: true, base_image: {pin: tag, forbid_tags: [latest, edge]}, \
    multi_stage: true, final_stage: {forbid: [compilers, dev_dependencies]}, inline_ignores: forbid}";

pub(super) fn judged(value: &str, files: &str) -> Judgement {
    talk(
        &*gate("dockerfile", value),
        &Shelf::example(files, "Dockerfile"),
    )
}

/// `line:column rule message`, of each finding.
pub(super) fn told(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.iter();
    findings
        .map(|found| {
            let at = found.location.as_ref();
            let (line, column) = at.map_or((0, 0), |at| (at.line, at.column));
            format!("{line}:{column} {} {}", found.rule, found.message)
        })
        .collect()
}

/// `line:column rule` of each finding, those left out that any small file has: the common rules have
/// tests of their own.
pub(super) fn found(value: &str, files: &str) -> Vec<String> {
    let mut judgement = judged(value, files);
    let common: Vec<&str> = COMMON
        .iter()
        .copied()
        .flatten()
        .map(|check| check.rule.id)
        .collect();
    judgement
        .findings
        .retain(|finding| !common.contains(&finding.rule.as_str()));
    let told = told(&judgement);
    told.iter()
        .map(|line| line.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn well_made_files_are_clean_for_a_strict_project() {
    for (name, text) in GOOD {
        for settings in ["{}", STRICT] {
            let judgement = judged(settings, text);
            assert_eq!(told(&judgement), [""; 0], "{name}");
            assert_eq!(word(&judgement.verdict), "passed", "{name}");
        }
    }
}

#[test]
fn what_the_engine_would_refuse_cannot_be_judged() {
    let bad = judged("{}", "FROM alpine:3.20\nRUM true\nCOPY a\n");
    assert_eq!(word(&bad.verdict), "errored");
    let said = format!("{:?}", bad.verdict);
    assert!(said.contains("Dockerfile:2:1: "), "{said}");
    assert!(said.contains("Dockerfile:3:1: "), "{said}");
}

#[test]
fn what_is_not_there_or_empty_is_no_pass() {
    assert_eq!(word(&judged("{}", "=== other\nx\n").verdict), "errored");
    assert_eq!(word(&judged("{}", "").verdict), "errored");
    assert_eq!(word(&judged("{}", "# nothing\n").verdict), "errored");
    let none = judged(
        "'deploy/*.Dockerfile'",
        "=== Dockerfile\nFROM alpine:3.20\n",
    );
    assert_eq!(word(&none.verdict), "errored");
    let unread = "=== Dockerfile\nFROM alpine:3.20\n=== .dockerignore\n[a\n";
    assert_eq!(word(&judged("{}", unread).verdict), "errored");
}

#[test]
fn a_stage_that_is_not_there_cannot_be_judged() {
    let bad = judged("{target: runner}", "FROM alpine:3.20 AS run\n");
    assert_eq!(word(&bad.verdict), "errored");
    let said = format!("{:?}", bad.verdict);
    assert!(
        said.contains("has no stage `runner`; its stages are run"),
        "{said}"
    );
}

#[test]
fn one_bad_file_among_good_ones_fails_the_gate() {
    let files = "=== a/Dockerfile\nFROM alpine:3.20\n=== b/Dockerfile\nFROM alpine\n";
    let both = judged("['*/Dockerfile']", files);
    assert_eq!(word(&both.verdict), "failed");
    assert_eq!(
        both.findings[0].location.as_ref().unwrap().path,
        "b/Dockerfile"
    );
}

#[test]
fn only_the_stage_that_is_asked_for_becomes_the_image() {
    let file = "FROM alpine:3.20 AS run\nUSER 1000\nFROM run AS debug\nUSER root\n";
    assert_eq!(found("{non_root: true, target: run}", file), [""; 0]);
    assert_eq!(found("{non_root: true}", file), ["4:6 root-user"]);
    assert_eq!(found("{non_root: true, target: '0'}", file), [""; 0]);
}

#[test]
fn build_args_are_put_in() {
    let file = "ARG TAG=3.20\nFROM alpine:$TAG\n";
    assert_eq!(found("{}", file), [""; 0]);
    assert_eq!(found("{build_args: {TAG: latest}}", file), ["2:6 DL3007"]);
}

#[test]
fn comments_that_switch_rules_off_hold_and_are_said() {
    let file =
        "# check=skip=SecretsUsedInArgOrEnv\n# hadolint ignore=DL3006\nFROM alpine\nARG TOKEN\n";
    let judgement = judged("{}", file);
    assert_eq!(word(&judgement.verdict), "passed");
    let waived: Vec<_> = judgement
        .findings
        .iter()
        .map(|found| found.waived.as_deref())
        .collect();
    assert_eq!(
        waived,
        [
            Some("`# hadolint ignore` in line 2"),
            Some("`# check=skip` in line 1")
        ]
    );
    assert_eq!(
        judgement.notes,
        [
            "Dockerfile:1: a comment switches off SecretsUsedInArgOrEnv, once",
            "Dockerfile:2: a comment switches off DL3006, once",
        ]
    );
}

#[test]
fn a_comment_reaches_the_next_instruction_and_a_global_one_all() {
    let next = "# hadolint ignore=DL3006\nFROM alpine AS a\nFROM debian\n";
    assert_eq!(word(&judged("{}", next).verdict), "failed");
    let all = "# hadolint global ignore=DL3006,DL3007\nFROM alpine AS a\nFROM debian:latest\n";
    assert_eq!(word(&judged("{}", all).verdict), "passed");
    let skip = "# check=skip=all\nFROM alpine AS a\nFROM debian:latest\n";
    assert_eq!(word(&judged("{}", skip).verdict), "passed");
}

#[test]
fn a_project_may_forbid_such_comments() {
    let file = "# hadolint ignore=DL3006\nFROM alpine\n";
    assert_eq!(
        told(&judged("{inline_ignores: forbid}", file)),
        [
            "1:1 inline-ignore this switches off DL3006",
            "2:6 DL3006 `alpine` has no tag, so it is whatever `latest` is today",
        ]
    );
}

#[test]
fn mistakes_in_the_settings_are_refused() {
    let refused = |value: &str| std::panic::catch_unwind(|| gate("dockerfile", value)).is_err();
    for value in [
        "{non_root: maybe}",
        "{healthcheck: yes please}",
        "{base_image: {pin: hash}}",
        "{final_stage: {forbid: [shells]}}",
        "{waive: {rule: DL9999, reason: r}}",
        "{nonroot: true}",
    ] {
        assert!(refused(value), "{value}");
    }
}

/// A seed's file, in other words: it copies what only lay in a cache mount, and probes with a
/// program that its image lacks.
#[test]
fn the_mistakes_of_a_real_backend_are_found() {
    let file = "FROM rust:1.90-bullseye AS builder\n\
        WORKDIR /app\n\
        COPY . .\n\
        RUN --mount=type=cache,target=/usr/local/cargo/registry \\\n    \
            --mount=type=cache,target=/app/target \\\n    \
            cargo build --release -p backend\n\
        FROM debian:bookworm-slim AS runtime\n\
        COPY --from=builder /app/target/release/backend /app/backend\n\
        HEALTHCHECK CMD curl -f http://localhost:2000/health || exit 1\n\
        CMD [\"/app/backend\"]\n";
    assert_eq!(
        told(&judged("{non_root: true}", file)),
        [
            "7:6 root-user there is no USER, and debian:bookworm-slim runs as root",
            "8:21 hidden-by-cache-mount /app/target/release/backend lies in the cache mount \
             /app/target of line 4, so it is in no layer",
            "9:17 probe-not-runnable `curl` is not in the image: debian:bookworm-slim does not have \
             it, and nothing puts it there",
        ]
    );
}

/// A seed's file for node, in other words, with its health check.
#[test]
fn the_mistakes_of_a_real_frontend_are_found() {
    let file = "FROM node:20.19.5-alpine AS deps\n\
        WORKDIR /app\n\
        COPY package*.json ./\n\
        RUN npm ci --only=production && npm cache clean --force\n\
        FROM node:20.19.5-alpine AS builder\n\
        WORKDIR /app\n\
        COPY package*.json ./\n\
        RUN npm ci\n\
        COPY . .\n\
        RUN npm run build\n\
        FROM node:20.19.5-alpine AS runner\n\
        WORKDIR /app\n\
        RUN adduser --system --uid 1001 nextjs\n\
        COPY --from=deps /app/node_modules ./node_modules\n\
        COPY --from=builder /app/dist ./dist\n\
        USER nextjs\n\
        HEALTHCHECK --interval=30s --timeout=3s \\\n  CMD curl -f http://localhost:3000/health || exit 1\n\
        CMD [\"npm\", \"start\"]\n";
    assert_eq!(found(STRICT, file), ["18:7 probe-not-runnable"]);
}
