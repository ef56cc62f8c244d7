//! What is known of the images that services run: of one that is built, what its Dockerfile says; of
//! an official one, that it brings no healthcheck; of any other, nothing.

use std::collections::BTreeMap;

use super::super::lint::Survey;
use super::settings::Settings;
use crate::format::compose::model::{Build, Condition};
use crate::format::compose::{File, Project, Service, is_remote_context, path};
use crate::format::dockerfile::scope::{Base, Evaluation, Given, evaluate};
use crate::format::dockerfile::{self, Command, Dockerfile, Healthcheck, Stage};

/// Official images. They bring no healthcheck, by the rule of those who make them.
const OFFICIAL: &[&str] = &[
    "adminer",
    "alpine",
    "amazoncorretto",
    "bash",
    "buildpack-deps",
    "busybox",
    "caddy",
    "cassandra",
    "debian",
    "drupal",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "ghost",
    "golang",
    "gradle",
    "haproxy",
    "httpd",
    "joomla",
    "mariadb",
    "maven",
    "memcached",
    "mongo",
    "mysql",
    "nats",
    "nginx",
    "node",
    "openjdk",
    "perl",
    "php",
    "phpmyadmin",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "registry",
    "rockylinux",
    "ruby",
    "rust",
    "swift",
    "tomcat",
    "traefik",
    "ubuntu",
    "valkey",
    "wordpress",
    "zookeeper",
];

/// What an image says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It does: there is a healthcheck; the user is not root.
    Yes,
    /// It does not, and why that is known.
    No(String),
    /// It cannot be known, and why.
    Unknown(String),
    /// Its Dockerfile cannot be judged, which is said already.
    Unjudged,
}

/// The image of a service.
#[derive(Clone, Debug)]
pub(super) struct Image {
    /// Whether it brings a healthcheck.
    pub health: Known,
    /// Whether it runs as somebody else than root.
    pub non_root: Known,
}

/// The images of a project, by service.
#[derive(Debug, Default)]
pub(super) struct Images(BTreeMap<String, Image>);

/// The Dockerfiles that must be read.
pub(super) fn dockerfiles(project: &Project, settings: &Settings) -> Vec<String> {
    let services = project.services.iter();
    let matter = services.filter(|service| matters(project, service, settings));
    let paths = matter.filter_map(|service| dockerfile_of(service.build.as_ref()?));
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Whether something depends on what the image of this service says.
fn matters(project: &Project, service: &Service, settings: &Settings) -> bool {
    let name = &service.name.value;
    let asked = project.services.iter().flat_map(|other| &other.depends_on);
    let mut healthy = asked.filter(|on| on.condition.value == Condition::Healthy);
    let own_check = service
        .healthcheck
        .as_ref()
        .is_some_and(|check| check.disabled || !check.test.is_empty());
    let own_user = service.run.user.is_some();
    !own_check && (settings.healthcheck || healthy.any(|on| on.service.value == *name))
        || settings.non_root && !own_user
}

/// The path of a Dockerfile, when it is a file of the project.
fn dockerfile_of(build: &Build) -> Option<String> {
    let context = build.context.as_ref()?;
    if build.dockerfile_inline.is_some() || is_remote_context(context) {
        return None;
    }
    let named = build.dockerfile.as_ref();
    let name = named.map_or("Dockerfile", |name| name.value.as_str());
    Some(path::join(context, name))
}

impl Images {
    pub fn of<'f>(
        project: &Project,
        file: &dyn Fn(&str) -> Option<&'f File>,
        survey: &mut Survey,
    ) -> Self {
        let mut images = BTreeMap::new();
        for service in &project.services {
            let image = match &service.build {
                None => named(service.image.as_ref().map_or("", |image| &image.value)),
                Some(build) => {
                    let built = built(build, file);
                    built.unwrap_or_else(|why| {
                        let inline = || format!("the Dockerfile of `{}`", service.name);
                        let name = dockerfile_of(build).unwrap_or_else(inline);
                        survey.cannot_judge(&name, &why);
                        Image {
                            health: Known::Unjudged,
                            non_root: Known::Unjudged,
                        }
                    })
                }
            };
            images.insert(service.name.value.clone(), image);
        }
        Self(images)
    }

    pub fn get(&self, service: &Service) -> Option<&Image> {
        self.0.get(&service.name.value)
    }
}

fn unknown(why: &str) -> Image {
    Image {
        health: Known::Unknown(why.to_owned()),
        non_root: Known::Unknown(why.to_owned()),
    }
}

/// An image that somebody else has made.
fn named(reference: &str) -> Image {
    let why = format!("nothing is known of the image `{reference}`");
    let mut image = unknown(&why);
    if is_official(reference) {
        image.health = Known::No(format!("the image `{reference}` brings none"));
    }
    image
}

fn is_official(reference: &str) -> bool {
    let name = reference.split('@').next().unwrap_or_default();
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let name = name.split(':').next().unwrap_or_default();
    OFFICIAL.contains(&name)
}

/// An image that is built.
///
/// # Errors
/// Why its Dockerfile cannot be judged.
fn built<'f>(build: &Build, file: &dyn Fn(&str) -> Option<&'f File>) -> Result<Image, String> {
    let inline = build.dockerfile_inline.as_ref();
    if let Some(text) = inline {
        return of_dockerfile(text.value.as_bytes(), build);
    }
    let Some(path) = dockerfile_of(build) else {
        return Ok(unknown("its build context lies elsewhere"));
    };
    match file(&path) {
        Some(File::Bytes(bytes)) => of_dockerfile(bytes, build),
        Some(File::Missing) => Err("is not there".to_owned()),
        Some(File::Refused(why)) => Err(format!("cannot be read: {why}")),
        // Nothing depends on it, so that nobody asked.
        None => Ok(unknown("its Dockerfile was not read")),
    }
}

fn of_dockerfile(bytes: &[u8], build: &Build) -> Result<Image, String> {
    let file = dockerfile::parse(0, bytes);
    if let Some(error) = file.errors.first() {
        let (line, _) = file.place(error.span.start);
        return Err(format!("cannot be read: line {line}: {}", error.message));
    }
    let mut given = Given::default();
    for arg in &build.args {
        let value = arg.value.as_ref().map(|value| value.value.clone());
        given
            .args
            .extend(value.map(|value| (arg.name.value.clone(), value)));
    }
    let stage = match &build.target {
        None => file.stages.last(),
        Some(target) => stage(&file, target),
    };
    let Some(stage) = stage else {
        let target = build.target.as_ref().map_or("", |target| &target.value);
        return Err(format!("has no stage `{target}`"));
    };
    let values = evaluate(&file, &given);
    Ok(Image {
        health: health(&file, &values, stage.index),
        non_root: non_root(&file, &values, stage.index),
    })
}

fn stage<'d>(file: &'d Dockerfile, target: &str) -> Option<&'d Stage> {
    let named = file.stages.iter().rfind(|stage| stage.is_named(target));
    named.or_else(|| file.stages.get(target.parse::<usize>().ok()?))
}

/// The stages that a stage stands on, itself first, and what lies below them.
fn line(values: &Evaluation, start: usize) -> (Vec<usize>, Option<&Base>) {
    let mut line = vec![start];
    loop {
        let last = line.last().copied().unwrap_or(start);
        match values.stages.get(last).map(|stage| &stage.base) {
            Some(Base::Stage(below)) if *below < last => line.push(*below),
            base => return (line, base),
        }
    }
}

fn health(file: &Dockerfile, values: &Evaluation, start: usize) -> Known {
    let (line, base) = line(values, start);
    for stage in line.iter().filter_map(|index| file.stages.get(*index)) {
        for instruction in stage.instructions.iter().rev() {
            match &instruction.command {
                Command::Healthcheck(Healthcheck::None) => {
                    return Known::No("its Dockerfile says `HEALTHCHECK NONE`".to_owned());
                }
                Command::Healthcheck(Healthcheck::Cmd { .. }) => return Known::Yes,
                _ => {}
            }
        }
    }
    match base {
        Some(Base::Scratch) => Known::No("its Dockerfile has no HEALTHCHECK".to_owned()),
        Some(Base::Image(image)) if is_official(image) => Known::No(format!(
            "its Dockerfile has no HEALTHCHECK, nor has `{image}`"
        )),
        Some(Base::Image(image)) => Known::Unknown(format!(
            "its Dockerfile has no HEALTHCHECK, and nothing is known of `{image}`"
        )),
        _ => Known::Unknown("the base of its Dockerfile is not known".to_owned()),
    }
}

fn non_root(file: &Dockerfile, values: &Evaluation, start: usize) -> Known {
    let (line, base) = line(values, start);
    for index in line {
        let Some((stage, means)) = file.stages.get(index).zip(values.stages.get(index)) else {
            continue;
        };
        for (instruction, step) in stage.instructions.iter().zip(&means.steps).rev() {
            let Command::User(word) = &instruction.command else {
                continue;
            };
            let text = step.value(word).and_then(|value| value.text.as_ref().ok());
            return match text {
                Some(user) if is_root(user) => {
                    Known::No(format!("its Dockerfile says `USER {user}`"))
                }
                Some(_) => Known::Yes,
                None => Known::Unknown("its USER comes out of a variable".to_owned()),
            };
        }
    }
    match base {
        Some(Base::Scratch) => Known::No("its Dockerfile has no USER".to_owned()),
        Some(Base::Image(image)) if is_official(image) => {
            Known::No("its Dockerfile has no USER".to_owned())
        }
        _ => Known::Unknown("its Dockerfile has no USER".to_owned()),
    }
}

/// `root`, `0`, `0:0`, and nobody at all.
pub(super) fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    name.is_empty() || name == "root" || name.bytes().all(|byte| byte == b'0')
}
