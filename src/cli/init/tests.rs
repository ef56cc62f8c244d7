//! What is suggested for projects of different kinds.

use std::collections::BTreeSet;

use super::found::Found;
use super::suggest::{Options, parts};
use super::{package_json, write};

/// A project of these files, some with contents.
fn project(files: &[(&str, &str)]) -> Found {
    let texts = files.iter().filter(|(_, text)| !text.is_empty());
    Found {
        name: "shop".to_owned(),
        files: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
        texts: texts
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect(),
        ..Found::default()
    }
}

fn text(found: &Found) -> String {
    write::gate_file(found, &parts(found, &Options::default()))
}

/// The lines behind `gates:` without comments.
#[track_caller]
fn gates(found: &Found) -> String {
    let text = text(found);
    let (_, gates) = text.split_once("gates:\n").unwrap();
    let lines = gates
        .lines()
        .map(|line| line.split("  # ").next().unwrap().trim_end());
    let lines = lines.filter(|line| !line.trim_start().starts_with('#'));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_rust_workspace() {
    let mut found = project(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
        ("Cargo.lock", ""),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/lib.rs", ""),
    ]);
    found.rust_tests = BTreeSet::from(["a/src/lib.rs".to_owned()]);
    insta::assert_snapshot!(gates(&found), @r#"
    format: cargo fmt --all --check
    lint:
      run: cargo clippy --workspace --all-targets --locked -- -D warnings
      locks: [cargo]
    test:
      run: cargo test --workspace --locked
      expect: { stdout: { matches: 'test result: ok\. [1-9]' } }
      locks: [cargo]
      timeout: 30m
    "#);
}

#[test]
fn a_rust_package_without_tests_or_lock_file_is_built() {
    let found = project(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n"),
        ("src/main.rs", ""),
    ]);
    let text = text(&found);
    assert!(text.contains("run: cargo build\n"), "{text}");
    assert!(text.contains("no test was found"), "{text}");
    assert!(text.contains("there is no Cargo.lock"), "{text}");
}

#[test]
fn a_node_project_by_its_own_scripts_and_package_manager() {
    let manifest = r#"{ "scripts": { "lint": "eslint .", "typecheck": "tsc", "test": "vitest run" },
        "devDependencies": { "vitest": "1" } }"#;
    let found = project(&[("package.json", manifest), ("pnpm-lock.yaml", "")]);
    insta::assert_snapshot!(gates(&found), @r#"
    deps:
      setup: pnpm install --frozen-lockfile
      inputs: [package.json, pnpm-lock.yaml]
      creates: [node_modules]
    lint: pnpm run lint
    types: pnpm run typecheck
    test: pnpm run test
    "#);
}

#[test]
fn a_script_that_only_says_that_there_is_no_test_is_no_gate() {
    let manifest =
        r#"{ "scripts": { "test": "echo \"Error: no test specified\" && exit 1", "build": "x" } }"#;
    let found = project(&[("package.json", manifest)]);
    assert_eq!(gates(&found).trim(), "build: npm run build");
    let found = project(&[("package.json", manifest), ("a.test.js", "")]);
    assert!(gates(&found).contains("  test: node --test"));
}

#[test]
fn a_python_project_by_the_tools_that_it_configures() {
    let manifest = "[tool.ruff]\nline-length = 100\n[tool.mypy]\nstrict = true\n[project.optional-dependencies]\ndev = [\"pytest\"]\n";
    let found = project(&[
        ("pyproject.toml", manifest),
        ("tests/test_a.py", ""),
        ("a.py", ""),
    ]);
    insta::assert_snapshot!(gates(&found), @r#"
    lint: python3 -m ruff check .
    types: python3 -m mypy .
    test:
      run: python3 -m pytest --junitxml=.pytest_cache/prove.xml
      results: { junit: .pytest_cache/prove.xml }
    "#);
}

#[test]
fn a_python_project_without_pytest_runs_unittest_and_wants_a_test() {
    let found = project(&[("setup.py", ""), ("tests/test_a.py", "")]);
    insta::assert_snapshot!(gates(&found), @r#"
    test:
      run: python3 -m unittest discover -s tests
      expect: { stderr: { matches: 'Ran [1-9]' } }
    "#);
}

#[test]
fn a_go_module() {
    let found = project(&[("go.mod", "module x\n"), ("a.go", ""), ("a_test.go", "")]);
    insta::assert_snapshot!(gates(&found), @r#"
    format:
      run: gofmt -l
      files: ["**/*.go"]
      expect: { stdout: { empty: true } }
    vet: go vet ./...
    test:
      run: go test ./...
      expect: { stdout: { matches: '(?m)^ok\s' } }
      timeout: 30m
    "#);
}

#[test]
fn shell_scripts_and_a_makefile() {
    let makefile = "all: build\nlint:\n\ttrue\nCC := gcc\ntest: all\n\t./t\n.PHONY: all\n";
    let found = project(&[("Makefile", makefile), ("run.sh", "")]);
    insta::assert_snapshot!(gates(&found), @r#"
    scripts:
      run: 'for script in "$@"; do bash -n "$script"; done'
      files: ["**/*.sh"]


    lint: make lint
    test: make test
    "#);
}

#[test]
fn a_mixed_project_is_grouped_and_its_images_come_last() {
    let compose = "services:\n  api:\n    build: ./api\n  web:\n    build: { context: web, dockerfile: Prod.dockerfile }\n  db: { image: postgres }\n";
    let mut found = project(&[
        ("api/Cargo.toml", "[package]\nname = \"api\"\n"),
        ("api/Cargo.lock", ""),
        ("api/Dockerfile", ""),
        ("api/.dockerignore", ""),
        (
            "web/package.json",
            r#"{ "scripts": { "test": "node --test" } }"#,
        ),
        ("web/Prod.dockerfile", ""),
        ("compose.yaml", compose),
    ]);
    found.git = true;
    insta::assert_snapshot!(text(&found), @r#"
    # What must hold before an image is made of this project, and before it is tagged or pushed.
    # Suggested by `prove init`; it is yours now. `prove run` runs it, `prove plan` shows the order,
    # `prove check` reads it, and `prove schema` is for your editor.
    version: 1
    project: shop

    # No conflict markers, no big files, no secrets: `prove packs git` tells more.
    use: [{ pack: git, without: [git-clean] }]

    # Of the caller's environment a gate sees only PATH, HOME and the like, and these.
    pass_env: [CARGO_HOME, CARGO_TARGET_DIR, NODE_EXTRA_CA_CERTS, NODE_OPTIONS, RUSTFLAGS, RUSTUP_HOME, RUSTUP_TOOLCHAIN, npm_config_cache, npm_config_registry]

    gates:
      # Rust package (api/Cargo.toml)
      # no test was found: `test: cargo test` is worth a line once there is one
      api:
        cwd: api
        gates:
          format: cargo fmt --all --check  # rustfmt comes with Rust
          lint:  # clippy comes with Rust
            run: cargo clippy --all-targets --locked -- -D warnings
            locks: [cargo]
          build:  # it compiles; no test was found
            run: cargo build --locked
            locks: [cargo]

      # Node.js (web/package.json, npm)
      web:
        cwd: web
        gates:
          test: npm run test  # the script `test`

      # container files (compose.yaml, 2 to build)
      # web/.dockerignore is not there: secrets and clutter can get into the image
      container-files:  # what an image is made of is there, and no .env is in git
        exists: { require: [api/.dockerignore, api/Dockerfile, compose.yaml, web/Prod.dockerfile], forbid_tracked: [.env] }
      api-image:  # the service `api` is built from api/Dockerfile
        build: { context: api }
        timeout: 30m
        stages: [ci, release]
      web-image:  # the service `web` is built from web/Prod.dockerfile
        build: { context: web, dockerfile: Prod.dockerfile }
        timeout: 30m
        stages: [ci, release]
    "#);
}

#[test]
fn gates_that_need_an_engine_run_at_all_stages_when_asked() {
    let found = project(&[("Dockerfile", "")]);
    let all = Options { all_stages: true };
    let text = write::gate_file(&found, &parts(&found, &all));
    assert!(
        text.contains("build: { context: . }") && !text.contains("stages"),
        "{text}"
    );
    assert!(self::text(&found).contains("stages: [ci, release]"));
}

#[test]
fn names_that_yaml_would_take_for_something_else_are_quoted() {
    for (name, written) in [
        ("shop", "shop"),
        ("true", "\"true\""),
        ("1.10", "\"1.10\""),
        ("a: b", "\"a: b\""),
        ("x #y", "\"x #y\""),
        ("*", "\"*\""),
        ("ä\n", "\"ä\\n\""),
        ("~", "\"~\""),
        ("null", "\"null\""),
    ] {
        assert_eq!(write::scalar(name), written);
    }
}

#[test]
fn a_script_is_added_and_every_other_byte_stays() {
    let before = "{\n\t\"name\": \"a\",\n\t\"scripts\": {\n\t\t\"test\": \"x\"\n\t}\n}\n";
    let changed = package_json::with_script(&project(&[("package.json", before)])).unwrap();
    assert_eq!(
        changed,
        "{\n\t\"name\": \"a\",\n\t\"scripts\": {\n\t\t\"prove\": \"prove run\",\n\t\t\"test\": \"x\"\n\t}\n}\n"
    );
    for (text, why) in [
        (
            "{ \"scripts\": { \"prove\": \"x\" } }",
            "has a script `prove`",
        ),
        ("{ \"name\": \"a\" }", "has no `scripts`"),
        (
            "{ \"a\": \"\\\"scripts\\\": {\", \"b\": { \"scripts\": {} }, \"scripts\": {} }",
            "unusual form",
        ),
        ("{", "package.json:"),
    ] {
        let refused = package_json::with_script(&project(&[("package.json", text)]));
        assert!(refused.unwrap_err().contains(why), "{text}");
    }
}
