//! `values` in a whole run: what settings files say decides, and what cannot be read never passes.

use crate::support::Project;

fn project(gate: &str) -> Project {
    Project::with(&format!(
        "version: 1\ngates:\n  settings:\n    values: {gate}\n"
    ))
}

#[test]
fn a_deployment_is_held_to_its_own_files() {
    let project = project(
        "[{ file: fly.toml, require: { http_service.internal_port: { same_as: \".env.example#PORT\" } } },
         { file: db/postgresql.conf, require: { shared_buffers: { min: 512MB } } }]",
    );
    project.file("fly.toml", "[http_service]\ninternal_port = 8080\n");
    project.file(".env.example", "PORT=8080\n");
    project.file("db/postgresql.conf", "shared_buffers = 0.5GB\n");
    project.run().expect(0, &["passed", "settings"]);
    project.file("db/postgresql.conf", "# memory\nshared_buffers = 128MB\n");
    project.run().expect(
        1,
        &["db/postgresql.conf:2:18: `shared_buffers` is `128MB`, less than 512MB [wrong-value]"],
    );
}

#[test]
fn the_values_of_an_env_file_are_seen_nowhere() {
    let project = project(
        "{ file: .env, keys_of: .env.example, require: { DB_PASSWORD: { matches: '^.{12}' } } }",
    );
    project.file(".env.example", "DB_PASSWORD=\nPORT=\n");
    project.file(".env", "DB_PASSWORD=hush-hush\n");
    let ran = project.run();
    ran.expect(
        1,
        &[
            "`PORT` is missing, which .env.example has [missing-key]",
            "`DB_PASSWORD` is not what it must be (its value is not shown)",
        ],
    );
    assert!(!ran.stdout.contains("hush-hush") && !ran.stderr.contains("hush-hush"));
}

#[test]
fn what_cannot_be_read_is_undecided() {
    let project = project("{ file: fly.toml, require: { app: absent } }");
    project.run().expect(3, &["fly.toml is not there"]);
    project.file("fly.toml", "app = \n");
    project.run().expect(3, &["fly.toml:1:", "cannot be read"]);
}

#[test]
fn what_makes_no_sense_is_said_before_anything_runs() {
    for (gate, said) in [
        (
            "{ file: app.conf, require: { a: 1 } }",
            "what format has `app.conf`?",
        ),
        ("{ file: a.toml }", "this asks for nothing"),
        ("{ file: a.toml, require: {} }", "this asks for nothing"),
        (
            "{ file: a.toml, require: { a: {} } }",
            "this asks for nothing",
        ),
        (
            "{ file: a.toml, require: { a..b: 1 } }",
            "`a..b` is no path",
        ),
        (
            "{ file: a.toml, require: { a: { min: lots } } }",
            "`lots` is no number",
        ),
        (
            "{ file: a.toml, require: { a: { min: 2, max: 1 } } }",
            "nothing is between 2 and 1",
        ),
        (
            "{ file: a.toml, require: { a: { matches: '(' } } }",
            "this is no regular expression",
        ),
        (
            "{ file: a.toml, require: { a: { same_as: b.toml } } }",
            "a file and a path in it",
        ),
        (
            "{ file: a.toml, require: { a: { equal: 1 } } }",
            "did you mean `equals`?",
        ),
        (
            "{ file: a.toml, require: { a: { present: false, min: 1 } } }",
            "has no value to ask for",
        ),
        (
            "{ file: a.toml, require: { a: { one_of: [] } } }",
            "one of nothing",
        ),
        ("[]", "this asks for nothing"),
    ] {
        project(gate).run().expect(2, &[said]);
    }
}
