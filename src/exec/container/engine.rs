//! The engine: one connection, bounded questions, and errors in our own words.
//!
//! The only file that knows how bollard connects and how its errors look.
//! Must not know what a gate is.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, Docker};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::discover::{Address, Endpoint};
use crate::model::{NoAnswer, Unanswered};

/// Seconds that a request with real work (build, wait, pull) may take until its headers come:
/// the stop signal bounds it, not a clock.
const UNBOUNDED_SECONDS: u64 = 10 * 365 * 24 * 3600;

/// A connected engine.
pub(super) struct Engine {
    docker: Docker,
    pub(super) endpoint: Endpoint,
    /// How long a question that needs no work may take.
    answer: Duration,
}

/// Why the engine did not do as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It answered, with an error of its own.
    Refused { status: u16, message: String },
    /// It broke off the work with an error of its own in the middle of a stream.
    Broke(String),
    /// It did not answer, or not to the end.
    Gone(String),
}

impl Trouble {
    /// HTTP 404: there is no such thing.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// The words.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Refused { message, .. } | Self::Broke(message) | Self::Gone(message) => message,
        }
    }

    /// No answer, of this class unless the engine is gone.
    pub(super) fn unanswered(self, why: NoAnswer, doing: &str) -> Unanswered {
        match self {
            Self::Gone(message) => {
                Unanswered::new(NoAnswer::EngineGone, format!("{doing}: {message}"))
                    .hint("look after the engine (`docker info`), then run again")
            }
            Self::Refused { message, .. } | Self::Broke(message) => {
                Unanswered::new(why, format!("{doing}: {}", message.trim()))
            }
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::DockerResponseServerError {
                status_code,
                message,
            } => Self::Refused {
                status: status_code,
                message,
            },
            Error::DockerStreamError { error } => Self::Broke(error),
            Error::RequestTimeoutError => Self::Gone("the engine does not answer".to_owned()),
            other => Self::Gone(format!("the engine broke off: {}", whole_chain(&other))),
        }
    }
}

/// An error with its causes: hyper says what happened only in the last of them.
fn whole_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}

impl Engine {
    /// Connects to the first of these that answers.
    pub(super) async fn connect(
        candidates: Vec<Endpoint>,
        answer: Duration,
    ) -> Result<Self, Unanswered> {
        let mut tried = Vec::new();
        let mut worst = None;
        for endpoint in candidates {
            let shown = endpoint.shown();
            match Self::open(endpoint, answer).await {
                Ok(engine) => return Ok(engine),
                Err(why) => {
                    tried.push(format!("{shown}: {}", why.message));
                    let missing = why.hint.is_none();
                    if worst.is_none() || !missing {
                        worst = Some(why);
                    }
                }
            }
        }
        let (class, hint) = worst.map_or((NoAnswer::EngineAbsent, None), |w| (w.why, w.hint));
        let message = format!("no container engine answers; tried {}", tried.join("; "));
        let start = "start Docker or Podman, or say where it is with DOCKER_HOST";
        Err(Unanswered::new(class, message).hint(hint.unwrap_or_else(|| start.to_owned())))
    }

    async fn open(endpoint: Endpoint, answer: Duration) -> Result<Self, Unanswered> {
        match &endpoint.address {
            Address::Unix(path) => knock(path, answer).await?,
            Address::Http(_) | Address::Https { .. } => have_a_thread()?,
        }
        let docker = client(&endpoint.address).map_err(|error| {
            absent(whole_chain(&error)).hint("check the address and the certificates")
        })?;
        let engine = Self {
            docker,
            endpoint,
            answer,
        };
        let docker = engine
            .bounded(engine.docker.clone().negotiate_version())
            .await;
        match docker {
            Ok(docker) => Ok(Self { docker, ..engine }),
            Err(Trouble::Gone(message)) if message.contains("does not answer") => {
                Err(Unanswered::new(NoAnswer::EngineGone, message)
                    .hint("the engine accepts connections and says nothing: restart it"))
            }
            Err(trouble) => Err(absent(trouble.message().to_owned())
                .hint("something answers there, but not as a container engine")),
        }
    }

    /// The client for questions that need no work.
    pub(super) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// A client for work whose length nobody knows.
    pub(super) fn patient(&self) -> Docker {
        self.docker
            .clone()
            .with_timeout(Duration::from_secs(UNBOUNDED_SECONDS))
    }

    /// Asks a question that needs no work: at most the limit, answer read to its end.
    pub(super) async fn bounded<T>(
        &self,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Trouble> {
        within(self.answer, question).await
    }

    /// As [`Engine::bounded`], and asked to the end also when nobody waits any more: a request
    /// that is dropped half-way may be carried out all the same.
    pub(super) fn detached<T: Send + Sync + 'static>(
        &self,
        question: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Told<T> {
        let (tell, told) = watch::channel(None);
        let limit = self.answer;
        tokio::spawn(async move {
            tell.send_replace(Some(within(limit, question).await));
        });
        told
    }
}

/// An answer that is there or on its way.
pub(super) type Told<T> = watch::Receiver<Option<Result<T, Trouble>>>;

async fn within<T>(
    limit: Duration,
    question: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    match timeout(limit, question).await {
        Ok(answer) => answer.map_err(Trouble::from),
        Err(_) => {
            let seconds = limit.as_secs_f32();
            Err(Trouble::Gone(format!(
                "the engine does not answer within {seconds} s"
            )))
        }
    }
}

fn client(address: &Address) -> Result<Docker, Error> {
    match address {
        Address::Unix(path) => Docker::connect_with_unix(
            &format!("unix://{}", path.display()),
            UNBOUNDED_SECONDS,
            API_DEFAULT_VERSION,
        ),
        Address::Http(address) => {
            Docker::connect_with_http(address, UNBOUNDED_SECONDS, API_DEFAULT_VERSION)
        }
        Address::Https {
            address,
            certificates,
        } => Docker::connect_with_ssl(
            address,
            &certificates.join("key.pem"),
            &certificates.join("cert.pem"),
            &certificates.join("ca.pem"),
            UNBOUNDED_SECONDS,
            API_DEFAULT_VERSION,
        ),
    }
}

/// Names of machines are looked up on a thread of the runtime, which panics where it cannot start
/// its first: so that is tried before, and then that thread stays.
fn have_a_thread() -> Result<(), Unanswered> {
    crate::sys::env::has_room_for_threads().map_err(|error| {
        absent(format!("no thread can be started: {error}"))
            .hint("raise the limit on processes: `ulimit -u`")
    })?;
    drop(tokio::task::spawn_blocking(|| ()));
    Ok(())
}

/// Opens the socket once by hand: the kernel's own error says more than any client's.
async fn knock(path: &Path, answer: Duration) -> Result<(), Unanswered> {
    use std::io::ErrorKind;
    let error = match timeout(answer, UnixStream::connect(path)).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error,
        Err(_) => {
            return Err(
                Unanswered::new(NoAnswer::EngineGone, "it does not accept connections")
                    .hint("restart the engine"),
            );
        }
    };
    Err(match error.kind() {
        ErrorKind::NotFound => absent("not there".to_owned()),
        ErrorKind::PermissionDenied => absent("permission denied".to_owned()).hint(
            "add yourself to the group `docker` (`sudo usermod -aG docker $USER`, log in again), \
             or use a rootless engine",
        ),
        ErrorKind::ConnectionRefused => {
            absent("nobody listens".to_owned()).hint("start the engine (`systemctl start docker`)")
        }
        _ => absent(error.to_string()),
    })
}

fn absent(message: String) -> Unanswered {
    Unanswered::new(NoAnswer::EngineAbsent, message)
}
