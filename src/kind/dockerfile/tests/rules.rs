//! Each rule's edges: what it must find where, and what it must leave alone.

use super::judged;
use super::{found, told};

const NONE: [&str; 0] = [];

#[test]
fn the_user_is_followed_through_the_stages() {
    let root = |file: &str| found("{non_root: true}", file);
    assert_eq!(
        root("FROM node:22 AS a\nUSER node\nFROM a\nRUN true\n"),
        NONE
    );
    assert_eq!(
        root("FROM node:22 AS a\nUSER 0:0\nFROM a\n"),
        ["2:6 root-user"]
    );
    assert_eq!(root("FROM node:22\nUSER root:node\n"), ["2:6 root-user"]);
    assert_eq!(
        root("ARG U=0\nFROM node:22\nARG U\nUSER ${U}\n"),
        ["4:6 root-user"]
    );
    assert_eq!(root("FROM node:22\nENV U=node\nUSER $U:$U\n"), NONE);
    assert_eq!(root("FROM node:22\n"), ["1:6 root-user"]);
    assert_eq!(root("FROM scratch\nCOPY a /a\n"), ["1:6 root-user"]);
    assert_eq!(
        root("FROM alpine:3.20\nRUN adduser -o -u 0 app\nUSER app\n"),
        ["3:6 root-user"]
    );
    assert_eq!(
        root("FROM node:22 AS a\nONBUILD USER root\nFROM a\n"),
        ["2:14 root-user"]
    );
    assert_eq!(
        root("FROM node:22 AS a\nONBUILD USER root\nUSER node\n"),
        NONE
    );
}

#[test]
fn bases_that_are_known_speak_for_themselves_and_others_do_not() {
    assert_eq!(
        found(
            "{non_root: true}",
            "FROM gcr.io/distroless/cc-debian12:nonroot\n"
        ),
        NONE
    );
    assert_eq!(
        told(&judged(
            "{non_root: true}",
            "FROM gcr.io/distroless/cc-debian12:1\n"
        )),
        ["1:6 root-user there is no USER, and gcr.io/distroless/cc-debian12:1 runs as root"]
    );
    assert_eq!(
        told(&judged(
            "{non_root: true}",
            "FROM registry.example.com/base:1\n"
        )),
        [
            "1:6 root-user there is no USER, and whom registry.example.com/base:1 runs as cannot be \
          known from here"
        ]
    );
    assert_eq!(found("{}", "FROM registry.example.com/base:1\n"), NONE);
    let unknown = "FROM registry.example.com/base:1\nUSER $APP_USER\n";
    assert_eq!(found("{non_root: true}", unknown), ["2:6 root-user"]);
}

#[test]
fn root_at_the_end_is_found_unless_it_is_right() {
    let file = "FROM debian:12\nUSER app\nUSER 0\n";
    assert_eq!(found("{}", file), ["3:6 DL3002"]);
    assert_eq!(found("{non_root: false}", file), NONE);
}

#[test]
fn a_probe_must_be_able_to_run() {
    let probe = |base: &str, rest: &str| {
        let file = format!("FROM {base}\n{rest}");
        found("{}", &file)
    };
    let curl = "HEALTHCHECK CMD curl -f http://localhost || exit 1\n";
    assert_eq!(probe("node:22-alpine", curl), ["2:17 probe-not-runnable"]);
    assert_eq!(probe("node:22", curl), NONE);
    assert_eq!(probe("registry.example.com/a:1", curl), NONE);
    let installed = "RUN apk add --no-cache curl=8.9.1-r1\n";
    assert_eq!(probe("alpine:3.20", &format!("{installed}{curl}")), NONE);
    let copied = "COPY --from=curlimages/curl:8.9.1 /usr/bin/curl /usr/bin/curl\n";
    assert_eq!(probe("alpine:3.20", &format!("{copied}{curl}")), NONE);
    let wget = "HEALTHCHECK CMD [\"wget\", \"-q\", \"http://localhost\"]\n";
    assert_eq!(probe("alpine:3.20", wget), NONE);
    assert_eq!(probe("python:3.13-slim", wget), ["2:18 probe-not-runnable"]);
    assert_eq!(
        probe("gcr.io/distroless/static:nonroot", curl),
        ["2:1 probe-not-runnable"]
    );
    assert_eq!(
        probe("gcr.io/distroless/static:nonroot", wget),
        ["2:18 probe-not-runnable"]
    );
    let own = "COPY app /app\nHEALTHCHECK CMD [\"/app\", \"-probe\"]\n";
    assert_eq!(probe("scratch", own), NONE);
    let other = "COPY app /app\nHEALTHCHECK CMD [\"/probe\"]\n";
    assert_eq!(probe("scratch", other), ["3:18 probe-not-runnable"]);
}

#[test]
fn a_health_check_is_inherited_and_switched_off() {
    let base = "FROM alpine:3.20 AS a\nHEALTHCHECK CMD true\nFROM a\n";
    assert_eq!(found("{healthcheck: required}", base), NONE);
    assert_eq!(
        found("{healthcheck: forbidden}", base),
        ["2:1 healthcheck-forbidden"]
    );
    let off = format!("{base}HEALTHCHECK NONE\n");
    assert_eq!(found("{healthcheck: required}", &off), ["4:1 DL3057"]);
    assert_eq!(found("{healthcheck: forbidden}", &off), NONE);
    assert_eq!(
        found("{healthcheck: required}", "FROM alpine:3.20\n"),
        ["1:1 DL3057"]
    );
    assert_eq!(found("{}", "FROM alpine:3.20\n"), NONE);
}

#[test]
fn images_are_pinned_trusted_and_named() {
    assert_eq!(found("{}", "FROM alpine\n"), ["1:6 DL3006"]);
    assert_eq!(
        found(
            "{}",
            "ARG T=latest\nFROM --platform=linux/amd64 alpine:$T\n"
        ),
        ["2:29 DL3007"]
    );
    assert_eq!(
        found("{base_image: {pin: tag}}", "FROM alpine:latest\n"),
        ["1:6 base-not-pinned"]
    );
    assert_eq!(
        found("{base_image: {pin: tag}}", "FROM alpine@sha256:00\n"),
        NONE
    );
    let copy = "FROM scratch\nCOPY --from=busybox:latest /bin/sh /bin/sh\n";
    assert_eq!(found("{}", copy), ["2:13 DL3007"]);
    let trusted = "{base_image: {registries: [docker.io/library, ghcr.io/our]}}";
    assert_eq!(found(trusted, "FROM alpine:3.20\n"), NONE);
    assert_eq!(found(trusted, "FROM ghcr.io/our/a:1\n"), NONE);
    assert_eq!(found(trusted, "FROM ghcr.io/ours/a:1\n"), ["1:6 DL3026"]);
    assert_eq!(found(trusted, "FROM bitnami/redis:7\n"), ["1:6 DL3026"]);
    let unknown = "ARG BASE\nFROM $BASE\n";
    assert_eq!(
        found("{base_image: {pin: tag}}", unknown),
        ["2:6 base-not-pinned"]
    );
}

#[test]
fn secrets_are_found_by_name_value_and_file() {
    let names = "FROM alpine:3.20\nARG NPM_TOKEN\nENV DB_PASSWORD=x AUTH_ENABLED=true KEY_FILE=/k KEYBOARD=de\n";
    assert_eq!(found("{}", names), ["2:5 DL3064", "3:5 DL3064"]);
    let token = format!(
        "FROM alpine:3.20\nRUN echo ghp_{} > /dev/null\n",
        "a".repeat(36)
    );
    assert_eq!(
        found("{override: {SecretsUsedInArgOrEnv: 'off'}}", &token),
        ["2:10 secret-value"]
    );
    let address = "FROM alpine:3.20\nRUN wget https://u:$TOKEN@example.com/x\n";
    assert_eq!(found("{}", address), NONE);
    let files = "FROM alpine:3.20\nCOPY .env .env.production ca.pem tls.key app.pub.key ./\n";
    assert_eq!(
        found("{}", files),
        [
            "2:6 secret-file-copied",
            "2:11 secret-file-copied",
            "2:34 secret-file-copied"
        ]
    );
}

#[test]
fn the_last_stage_has_nothing_that_only_builds() {
    let strict = "{multi_stage: true, final_stage: {forbid: [compilers, package_managers, dev_dependencies]}}";
    let one = "FROM node:22-slim\nRUN npm ci\n";
    assert_eq!(
        found(strict, one),
        [
            "1:6 final-stage-package-managers",
            "1:6 single-stage",
            "2:5 final-stage-dev-dependencies"
        ]
    );
    let compilers = "{final_stage: {forbid: compilers}}";
    let virtual_group = "FROM alpine:3.20\nRUN apk add --no-cache --virtual .build gcc musl-dev && make && apk del .build\n";
    assert_eq!(found(compilers, virtual_group), NONE);
    let kept =
        "FROM debian:12-slim\nRUN apt-get install -y curl \\\n    # the compiler\n    gcc-12\n";
    assert_eq!(found(compilers, kept), ["4:5 final-stage-compilers"]);
    assert_eq!(
        found(compilers, "FROM golang:1.24\n"),
        ["1:6 final-stage-compilers"]
    );
    let pruned = "FROM node:22-slim\nRUN npm ci && npm run build && npm prune --omit=dev\n";
    assert_eq!(
        found("{final_stage: {forbid: dev_dependencies}}", pruned),
        NONE
    );
}

#[test]
fn dependencies_come_before_the_source() {
    assert_eq!(
        found("{}", "FROM node:22\nCOPY . .\nRUN npm run x && npm ci\n"),
        ["2:6 deps-after-source"]
    );
    assert_eq!(
        found("{}", "FROM golang:1.24\nCOPY . .\nRUN go build ./...\n"),
        ["2:6 deps-after-source"]
    );
    assert_eq!(
        found("{}", "FROM node:22\nCOPY . .\nRUN npm install -g tool\n"),
        NONE
    );
    let cached = "FROM node:22\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n";
    assert_eq!(found("{}", cached), NONE);
    let below =
        "FROM node:22 AS a\nCOPY package.json ./\nRUN npm ci\nFROM a\nCOPY . .\nRUN npm ci\n";
    assert_eq!(found("{}", below), NONE);
}

#[test]
fn what_a_cache_mount_holds_is_in_no_layer() {
    let build =
        "FROM rust:1.90 AS b\nWORKDIR /src\nRUN --mount=type=cache,target=target cargo build\n";
    let taken = format!("{build}FROM debian:12\nCOPY --from=b /src/target/debug/app /app\n");
    assert_eq!(found("{}", &taken), ["5:15 hidden-by-cache-mount"]);
    let later = format!("{build}RUN cp target/debug/app /app\n");
    assert_eq!(found("{}", &later), ["4:8 hidden-by-cache-mount"]);
    let again = format!(
        "{build}RUN cargo build --offline\nFROM debian:12\nCOPY --from=b /src/target/debug/app /app\n"
    );
    assert_eq!(found("{}", &again), NONE);
    let other = format!("{build}FROM debian:12\nCOPY --from=b /src/targets/app /app\n");
    assert_eq!(found("{}", &other), NONE);
}

#[test]
fn stages_that_are_named_are_there() {
    let copy = |from: &str| {
        let file = format!(
            "FROM alpine:3.20 AS a\nFROM scratch AS b\nCOPY --from={from} /x /x\nFROM scratch AS c\n"
        );
        told(&judged("{}", &file))
    };
    assert_eq!(copy("a"), NONE);
    assert_eq!(copy("A"), NONE);
    assert_eq!(copy("0"), NONE);
    assert_eq!(copy("alpine:3.20"), NONE);
    assert_eq!(copy("c"), ["3:13 DL3022 the stage `c` only comes later"]);
    assert_eq!(
        copy("b"),
        ["3:1 DL3023 `b` is the stage that this stands in"]
    );
    assert_eq!(
        copy("7"),
        ["3:13 DL3022 there is no stage 7 before this one"]
    );
    assert_eq!(
        copy("nginx"),
        ["3:13 DL3022 no stage before this one is named `nginx`"]
    );
    let mount = "FROM alpine:3.20\nRUN --mount=from=tools,target=/t true\n";
    assert_eq!(found("{}", mount), ["2:5 DL3022"]);
    let later = "FROM base\nFROM alpine:3.20 AS base\n";
    assert_eq!(
        found("{override: {DL3006: 'off'}}", later),
        ["1:6 later-stage"]
    );
}

#[test]
fn what_dockerignore_leaves_out_cannot_be_copied() {
    let files = "=== Dockerfile\nFROM alpine:3.20\nCOPY src docs/a.md ./\nCOPY . .\n=== .dockerignore\ndocs\n";
    assert_eq!(found("{}", files), ["2:10 CopyIgnoredFile"]);
    let beside = format!("{files}=== Dockerfile.dockerignore\nsrc\n");
    assert_eq!(found("{}", &beside), ["2:6 CopyIgnoredFile"]);
    let context = "=== ops/Dockerfile\nFROM alpine:3.20\nCOPY docs ./\n=== .dockerignore\ndocs\n";
    assert_eq!(found("ops/Dockerfile", context), NONE);
    assert_eq!(
        found("{path: ops/Dockerfile, context: .}", context),
        ["2:6 CopyIgnoredFile"]
    );
}

#[test]
fn a_variable_that_nobody_set_is_found_where_that_is_known() {
    assert_eq!(
        found("{}", "FROM alpine:3.20\nCOPY $what /\n"),
        ["2:6 UndefinedVar"]
    );
    assert_eq!(found("{}", "FROM node:22\nENV A=$NODE_VERSION\n"), NONE);
    assert_eq!(
        found("{}", "ARG V=1\nFROM node:22\nENV A=$V\n"),
        ["3:7 UndefinedVar"]
    );
    assert_eq!(
        found("{}", "FROM node:22\nARG VERSION=1\nENV A=x-$VERSON\n"),
        ["3:9 UndefinedVar"]
    );
    assert_eq!(
        found("{}", "FROM alpine:3.20\nENV A=${B:-c} P=$PATH:/x\n"),
        NONE
    );
    assert_eq!(found("{}", "FROM alpine:$T\n"), ["1:13 UndefinedArgInFrom"]);
}

#[test]
fn a_script_from_the_network_is_not_run_unseen() {
    let run = |text: &str| found("{}", &format!("FROM debian:12\nRUN {text}\n"));
    assert_eq!(
        run("curl -sSf https://sh.example.com | sh -s -- -y"),
        ["2:40 pipe-to-shell"]
    );
    assert_eq!(
        run("curl -s https://x.example.com | tee /x | bash"),
        ["2:46 pipe-to-shell"]
    );
    assert_eq!(
        run("bash -c \"$(curl -fsSL https://x.example.com)\""),
        ["2:5 pipe-to-shell"]
    );
    assert_eq!(run("curl -s https://x.example.com | tar -xz"), NONE);
    assert_eq!(
        run("curl -s https://x.example.com | python3 -c 'import json'"),
        NONE
    );
    assert_eq!(run("curl -so /x https://x.example.com && sh /x"), NONE);
}
