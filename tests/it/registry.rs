//! A private registry, a real one: images to run in and base images are had with the login that
//! docker has, and without it nothing is proved and nothing refuted.

use std::fs;
use std::path::Path;

use crate::support::Project;
use crate::support::docker::unique;
use crate::support::registry::{PASSWORD, Registry, settings};

const BUILDERS: [&str; 2] = ["buildkit", "classic"];

/// A project whose gate runs in the registry's image.
fn runs_in(registry: &Registry) -> Project {
    Project::with(&format!(
        "version: 1\ngates:\n  app: {{ run: [/bin/sh, -c, 'echo in'], in: {{ image: '{}' }} }}\n",
        registry.base()
    ))
}

/// A project that builds on the registry's image with this builder.
fn builds_on(registry: &Registry, builder: &str) -> Project {
    let mut project = Project::with("version: 1\ngates:\n  app: { build: . }\n");
    let base = registry.base();
    let nonce = unique();
    project.file(
        "Dockerfile",
        format!("FROM {base}\nLABEL nonce={nonce}\nCOPY Dockerfile /\n"),
    );
    project.env("PROVE_BUILDER", builder);
    project
}

/// One project for each way in which an image of the registry is asked for.
fn ways(registry: &Registry) -> Vec<Project> {
    let builds = BUILDERS.map(|builder| builds_on(registry, builder));
    [runs_in(registry)].into_iter().chain(builds).collect()
}

/// The login stands in nothing that a run leaves behind.
fn shows_no_login(project: &Project, said: &str) {
    let left = files(&project.path().join(".prove"));
    for text in left.iter().map(String::as_str).chain([said]) {
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

fn files(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let texts = entries.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()],
    });
    texts.collect()
}

#[test]
fn an_image_is_had_with_the_login_of_dockers_settings() {
    let Some(registry) = Registry::start("an_image_is_had_with_the_login") else {
        return;
    };
    for mut project in ways(&registry) {
        registry.forget();
        settings(&mut project, &registry.auths(PASSWORD));
        let ran = project.run();
        ran.expect(0, &["proved"]);
        shows_no_login(&project, &ran.text());
    }
}

#[test]
fn an_image_is_had_with_the_login_of_a_helper_which_is_not_asked_for_nothing() {
    let Some(registry) = Registry::start("an_image_is_had_with_the_login_of_a_helper") else {
        return;
    };
    for mut project in ways(&registry) {
        registry.forget();
        let asked = registry.helped(&mut project);
        let ran = project.run();
        ran.expect(0, &["proved"]);
        shows_no_login(&project, &ran.text());
        let asked_for = fs::read_to_string(asked).unwrap();
        assert_eq!(asked_for, format!("get {}\n", registry.host));
    }
    for builder in BUILDERS {
        let mut project = builds_on(&registry, builder);
        let asked = registry.helped(&mut project);
        project.file(
            "Dockerfile",
            format!("FROM scratch\nLABEL nonce={}\n", unique()),
        );
        project.run().expect(0, &["proved"]);
        assert!(!asked.exists(), "{builder}");
    }
}

#[test]
fn without_a_login_and_with_a_wrong_one_nothing_is_known_of_the_project() {
    let Some(registry) = Registry::start("without_a_login_and_with_a_wrong_one") else {
        return;
    };
    for config in ["{}".to_owned(), registry.auths("Passw0rd???")] {
        for mut project in ways(&registry) {
            settings(&mut project, &config);
            let ran = project.run();
            ran.expect(3, &["undecided", "docker login"]);
            assert_eq!(project.verdicts()["app"], "errored");
            assert!(!ran.text().contains("Passw0rd???"), "{}", ran.text());
        }
    }
}

#[test]
fn a_registry_that_is_down_says_nothing_of_the_project() {
    let Some(mut registry) = Registry::start("a_registry_that_is_down") else {
        return;
    };
    registry.end();
    for mut project in ways(&registry) {
        settings(&mut project, &registry.auths(PASSWORD));
        project
            .run()
            .expect(3, &["undecided", &registry.host, "hint"]);
        assert_eq!(project.verdicts()["app"], "errored");
    }
}

#[test]
fn a_helper_that_is_needed_and_fails_is_said() {
    let Some(registry) = Registry::start("a_helper_that_is_needed_and_fails") else {
        return;
    };
    for mut project in ways(&registry) {
        settings(&mut project, r#"{"credsStore":"is-not-there"}"#);
        let words = [
            "docker-credential-is-not-there",
            "docker login",
            "undecided",
        ];
        project.run().expect(3, &words);
        assert_eq!(project.verdicts()["app"], "errored");
    }
}
