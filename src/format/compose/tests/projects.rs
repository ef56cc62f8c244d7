//! Files brought together: merging, `extends`, `include`, tags, and what goes wrong in them.

use super::{ProblemKind, good, kinds, load, load_with, one, request};

fn ports(loaded: &super::Loaded, name: &str) -> Vec<u16> {
    let service = loaded.project.service(name).expect("the service");
    service.ports.iter().map(|port| port.target.first).collect()
}

#[test]
fn reset_takes_away_and_override_replaces() {
    let loaded = good(load(&[
        (
            "compose.yaml",
            "services:\n  a: {image: x, ports: ['1:1'], environment: {A: 1}, cap_add: [A]}\n",
        ),
        (
            "compose.override.yml",
            "services:\n  a: {ports: !override ['2:2'], environment: !reset {}, cap_add: [B, A]}\n",
        ),
    ]));
    let a = loaded.project.service("a").unwrap();
    assert_eq!(ports(&loaded, "a"), [2]);
    assert!(a.environment.is_empty());
    let caps: Vec<_> = a
        .rights
        .cap_add
        .iter()
        .map(|cap| cap.value.as_str())
        .collect();
    assert_eq!(caps, ["A", "B"]);
}

#[test]
fn a_later_mount_takes_the_place_of_one_with_its_target() {
    let loaded = good(load(&[
        (
            "compose.yaml",
            "services:\n  a: {image: x, command: [a, b], volumes: ['./a:/d', './b:/e']}\n",
        ),
        (
            "compose.override.yml",
            "services:\n  a: {command: [c], volumes: ['./c:/d:ro']}\n",
        ),
    ]));
    let a = loaded.project.service("a").unwrap();
    let sources: Vec<_> = a
        .volumes
        .iter()
        .map(|v| v.source.as_ref().unwrap().value.as_str())
        .collect();
    assert_eq!(sources, ["c", "b"]);
    assert_eq!(a.command.as_ref().unwrap().words.len(), 1);
}

#[test]
fn extends_brings_another_service_with_its_own_paths() {
    let loaded = good(load(&[
        (
            "compose.yaml",
            "services:\n  app: {extends: {file: sub/c.yaml, service: s}, image: z}\n",
        ),
        (
            "sub/c.yaml",
            "services:\n  s: {extends: t, build: .}\n  t: {environment: {A: 1}, volumes: ['./d:/d']}\n",
        ),
    ]));
    let app = loaded.project.service("app").unwrap();
    assert_eq!(app.image.as_ref().unwrap().value, "z");
    assert_eq!(
        app.build.as_ref().unwrap().context.as_ref().unwrap().value,
        "sub"
    );
    assert_eq!(app.volumes[0].source.as_ref().unwrap().value, "sub/d");
    assert_eq!(app.environment.len(), 1);
    assert_eq!(loaded.project.services.len(), 1);
}

#[test]
fn circles_are_said_with_their_path() {
    let loaded = one("services:\n  a: {extends: b, image: x}\n  b: {extends: a, image: x}\n");
    assert!(
        loaded
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::ExtendsCycle && p.message.contains("a → b → a"))
    );
    let loaded =
        one("services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n");
    assert_eq!(
        kinds(&loaded).iter().map(|k| k.0).collect::<Vec<_>>(),
        [ProblemKind::DependencyCycle]
    );
    let loaded = load(&[
        (
            "compose.yaml",
            "include: [b.yaml]\nservices: {a: {image: x}}\n",
        ),
        (
            "b.yaml",
            "include: [compose.yaml]\nservices: {b: {image: x}}\n",
        ),
    ]);
    assert!(
        loaded
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::IncludeCycle)
    );
}

#[test]
fn an_included_project_has_paths_and_variables_of_its_own() {
    let world = [
        (
            "compose.yaml",
            "include: [inc/compose.yaml]\nservices:\n  app: {image: x, depends_on: [i]}\n",
        ),
        (
            "inc/compose.yaml",
            "services:\n  i: {image: 'x:${V}', build: {context: ./b}}\n",
        ),
        ("inc/.env", "V=9\n"),
    ];
    let loaded = good(load(&world));
    let i = loaded.project.service("i").unwrap();
    assert_eq!(i.image.as_ref().unwrap().value, "x:9");
    assert_eq!(
        i.build.as_ref().unwrap().context.as_ref().unwrap().value,
        "inc/b"
    );
}

#[test]
fn an_include_that_differs_is_a_conflict_and_an_equal_one_is_none() {
    let main = (
        "compose.yaml",
        "include: [a.yaml]\nservices:\n  a: {image: x}\n",
    );
    let loaded = load(&[main, ("a.yaml", "services:\n  a: {image: y}\n")]);
    assert_eq!(loaded.problems[0].kind, ProblemKind::IncludeConflict);
    good(load(&[main, ("a.yaml", "services:\n  a: {image: x}\n")]));
}

#[test]
fn files_that_are_not_there_are_said_where_they_are_named() {
    let loaded = one(
        "include: [gone.yaml]\nservices:\n  a: {extends: {file: no.yaml, service: s}, image: x, env_file: [e.env, {path: f.env, required: false}]}\n",
    );
    let missing = |k: &&(ProblemKind, &str)| k.0 == ProblemKind::MissingFile;
    let kinds = kinds(&loaded);
    let places: Vec<_> = kinds.iter().filter(missing).map(|k| k.1).collect();
    assert_eq!(places, ["gone.yaml", "no.yaml", "e.env"]);
}

#[test]
fn what_is_named_and_not_there_is_undefined() {
    let loaded = one(
        "services:\n  a: {image: x, depends_on: [c], networks: [n], volumes: ['vol:/v'], secrets: [s]}\n",
    );
    assert!(
        loaded
            .problems
            .iter()
            .all(|p| p.kind == ProblemKind::Undefined)
    );
    assert_eq!(loaded.problems.len(), 4);
}

#[test]
fn profiles_switch_services_on() {
    let mut wish = request();
    let world = [(
        "compose.yaml",
        "services:\n  a: {image: x, profiles: [p]}\n  b: {image: x}\n",
    )];
    let names = |loaded: &super::Loaded| {
        loaded
            .project
            .active()
            .map(|s| s.name.value.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&good(load_with(wish.clone(), &world))), ["b"]);
    wish.profiles.push("p".to_owned());
    assert_eq!(names(&good(load_with(wish, &world))), ["a", "b"]);
}

#[test]
fn what_compose_forgives_is_marked() {
    let loaded = one(
        "version: '3'\nservices:\n  a: {image: x, privileged: yes, volumes: ['v:/v']}\nvolumes: {v: }\n",
    );
    let kinds: Vec<_> = kinds(&loaded).iter().map(|k| k.0).collect();
    assert_eq!(
        kinds,
        [
            ProblemKind::Obsolete,
            ProblemKind::BadValue,
            ProblemKind::BadValue
        ]
    );
    assert!(loaded.problems.iter().all(|p| p.lax));
}

#[test]
fn a_command_that_no_shell_could_read_is_a_mistake() {
    let loaded = one("services:\n  a: {image: x, command: \"echo 'a\", entrypoint: 'x \\'}\n");
    let kinds = kinds(&loaded);
    assert_eq!(
        kinds,
        [
            (ProblemKind::BadValue, "\"echo 'a\""),
            (ProblemKind::BadValue, "'x \\'")
        ]
    );
    assert!(loaded.problems.iter().all(|problem| !problem.lax));
    good(one(
        "services:\n  a: {image: x, command: \"echo 'a b' c\"}\n",
    ));
}

#[test]
fn what_is_said_in_two_places_must_not_differ() {
    let twice = |own: &str, deploy: &str| {
        one(&format!(
            "services:\n  a: {{image: x, {own}, deploy: {deploy}}}\n"
        ))
    };
    for (own, deploy) in [
        ("mem_limit: 1g", "{resources: {limits: {memory: 512m}}}"),
        ("cpus: 1", "{resources: {limits: {cpus: '2'}}}"),
        ("pids_limit: 10", "{resources: {limits: {pids: 20}}}"),
        (
            "mem_reservation: 1m",
            "{resources: {reservations: {memory: 2m}}}",
        ),
        ("scale: 2", "{replicas: 3}"),
    ] {
        let loaded = twice(own, deploy);
        let kinds: Vec<_> = kinds(&loaded).iter().map(|kind| kind.0).collect();
        assert_eq!(kinds, [ProblemKind::Conflict], "{own}");
    }
    good(twice(
        "mem_limit: 1g",
        "{resources: {limits: {memory: 1024m, cpus: '1'}}}",
    ));
}

#[test]
fn extends_sees_its_own_file_and_no_earlier_one() {
    let mut wish = request();
    wish.files = vec!["a.yaml".to_owned(), "b.yaml".to_owned()];
    let loaded = load_with(
        wish,
        &[
            ("a.yaml", "services:\n  base: {image: x}\n"),
            ("b.yaml", "services:\n  app: {extends: base, image: y}\n"),
        ],
    );
    assert_eq!(kinds(&loaded), [(ProblemKind::ExtendsMissing, "base")]);
    assert!(loaded.problems[0].help.as_ref().unwrap().contains("file:"));
}
