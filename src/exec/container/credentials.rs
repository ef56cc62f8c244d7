//! What docker's own settings know of a registry: `auths`, `credHelpers`, `credsStore`.
//!
//! Shows nothing of them: what a helper says is neither output nor log. Must not know what is
//! fetched with them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::timeout;

use super::discover;
use super::session::Session;
use crate::exec::{Desk, Unheard};
use crate::model::{
    Answer, Collect, Command, ContainerOptions, Ending, NoAnswer, Place, RunRequest, SharedJobs,
    Unanswered, limits,
};
use crate::sys::fs::read_limited;

/// Bytes of docker's settings.
const CONFIG_BYTES: u64 = 1 << 20;
/// Docker's own registry, as its settings name it.
pub(super) const HUB: &str = "https://index.docker.io/v1/";
/// The user of an identity token.
pub(super) const TOKEN: &str = "<token>";

/// Docker's settings, as far as they are about registries.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Config {
    auths: BTreeMap<String, Auth>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Auth {
    /// `user:password` in base64.
    auth: String,
    identitytoken: String,
}

/// What a helper prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    username: String,
    secret: String,
}

/// A login for one registry. Never shown: it has no `Debug`.
pub(super) struct Login {
    /// The registry as engines name it.
    pub(super) server: String,
    /// `<token>` when the secret is an identity token.
    pub(super) username: String,
    pub(super) secret: String,
}

/// Docker's settings, read and not asked yet.
pub(super) struct Book(Config);

impl Book {
    /// Opens it; `None` when docker has no settings.
    ///
    /// # Errors
    /// When they cannot be read: without them, the engine would only say that there is no such
    /// image.
    pub(super) fn open(session: &Session) -> Result<Option<Self>, Unanswered> {
        Ok(config(session)?.map(Self))
    }

    fn helper(&self, registry: &str) -> Option<&String> {
        let mut named = self.0.cred_helpers.iter();
        let own = named.find(|(name, _)| host(name) == registry);
        let helper = own
            .map(|(_, helper)| helper)
            .or(self.0.creds_store.as_ref());
        helper.filter(|helper| !helper.is_empty())
    }

    /// The login for this registry; `None` when docker knows none.
    ///
    /// # Errors
    /// When what is written there, or the helper, is no use.
    pub(super) async fn login(
        &self,
        session: &Session,
        registry: &str,
        desk: &Desk<'_>,
    ) -> Result<Option<Login>, Unanswered> {
        let server = if registry == host(HUB) { HUB } else { registry };
        let login = |username: &str, secret: &str| Login {
            server: server.to_owned(),
            username: username.to_owned(),
            secret: secret.to_owned(),
        };
        if let Some(helper) = self.helper(registry)
            && let Some(printed) = ask(session, helper, server, desk).await?
        {
            return Ok(Some(login(&printed.username, &printed.secret)));
        }
        let mut auths = self.0.auths.iter();
        let Some((name, auth)) = auths.find(|(name, _)| host(name) == registry) else {
            return Ok(None);
        };
        if !auth.identitytoken.is_empty() {
            return Ok(Some(login(TOKEN, &auth.identitytoken)));
        }
        if auth.auth.is_empty() {
            return Ok(None);
        }
        let text = STANDARD.decode(auth.auth.trim()).ok();
        let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
        let parts = text.as_deref().and_then(|text| text.split_once(':'));
        let (username, secret) = parts.ok_or_else(|| broken(&format!("the login of {name}")))?;
        Ok(Some(login(username, secret.trim_end_matches('\0'))))
    }
}

fn config(session: &Session) -> Result<Option<Config>, Unanswered> {
    let Some(dir) = discover::docker_dir(&session.env) else {
        return Ok(None);
    };
    let path = dir.join("config.json");
    let text = match read_limited(&path, CONFIG_BYTES) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(broken("they are too large")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(broken(&error.to_string())),
    };
    // What serde says could quote a password.
    let config = serde_json::from_slice(&text)
        .map_err(|error| broken(&format!("line {}, column {}", error.line(), error.column())))?;
    Ok(Some(config))
}

fn broken(why: &str) -> Unanswered {
    let message = format!("docker's settings about registries cannot be read: {why}");
    Unanswered::new(NoAnswer::ImageMissing, message)
        .hint("mend ~/.docker/config.json (or the one in DOCKER_CONFIG), or `docker login` again")
}

/// The registry that an image's name leads to, as `host[:port]`.
pub(super) fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => host(first),
        _ => host(HUB),
    }
}

/// `host[:port]` of a key of the settings, which may be a whole address. Docker's own has many.
fn host(name: &str) -> &str {
    let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
    match rest.split('/').next().unwrap_or(rest) {
        "docker.io" | "registry-1.docker.io" => "index.docker.io",
        host => host,
    }
}

/// Asks `docker-credential-HELPER`; `None` when it has no login for this registry.
async fn ask(
    session: &Session,
    helper: &str,
    server: &str,
    desk: &Desk<'_>,
) -> Result<Option<Printed>, Unanswered> {
    let tame = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !helper.chars().all(tame) {
        return Err(broken("the name of a credential helper is no name"));
    }
    let name = format!("docker-credential-{helper}");
    // It reads the registry on its standard input, which a command of ours does not have.
    let script = r#"printf %s "$2" | "$1" get"#;
    let argv = ["/bin/sh", "-c", script, "sh", &name, server].map(str::to_owned);
    let request = RunRequest {
        place: Place::Host,
        command: Command::Argv(argv.to_vec()),
        cwd: ".".to_owned(),
        env: session.env.clone(),
        secrets: BTreeMap::new(),
        container: ContainerOptions::default(),
        capture_stdout: true,
        capture_stderr: false,
        collect: Collect::default(),
        jobserver: SharedJobs::Nobody,
    };
    // A stop is heard by whoever asks; this is dropped then.
    let (_nobody, stop) = watch::channel(None);
    let desk = Desk {
        gate: desk.gate,
        attempt: desk.attempt,
        cpus: desk.cpus,
        // What a helper says is secret.
        sink: &Unheard,
        stop,
    };
    let asked = timeout(limits::ENGINE_ANSWER, session.process.run(&request, &desk)).await;
    let Ok(Answer::Ran(ran)) = asked else {
        return Err(broken(&format!("{name} does not answer")));
    };
    let (ending, said) = (ran.ending, ran.stdout.unwrap_or_default());
    match ending {
        Ending::Exited(0) => serde_json::from_slice(&said)
            .map(Some)
            .map_err(|_| broken(&format!("{name} says something else than a login"))),
        _ if String::from_utf8_lossy(&said).contains("credentials not found") => Ok(None),
        _ => Err(broken(&format!("{name} failed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_registry() {
        for (image, to) in [
            ("alpine", "index.docker.io"),
            ("team/app:1", "index.docker.io"),
            ("docker.io/team/app", "index.docker.io"),
            ("localhost/app", "localhost"),
            (
                "registry.example:5000/app@sha256:0",
                "registry.example:5000",
            ),
        ] {
            assert_eq!(registry(image), to, "{image}");
        }
        assert_eq!(host("https://registry.example/v2/"), "registry.example");
    }
}
