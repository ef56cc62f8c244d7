//! Container files: they are there, and the images build.

use super::found::{Found, at, join};
use super::suggest::{Gate, Options, Part, Value, list, segment};
use crate::format::yaml::Node;

const COMPOSE: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];
const BAKE: &[&str] = &[
    "docker-bake.hcl",
    "docker-bake.json",
    "docker-bake.override.hcl",
];

/// What one image is built from.
#[derive(Debug, PartialEq, Eq)]
struct Image {
    name: String,
    context: String,
    dockerfile: Option<String>,
    why: String,
}

pub(super) fn part(found: &Found, options: &Options) -> Option<Part> {
    let compose = COMPOSE.iter().copied().find(|file| found.has(file));
    let images = images(found, compose);
    let bake = BAKE.iter().copied().find(|file| found.has(file));
    if images.is_empty() && compose.is_none() && bake.is_none() {
        return None;
    }
    let files: Vec<_> = compose.into_iter().chain(bake).collect();
    let title = match (images.len(), files.is_empty()) {
        (0, _) => format!("container files ({})", files.join(", ")),
        (count, true) => format!(
            "container files ({count} image{})",
            if count == 1 { "" } else { "s" }
        ),
        (count, false) => format!("container files ({}, {count} to build)", files.join(", ")),
    };
    let mut part = Part::new(title, "containers", "");
    part.top = true;
    part.gates
        .push(presence(found, &images, compose, &mut part.notes));
    for image in images {
        part.gates.push(build(image, options));
    }
    if bake.is_some() {
        let gate = Gate::run(
            "bake",
            "the bake file can be read",
            "docker buildx bake --print",
        );
        part.gates.push(staged(gate, options));
    }
    Some(part)
}

/// The files that must be there, and the one that must not be in git.
fn presence(
    found: &Found,
    images: &[Image],
    compose: Option<&str>,
    notes: &mut Vec<String>,
) -> Gate {
    let mut files: Vec<String> = Vec::new();
    for image in images {
        let dockerfile = image.dockerfile.as_deref().unwrap_or("Dockerfile");
        files.push(join(&image.context, dockerfile));
        let ignore = join(&image.context, ".dockerignore");
        if found.has(&ignore) {
            files.push(ignore);
        } else {
            notes.push(format!(
                "{ignore} is not there: secrets and clutter can get into the image"
            ));
        }
    }
    files.extend(compose.map(str::to_owned));
    files.sort();
    files.dedup();
    let mut keys = Vec::new();
    if !files.is_empty() {
        keys.push(format!(
            "require: {}",
            list(files.iter().map(String::as_str))
        ));
    }
    if found.git {
        keys.push("forbid_tracked: [.env]".to_owned());
    }
    if keys.is_empty() {
        keys.push(format!("any_of: [{}]", list(BAKE.iter().copied())));
    }
    Gate {
        name: "container-files".to_owned(),
        why: "what an image is made of is there, and no .env is in git".to_owned(),
        keys: vec![("exists", Value::Yaml(format!("{{ {} }}", keys.join(", "))))],
    }
}

fn build(image: Image, options: &Options) -> Gate {
    let context = super::write::scalar_in_flow(if image.context.is_empty() {
        "."
    } else {
        &image.context
    });
    let file = image
        .dockerfile
        .as_deref()
        .map(super::write::scalar_in_flow);
    let file = file.map_or_else(String::new, |file| format!(", dockerfile: {file}"));
    let gate = Gate {
        name: image.name,
        why: image.why,
        keys: vec![(
            "build",
            Value::Yaml(format!("{{ context: {context}{file} }}")),
        )],
    };
    staged(gate.with("timeout", "30m"), options)
}

/// A stopped engine should not stand in the way of every push.
fn staged(gate: Gate, options: &Options) -> Gate {
    if options.all_stages {
        return gate;
    }
    gate.with("stages", "[ci, release]")
}

/// The images of compose services, then of Dockerfiles that no service names.
fn images(found: &Found, compose: Option<&str>) -> Vec<Image> {
    let mut images: Vec<Image> = Vec::new();
    let tree = compose.and_then(|file| found.tree(file));
    let services = tree.as_ref().and_then(|tree| at(tree, &["services"]));
    for service in services.map_or(&[][..], Node::entries) {
        let name = segment(&service.key.text);
        let image = service
            .value
            .get("build")
            .and_then(|build| of_service(found, &name, build));
        if let Some(image) = image.filter(|image| !same(&images, image)) {
            images.push(image);
        }
    }
    for dir in found.homes("Dockerfile") {
        let base = dir.rsplit('/').next().filter(|base| !base.is_empty());
        let image = Image {
            name: base.map_or_else(
                || "image".to_owned(),
                |base| format!("{}-image", segment(base)),
            ),
            why: format!("{} builds", join(&dir, "Dockerfile")),
            context: dir,
            dockerfile: None,
        };
        if !same(&images, &image) {
            images.push(image);
        }
    }
    images
}

fn same(images: &[Image], image: &Image) -> bool {
    let parts = |image: &Image| {
        let file = image.dockerfile.as_deref().unwrap_or("Dockerfile");
        (image.context.clone(), file.to_owned())
    };
    images
        .iter()
        .any(|other| parts(other) == parts(image) || other.name == image.name)
}

/// `build:` of a service, when the files that it names are there.
fn of_service(found: &Found, name: &str, build: &Node) -> Option<Image> {
    let context = build.scalar().or_else(|| build.get("context")?.scalar());
    let context = context
        .unwrap_or(".")
        .trim_start_matches("./")
        .trim_end_matches('/');
    let context = if context == "." { "" } else { context };
    let dockerfile = build.get("dockerfile").and_then(Node::scalar);
    let dockerfile = dockerfile.filter(|file| *file != "Dockerfile");
    let file = join(context, dockerfile.unwrap_or("Dockerfile"));
    found.has(&file).then(|| Image {
        name: format!("{name}-image"),
        why: format!("the service `{name}` is built from {file}"),
        context: context.to_owned(),
        dockerfile: dockerfile.map(str::to_owned),
    })
}
