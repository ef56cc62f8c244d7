//! Where the engine is: `DOCKER_HOST`, the docker context, or the well-known sockets.
//!
//! Reads docker's own files, asks no CLI and no global environment: the environment is handed in.
//! Must not know what is asked of the engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::{Digest, NoAnswer, Unanswered};

/// How an engine is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket on this machine.
    Unix(PathBuf),
    /// `host:port`, without TLS.
    Http(String),
    /// `host:port`, with the directory of `ca.pem`, `cert.pem` and `key.pem`.
    Https {
        address: String,
        certificates: PathBuf,
    },
}

/// A place where an engine may be, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) address: Address,
    /// `DOCKER_HOST`, `docker context "x"`, or `default`.
    pub(super) origin: String,
}

impl Endpoint {
    /// Whether the engine sees this machine's files, so that a bind mount means what it says.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.address, Address::Unix(_))
    }

    /// `unix:///var/run/docker.sock (default)`.
    pub(super) fn shown(&self) -> String {
        format!("{} ({})", self.url(), self.origin)
    }

    /// As `DOCKER_HOST` would have it.
    pub(super) fn url(&self) -> String {
        match &self.address {
            Address::Unix(path) => format!("unix://{}", path.display()),
            Address::Http(address) | Address::Https { address, .. } => format!("tcp://{address}"),
        }
    }
}

type Env = BTreeMap<String, String>;

/// The places to try, in order. One only when the user chose it: then no other may stand in.
pub(super) fn candidates(env: &Env) -> Result<Vec<Endpoint>, Unanswered> {
    if let Some(host) = set(env, "DOCKER_HOST") {
        return Ok(vec![endpoint(host, "DOCKER_HOST".to_owned(), tls_of(env))?]);
    }
    let context = match set(env, "DOCKER_CONTEXT") {
        Some(name) => Some(name.to_owned()),
        None => current_context(env)?,
    };
    match context.filter(|name| name != "default") {
        Some(name) => Ok(vec![from_context(env, &name)?]),
        None => Ok(well_known(env)),
    }
}

/// A variable that is set and not empty: docker's CLI reads an empty one as unset.
fn set<'a>(env: &'a Env, name: &str) -> Option<&'a str> {
    env.get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

/// Docker's own folder of settings.
pub(super) fn docker_dir(env: &Env) -> Option<PathBuf> {
    let home = || set(env, "HOME").map(|home| Path::new(home).join(".docker"));
    set(env, "DOCKER_CONFIG").map(PathBuf::from).or_else(home)
}

/// The certificates for a TCP address, when `DOCKER_TLS_VERIFY` asks for TLS.
fn tls_of(env: &Env) -> Option<PathBuf> {
    set(env, "DOCKER_TLS_VERIFY")?;
    set(env, "DOCKER_CERT_PATH")
        .map(PathBuf::from)
        .or_else(|| docker_dir(env))
}

fn endpoint(url: &str, origin: String, tls: Option<PathBuf>) -> Result<Endpoint, Unanswered> {
    let (scheme, rest) = url.split_once("://").ok_or_else(|| bad_url(url, &origin))?;
    let bare = rest.trim_end_matches('/').to_owned();
    let address = match (scheme, tls) {
        ("unix", _) => Address::Unix(PathBuf::from(rest)),
        ("tcp" | "https", Some(certificates)) => Address::Https {
            address: bare,
            certificates,
        },
        ("tcp" | "http", _) => Address::Http(bare),
        ("https", None) => return Err(no_certificates(url)),
        ("ssh", _) => return Err(ssh(url, &origin)),
        _ => return Err(bad_url(url, &origin)),
    };
    Ok(Endpoint { address, origin })
}

fn no_certificates(url: &str) -> Unanswered {
    absent(format!("{url} needs certificates")).hint(
        "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH=<folder with ca.pem, cert.pem, key.pem>",
    )
}

fn bad_url(url: &str, origin: &str) -> Unanswered {
    absent(format!(
        "{origin} is `{url}`, which is no address of an engine"
    ))
    .hint("write unix:///path/to/docker.sock or tcp://host:port")
}

fn ssh(url: &str, origin: &str) -> Unanswered {
    let hint = format!(
        "forward the socket: `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock {}`, \
         then DOCKER_HOST=unix:///tmp/docker.sock",
        url.trim_start_matches("ssh://")
    );
    absent(format!(
        "{origin} is `{url}`: prove does not speak ssh to an engine"
    ))
    .hint(hint)
}

fn absent(message: String) -> Unanswered {
    Unanswered::new(NoAnswer::EngineAbsent, message)
}

/// `currentContext` of docker's `config.json`.
fn current_context(env: &Env) -> Result<Option<String>, Unanswered> {
    let Some(path) = docker_dir(env).map(|dir| dir.join("config.json")) else {
        return Ok(None);
    };
    let Some(config) = read_json(&path)? else {
        return Ok(None);
    };
    let name = config.get("currentContext").and_then(|name| name.as_str());
    Ok(name.filter(|name| !name.is_empty()).map(str::to_owned))
}

fn from_context(env: &Env, name: &str) -> Result<Endpoint, Unanswered> {
    let origin = format!("docker context \"{name}\"");
    let unknown = || {
        absent(format!("{origin} is not known")).hint("`docker context ls` shows those that are")
    };
    let dir = docker_dir(env).ok_or_else(unknown)?.join("contexts");
    let id = Digest::of(name.as_bytes()).hex();
    let meta = read_json(&dir.join("meta").join(&id).join("meta.json"))?.ok_or_else(unknown)?;
    let docker = meta.pointer("/Endpoints/docker").ok_or_else(unknown)?;
    let host = docker
        .get("Host")
        .and_then(|host| host.as_str())
        .ok_or_else(unknown)?;
    if docker
        .get("SkipTLSVerify")
        .and_then(serde_json::Value::as_bool)
        == Some(true)
    {
        return Err(absent(format!("{origin} skips the check of certificates"))
            .hint("prove does not: recreate the context with the engine's CA"));
    }
    let tls = dir.join("tls").join(&id).join("docker");
    endpoint(host, origin, tls.is_dir().then_some(tls))
}

/// A JSON file; `None` when it is not there.
fn read_json(path: &Path) -> Result<Option<serde_json::Value>, Unanswered> {
    let broken = |why: String| {
        absent(format!("cannot read {}: {why}", path.display()))
            .hint("mend the file, or set DOCKER_HOST")
    };
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|e| broken(e.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(broken(error.to_string())),
    }
}

fn well_known(env: &Env) -> Vec<Endpoint> {
    let runtime = set(env, "XDG_RUNTIME_DIR").map(Path::new);
    let sockets = [
        Some(PathBuf::from("/var/run/docker.sock")),
        runtime.map(|dir| dir.join("docker.sock")),
        runtime.map(|dir| dir.join("podman/podman.sock")),
        Some(PathBuf::from("/run/podman/podman.sock")),
    ];
    let endpoint = |path| Endpoint {
        address: Address::Unix(path),
        origin: "default".to_owned(),
    };
    sockets.into_iter().flatten().map(endpoint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn urls(pairs: &[(&str, &str)]) -> Vec<String> {
        candidates(&env(pairs))
            .unwrap()
            .iter()
            .map(Endpoint::url)
            .collect()
    }

    fn refusal(pairs: &[(&str, &str)]) -> Unanswered {
        candidates(&env(pairs)).unwrap_err()
    }

    #[test]
    fn what_the_user_chose_has_no_stand_in() {
        assert_eq!(
            urls(&[("DOCKER_HOST", "unix:///x.sock")]),
            ["unix:///x.sock"]
        );
        assert_eq!(urls(&[("DOCKER_HOST", "tcp://h:2375/")]), ["tcp://h:2375"]);
    }

    #[test]
    fn without_a_choice_the_well_known_sockets_are_tried() {
        let all = urls(&[("XDG_RUNTIME_DIR", "/run/user/7"), ("DOCKER_HOST", "")]);
        assert_eq!(
            all,
            [
                "unix:///var/run/docker.sock",
                "unix:///run/user/7/docker.sock",
                "unix:///run/user/7/podman/podman.sock",
                "unix:///run/podman/podman.sock"
            ]
        );
    }

    #[test]
    fn tls_takes_its_certificates_along() {
        let tls = [
            ("DOCKER_HOST", "tcp://h:2376"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/certs"),
        ];
        let found = candidates(&env(&tls)).unwrap();
        let certificates = PathBuf::from("/certs");
        assert_eq!(
            found[0].address,
            Address::Https {
                address: "h:2376".to_owned(),
                certificates
            }
        );
        assert!(
            refusal(&[("DOCKER_HOST", "https://h")])
                .hint
                .unwrap()
                .contains("CERT_PATH")
        );
    }

    #[test]
    fn what_cannot_be_spoken_is_named_with_a_remedy() {
        let ssh = refusal(&[("DOCKER_HOST", "ssh://me@box")]);
        assert_eq!(ssh.why, NoAnswer::EngineAbsent);
        assert!(ssh.hint.unwrap().contains("me@box"));
        assert!(
            refusal(&[("DOCKER_HOST", "nonsense")])
                .message
                .contains("nonsense")
        );
        assert!(
            refusal(&[("DOCKER_CONTEXT", "gone")])
                .message
                .contains("gone")
        );
    }

    #[test]
    fn the_current_context_is_read_from_dockers_own_files() {
        let home = tempfile::tempdir().unwrap();
        let id = Digest::of(b"lab").hex();
        let meta = home.path().join("contexts/meta").join(&id);
        std::fs::create_dir_all(&meta).unwrap();
        let text = r#"{"Name":"lab","Endpoints":{"docker":{"Host":"tcp://lab:1"}}}"#;
        std::fs::write(meta.join("meta.json"), text).unwrap();
        std::fs::write(
            home.path().join("config.json"),
            r#"{"currentContext":"lab"}"#,
        )
        .unwrap();
        let config = home.path().to_str().unwrap();
        assert_eq!(urls(&[("DOCKER_CONFIG", config)]), ["tcp://lab:1"]);
        let chosen = [("DOCKER_CONFIG", config), ("DOCKER_HOST", "unix:///y")];
        assert_eq!(urls(&chosen), ["unix:///y"]);
        std::fs::write(home.path().join("config.json"), "{").unwrap();
        assert!(
            refusal(&[("DOCKER_CONFIG", config)])
                .message
                .contains("config.json")
        );
    }
}
