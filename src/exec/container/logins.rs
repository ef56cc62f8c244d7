//! The logins that one pull or one build shows to the engine, in the forms in which engines read
//! them, and a sink behind which they are not seen again.
//!
//! A registry may repeat what it was shown in its own words. Must not know where logins come from.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bollard::auth::DockerCredentials;
use bollard::{BollardRequest, Docker};
use serde_json::{Value, json};

use super::credentials::{Book, HUB, Login, TOKEN, registry};
use super::engine::Trouble;
use super::session::Session;
use super::{Desk, Sink, image};
use crate::exec::Stream;
use crate::model::{Masker, NoAnswer, Unanswered};

/// Docker's own registry, as BuildKit asks for it.
const HUB_HOST: &str = "registry-1.docker.io";

/// None, one, or one for each registry.
#[derive(Default)]
pub(super) struct Logins {
    known: Vec<Login>,
    /// A registry will be asked, with a login or without.
    asks: bool,
}

impl Logins {
    /// The login for the registry of this image.
    ///
    /// # Errors
    /// When docker's settings or its helper cannot be read.
    pub(super) async fn of_image(
        session: &Session,
        image: &str,
        desk: &Desk<'_>,
    ) -> Result<Self, Unanswered> {
        let Some(book) = Book::open(session)? else {
            return Ok(Self::default());
        };
        let login = book.login(session, registry(image), desk).await?;
        Ok(Self {
            known: login.into_iter().collect(),
            asks: true,
        })
    }

    /// The logins that a build on these images needs. Helpers are other people's programs: none is
    /// asked for a registry that nothing is fetched from, because all of it is on the engine.
    ///
    /// # Errors
    /// When they are needed, and docker's settings or a helper cannot be read.
    pub(super) async fn of_images(
        session: &Session,
        images: &BTreeSet<String>,
        (platform, desk): (Option<&str>, &Desk<'_>),
    ) -> Result<Self, Unanswered> {
        let book = Book::open(session);
        let mut registries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for image in images {
            registries.entry(registry(image)).or_default().push(image);
        }
        let mut logins = Self::default();
        for (registry, images) in registries {
            // What the engine has may be of another platform than the one that is asked for.
            if platform.is_none() && all_there(session, &images).await? {
                continue;
            }
            logins.asks = true;
            let book = book.as_ref().map_err(Clone::clone)?;
            if let Some(book) = book {
                let login = book.login(session, registry, desk).await?;
                logins.known.extend(login);
            }
        }
        Ok(logins)
    }

    /// Whether a registry will be asked: then BuildKit needs somebody whom it can ask for a login,
    /// also when there is none. Without, it cannot even ask as nobody.
    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// A client that shows the login with a pull (`X-Registry-Auth`).
    pub(super) fn with_auth(&self, client: Docker) -> Docker {
        match self.known.first() {
            Some(login) => with_header(client, "X-Registry-Auth", &written(login)),
            None => client,
        }
    }

    /// A client that shows the logins with a classic build (`X-Registry-Config`).
    pub(super) fn with_config(&self, client: Docker) -> Docker {
        if self.known.is_empty() {
            return client;
        }
        let all = self
            .known
            .iter()
            .map(|login| (login.server.clone(), written(login)));
        let config = Value::Object(all.collect());
        with_header(client, "X-Registry-Config", &config)
    }

    /// As BuildKit asks for them, by host.
    pub(super) fn by_host(&self) -> HashMap<String, DockerCredentials> {
        let of_host = |login: &Login| {
            let host = if login.server == HUB {
                HUB_HOST
            } else {
                &login.server
            };
            let secret = Some(login.secret.clone());
            let credentials = if login.username == TOKEN {
                DockerCredentials {
                    identitytoken: secret,
                    ..DockerCredentials::default()
                }
            } else {
                DockerCredentials {
                    username: Some(login.username.clone()),
                    password: secret,
                    ..DockerCredentials::default()
                }
            };
            (host.to_owned(), credentials)
        };
        self.known.iter().map(of_host).collect()
    }

    fn masker(&self) -> Masker {
        let pair = |login: &Login| STANDARD.encode(format!("{}:{}", login.username, login.secret));
        let pairs: Vec<String> = self.known.iter().map(pair).collect();
        let secrets = self.known.iter().map(|login| login.secret.as_str());
        Masker::new(secrets.chain(pairs.iter().map(String::as_str)))
    }

    /// A text without the logins.
    pub(super) fn mask_text(&self, text: String) -> String {
        match self.known.is_empty() {
            true => text,
            false => self.masker().text(&text),
        }
    }

    /// No answer, without the logins.
    pub(super) fn mask(&self, why: Unanswered) -> Unanswered {
        Unanswered {
            message: self.mask_text(why.message),
            hint: why.hint.map(|hint| self.mask_text(hint)),
            ..why
        }
    }

    /// A sink that hands on what it hears without the logins.
    pub(super) fn hushed<'s>(&self, sink: &'s dyn Sink) -> Hushed<'s> {
        let masker = self.masker();
        Hushed {
            sink,
            stdout: RefCell::new(masker.clone()),
            stderr: RefCell::new(masker),
        }
    }
}

/// Whether the engine has all of these. A name that it refuses to look for is none that it has.
async fn all_there(session: &Session, images: &[&str]) -> Result<bool, Unanswered> {
    for name in images {
        match image::identity(&session.engine, name).await {
            Ok(_) => {}
            Err(Trouble::Refused { .. } | Trouble::Broke(_)) => return Ok(false),
            Err(gone @ Trouble::Gone(_)) => {
                let doing = format!("looking for the base image {name}");
                return Err(gone.unanswered(NoAnswer::EngineGone, &doing));
            }
        }
    }
    Ok(true)
}

fn written(login: &Login) -> Value {
    let Login {
        server,
        username,
        secret,
    } = login;
    if username == TOKEN {
        json!({ "identitytoken": secret, "serveraddress": server })
    } else {
        json!({ "username": username, "password": secret, "serveraddress": server })
    }
}

/// A client that sends this with every request, in the alphabet of URLs, as engines read it. (The
/// one of mail, which the library writes, they refuse for some passwords only.)
fn with_header(client: Docker, name: &'static str, value: &Value) -> Docker {
    let value = URL_SAFE.encode(value.to_string());
    client.with_request_modifier(move |mut request: BollardRequest| {
        // Letters, digits, `-`, `_` and `=` alone: always a header's value.
        if let Ok(value) = value.parse() {
            request.headers_mut().insert(name, value);
        }
        request
    })
}

/// See [`Logins::hushed`]. What it held back it lets go of when it is dropped.
pub(super) struct Hushed<'s> {
    sink: &'s dyn Sink,
    stdout: RefCell<Masker>,
    stderr: RefCell<Masker>,
}

impl Sink for Hushed<'_> {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        let masker = match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
        };
        let shown = masker.borrow_mut().push(bytes);
        if !shown.is_empty() {
            self.sink.output(stream, &shown);
        }
    }

    fn progress(&self, line: &str) {
        self.sink.progress(&self.stdout.borrow().text(line));
    }

    fn keep_dir(&self) -> Option<PathBuf> {
        self.sink.keep_dir()
    }
}

impl Drop for Hushed<'_> {
    fn drop(&mut self) {
        for (stream, masker) in [
            (Stream::Stdout, &self.stdout),
            (Stream::Stderr, &self.stderr),
        ] {
            let rest = masker.borrow_mut().finish();
            if !rest.is_empty() {
                self.sink.output(stream, &rest);
            }
        }
    }
}
