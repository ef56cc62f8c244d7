//! The loader, read like a spec: what compose means by a file, and what it must not let pass.

mod projects;
mod schema;
mod total;

use super::model::{Condition, MountKind, Origin};
use super::{File, Files, Loaded, Loader, ProblemKind, Request, Step};

/// Loads from files in memory; what is not there is missing.
fn load_with(request: Request, world: &[(&str, &str)]) -> Loaded {
    let loader = Loader::new(request);
    let mut files = Files::new();
    for _ in 0..64 {
        match loader.step(&files) {
            Step::Done(loaded) => return *loaded,
            Step::Need(wanted) => {
                for want in wanted {
                    let found = world.iter().find(|(path, _)| *path == want.path);
                    let file = found.map_or(File::Missing, |(_, text)| {
                        File::Bytes(text.as_bytes().to_vec())
                    });
                    assert!(
                        files.insert(want.path.clone(), file).is_none(),
                        "asked twice: {}",
                        want.path
                    );
                }
            }
        }
    }
    panic!("the conversation does not end");
}

fn request() -> Request {
    Request {
        root_name: "My.App".to_owned(),
        ..Request::default()
    }
}

fn load(world: &[(&str, &str)]) -> Loaded {
    load_with(request(), world)
}

fn one(text: &str) -> Loaded {
    load(&[("compose.yaml", text)])
}

#[track_caller]
fn good(loaded: Loaded) -> Loaded {
    assert!(loaded.problems.is_empty(), "{:#?}", loaded.problems);
    loaded
}

fn kinds(loaded: &Loaded) -> Vec<(ProblemKind, &str)> {
    let slice = |p: &super::Problem| loaded.sources.slice(p.span).trim().to_owned();
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    loaded
        .problems
        .iter()
        .map(|p| (p.kind, leak(slice(p))))
        .collect()
}

#[test]
fn a_service_is_understood() {
    let loaded = good(one(
        "services:\n  app:\n    image: nginx:1.27\n    command: echo 'a b'\n    ports: ['127.0.0.1:8080:80']\n    volumes: ['./data:/d:ro', 'named:/n']\n    environment: [A=1, B=]\n    depends_on: {db: {condition: service_healthy}}\n    mem_limit: 512m\n  db: {image: 'postgres:16'}\nvolumes: {named: }\n",
    ));
    let project = &loaded.project;
    assert_eq!(project.name.value, "myapp");
    let app = project.service("app").unwrap();
    assert_eq!(app.image.as_ref().unwrap().value, "nginx:1.27");
    assert_eq!(
        loaded.sources.slice(app.image.as_ref().unwrap().span),
        "nginx:1.27"
    );
    let words: Vec<_> = app
        .command
        .as_ref()
        .unwrap()
        .words
        .iter()
        .map(|w| w.value.as_str())
        .collect();
    assert_eq!(words, ["echo", "a b"]);
    assert_eq!(app.ports[0].host_ip.as_ref().unwrap().value, "127.0.0.1");
    assert_eq!(app.ports[0].published.unwrap().first, 8080);
    assert_eq!(
        (app.volumes[0].kind, app.volumes[0].read_only.value),
        (MountKind::Bind, true)
    );
    assert_eq!(app.volumes[0].source.as_ref().unwrap().value, "data");
    assert_eq!(app.variable("B").unwrap().value.as_ref().unwrap().value, "");
    assert_eq!(app.depends_on[0].condition.value, Condition::Healthy);
    assert_eq!(app.limits.memory.unwrap().value, 512 << 20);
}

#[test]
fn an_override_file_is_found_and_laid_over() {
    let loaded = good(load(&[
        (
            "compose.yaml",
            "services:\n  a: {image: x, environment: [A=1], ports: ['80:80']}\n",
        ),
        (
            "compose.override.yml",
            "services:\n  a: {environment: {A: 2, B: 3}, ports: ['80:80', '81:81']}\n",
        ),
        (".env", "X=1\n"),
    ]));
    let a = loaded.project.service("a").unwrap();
    assert_eq!(a.variable("A").unwrap().value.as_ref().unwrap().value, "2");
    assert_eq!((a.environment.len(), a.ports.len()), (2, 2));
    assert_eq!(
        loaded
            .sources
            .name(a.variable("A").unwrap().name.span.source),
        "compose.override.yml"
    );
}

#[test]
fn variables_come_from_the_environment_before_dotenv() {
    let mut request = request();
    request.environment.insert("TAG".to_owned(), "2".to_owned());
    let world = [
        (
            "compose.yaml",
            "services:\n  a: {image: 'x:${TAG}-${V}-${U:-d}', env_file: e.env}\n",
        ),
        (".env", "TAG=1\nV=v\n"),
        ("e.env", "FROM=${V}!\n"),
    ];
    let loaded = good(load_with(request, &world));
    let a = loaded.project.service("a").unwrap();
    assert_eq!(a.image.as_ref().unwrap().value, "x:2-v-d");
    assert_eq!(
        a.variable("FROM").unwrap().value.as_ref().unwrap().value,
        "v!"
    );
    assert_eq!(a.variable("FROM").unwrap().origin, Origin::EnvFile);
}

#[test]
fn an_unset_variable_is_said_with_its_place() {
    let loaded = one("services:\n  a: {image: 'x:${TAG}'}\n");
    assert_eq!(kinds(&loaded), [(ProblemKind::UnsetVariable, "${TAG}")]);
    assert!(loaded.problems[0].lax);
}

#[test]
fn slips_are_said_all_at_once() {
    let loaded = one(
        "services:\n  a:\n    imgae: x\n    ports: [x]\n    privileged: maybe\n    user: 1000\n",
    );
    assert_eq!(
        kinds(&loaded),
        [
            (ProblemKind::MissingKey, "a"),
            (ProblemKind::UnknownKey, "imgae"),
            (ProblemKind::BadValue, "x"),
            (ProblemKind::BadValue, "maybe"),
            (ProblemKind::WrongType, "1000"),
        ]
    );
    assert_eq!(loaded.problems[1].suggestion.as_deref(), Some("image"));
}
