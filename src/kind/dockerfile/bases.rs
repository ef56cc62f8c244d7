//! What is known of well-known base images without pulling them: whose user they run as, whether
//! there is a shell, which programs they lack. A small table; of any other image nothing is known,
//! and then nothing is said.
//!
//! Taken from the Dockerfiles that the makers publish: the official images
//! (<https://github.com/docker-library/official-images>), distroless
//! (<https://github.com/GoogleContainerTools/distroless>), Chainguard
//! (<https://edu.chainguard.dev/chainguard/chainguard-images/>). Must not know rules.

use crate::format::reference::parts;

/// What is known of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// The user that it runs as; none when that is not known.
    pub user: Option<&'static str>,
    /// It has no shell at all, nor anything else that could be run by name.
    pub bare: bool,
    /// Programs that it does not have, out of those that health checks are made of.
    pub lacks: &'static [&'static str],
    /// The compilers that it brings.
    pub brings: &'static [&'static str],
    /// The package managers that it brings.
    pub managers: &'static [&'static str],
    /// Its environment is `PATH` and nothing else.
    pub plain: bool,
}

/// An official image of Docker's registry, by its name.
struct Official {
    name: &'static str,
    /// What its plain tags are made on.
    flavour: Flavour,
    brings: &'static [&'static str],
    /// Besides that of its system.
    manager: &'static str,
}

/// What an image is made on, as its tag says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavour {
    /// busybox and apk.
    Alpine,
    /// busybox alone.
    Busybox,
    /// Debian without anything that fetches.
    Slim,
    /// Debian with curl and wget (`buildpack-deps`).
    Full,
    /// Nobody says.
    Other,
}

/// Images that are made as these flavours say; all run as root.
const OFFICIAL: &[Official] = &[
    official("alpine", Flavour::Alpine, &[], ""),
    official("debian", Flavour::Slim, &[], ""),
    official("ubuntu", Flavour::Slim, &[], ""),
    official("node", Flavour::Full, &[], "npm"),
    official("python", Flavour::Full, &[], "pip"),
    official("ruby", Flavour::Full, &[], "gem"),
    official("golang", Flavour::Full, &["go"], ""),
    official("rust", Flavour::Full, &["cargo", "rustc"], "cargo"),
    official("gcc", Flavour::Full, &["gcc"], ""),
    official("maven", Flavour::Other, &["mvn", "javac"], ""),
    official("gradle", Flavour::Other, &["gradle", "javac"], ""),
    official("fedora", Flavour::Other, &[], "dnf"),
    official("rockylinux", Flavour::Other, &[], "dnf"),
    official("almalinux", Flavour::Other, &[], "dnf"),
    official("amazonlinux", Flavour::Other, &[], "dnf"),
    official("eclipse-temurin", Flavour::Other, &[], ""),
    official("php", Flavour::Other, &[], ""),
    official("nginx", Flavour::Other, &[], ""),
    official("httpd", Flavour::Other, &[], ""),
    official("busybox", Flavour::Busybox, &[], ""),
];

/// Images with a user of their own: host, how the path starts, the user.
const OWN_USER: &[(&str, &str, &str)] = &[
    ("docker.io", "nginxinc/nginx-unprivileged", "101"),
    ("ghcr.io", "nginxinc/nginx-unprivileged", "101"),
    ("docker.io", "prom/prometheus", "nobody"),
    ("docker.io", "grafana/grafana", "472"),
    ("docker.io", "jenkins/jenkins", "jenkins"),
    ("cgr.dev", "chainguard/static", "65532"),
    ("cgr.dev", "chainguard/node", "65532"),
    ("cgr.dev", "chainguard/python", "65532"),
    ("cgr.dev", "chainguard/nginx", "65532"),
    ("cgr.dev", "chainguard/jre", "65532"),
];

const fn official(
    name: &'static str,
    flavour: Flavour,
    brings: &'static [&'static str],
    manager: &'static str,
) -> Official {
    Official {
        name,
        flavour,
        brings,
        manager,
    }
}

/// What is known of an image.
pub(super) fn known(image: &str) -> Known {
    let parts = parts(image);
    let tag = parts.tag.unwrap_or("latest");
    if parts.host == "gcr.io" && parts.path.starts_with("distroless/") {
        return distroless(tag);
    }
    let own = OWN_USER
        .iter()
        .find(|(host, path, _)| parts.host == *host && parts.path.starts_with(path));
    if let Some((host, _, user)) = own {
        return Known {
            user: Some(user),
            bare: *host == "cgr.dev" && !tag.contains("dev"),
            ..Known::default()
        };
    }
    let name = parts.path.strip_prefix("library/");
    let official = OFFICIAL
        .iter()
        .find(|image| parts.host == "docker.io" && Some(image.name) == name);
    official.map_or(Known::default(), |image| Known {
        user: Some("root"),
        bare: false,
        lacks: lacks(image, tag),
        brings: image.brings,
        managers: managers(image, tag),
        plain: PLAIN.contains(&image.name),
    })
}

fn distroless(tag: &str) -> Known {
    let nonroot = tag.contains("nonroot");
    Known {
        user: Some(if nonroot { "65532" } else { "root" }),
        bare: !tag.contains("debug"),
        ..Known::default()
    }
}

/// Images that set no variable.
const PLAIN: [&str; 4] = ["alpine", "debian", "ubuntu", "busybox"];

/// That of the system, and its own.
fn managers(image: &Official, tag: &str) -> &'static [&'static str] {
    match (flavour(image, tag), image.manager) {
        (Flavour::Alpine, "npm") => &["apk", "npm"],
        (Flavour::Alpine, "pip") => &["apk", "pip"],
        (Flavour::Alpine, "gem") => &["apk", "gem"],
        (Flavour::Alpine, "cargo") => &["apk", "cargo"],
        (Flavour::Alpine, _) => &["apk"],
        (Flavour::Slim | Flavour::Full, "npm") => &["apt", "npm"],
        (Flavour::Slim | Flavour::Full, "pip") => &["apt", "pip"],
        (Flavour::Slim | Flavour::Full, "gem") => &["apt", "gem"],
        (Flavour::Slim | Flavour::Full, "cargo") => &["apt", "cargo"],
        (Flavour::Slim | Flavour::Full, _) => &["apt"],
        (Flavour::Other, "dnf") => &["dnf"],
        (Flavour::Busybox | Flavour::Other, _) => &[],
    }
}

fn lacks(image: &Official, tag: &str) -> &'static [&'static str] {
    match flavour(image, tag) {
        Flavour::Alpine | Flavour::Busybox => &["curl", "bash"],
        Flavour::Slim => &["curl", "wget", "nc", "netcat"],
        Flavour::Full | Flavour::Other => &[],
    }
}

fn flavour(image: &Official, tag: &str) -> Flavour {
    // Images whose variants do not follow their tags: nginx brings curl in most of them.
    if image.flavour == Flavour::Other {
        return Flavour::Other;
    }
    let has = |word: &str| tag.split('-').any(|part| part.starts_with(word));
    if has("alpine") {
        Flavour::Alpine
    } else if has("slim") {
        Flavour::Slim
    } else if has("windowsservercore") || has("nanoserver") || has("onbuild") {
        Flavour::Other
    } else {
        image.flavour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_what_an_image_is_made_on() {
        let lacks = |image: &str, program: &str| known(image).lacks.contains(&program);
        assert!(lacks("node:20-alpine3.20", "curl"));
        assert!(!lacks("node:20-alpine", "wget"));
        assert!(lacks("python:3.13-slim-bookworm", "wget"));
        assert!(!lacks("python:3.13", "curl"));
        assert!(lacks("debian:bookworm", "wget"));
        assert!(!lacks("nginx:alpine", "curl"));
        assert!(lacks("docker.io/library/alpine@sha256:00", "curl"));
    }

    #[test]
    fn users_are_known_where_their_makers_say() {
        assert_eq!(known("gcr.io/distroless/cc-debian12").user, Some("root"));
        assert_eq!(
            known("gcr.io/distroless/static:debug-nonroot").user,
            Some("65532")
        );
        assert_eq!(known("node:22").user, Some("root"));
        assert_eq!(known("registry.example.com/node:22"), Known::default());
        assert!(known("gcr.io/distroless/static").bare);
        assert!(!known("gcr.io/distroless/static:debug").bare);
    }
}
