//! Builds with the engine itself: its BuildKit (`/build?version=2`) or the classic builder.
//!
//! BuildKit gets a session only when it must ask a registry: no secrets, no ssh, but also nothing
//! that newer engines have deprecated. Must not know how an image is held.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bollard::moby::buildkit::v1::StatusResponse;
use bollard::models::{BuildInfo, BuildInfoAux};
use bollard::query_parameters::{BuildImageOptions, BuildImageOptionsBuilder, BuilderVersion};
use bollard::{BollardRequest, Docker, body_try_stream};
use futures_util::StreamExt;

use super::context::Context;
use super::words::{self, Said, Steps, Tail};
use super::{End, finish};
use crate::exec::container::engine::{Engine, Trouble};
use crate::exec::container::logins::Logins;
use crate::exec::container::session::Session;
use crate::exec::{Desk, Stream};
use crate::model::{BuildRequest, NoAnswer, Unanswered};

/// Which of the engine's two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exec::container) enum Native {
    BuildKit,
    Classic,
}

/// Builds; `made` hears the short id of each image that the classic builder makes on the way. The
/// caller drops this future to stop it: the engine then cancels the build.
pub(super) async fn build(
    session: &Session,
    native: Native,
    request: &BuildRequest,
    (context, logins, desk): (Context, &Logins, &Desk<'_>),
    made: &dyn Fn(&str),
) -> Result<End, Unanswered> {
    let mut options = options(request, &context);
    let mut shown = None;
    if native == Native::BuildKit && logins.asks() {
        let (run, number) = (&session.lease.owner.run, session.number());
        options.version = BuilderVersion::BuilderBuildKit;
        options.session = Some(format!("prove-{run}-{number}"));
        shown = Some(logins.by_host());
    }
    let client = client(&session.engine, native, logins);
    let (stream, unread) = Arc::new(context).stream();
    let mut replies = client.build_image(options, shown, Some(body_try_stream(stream)));
    let mut fold = Fold {
        desk,
        id: None,
        seen: BTreeSet::new(),
        tail: Tail::default(),
        line: String::new(),
        steps: Steps::default(),
        made,
    };
    let mut ended = Ok(());
    while let Some(reply) = replies.next().await {
        ended = reply
            .map_err(Trouble::from)
            .and_then(|info| fold.take(info));
        if ended.is_err() {
            break;
        }
    }
    fold.flush();
    if let Some(why) = unread.get() {
        let message = format!("the build context could not be read: {why}");
        return Err(Unanswered::new(NoAnswer::Io, message)
            .hint("mend it, or leave it out with .dockerignore"));
    }
    finish(ended, fold.id, fold.tail)
}

fn options(request: &BuildRequest, context: &Context) -> BuildImageOptions {
    let args: HashMap<String, String> = request.args.clone().into_iter().collect();
    let mut options = BuildImageOptionsBuilder::default()
        .dockerfile(&context.dockerfile_name)
        .buildargs(&args)
        .rm(true)
        // Without this a failed step leaves its container behind.
        .forcerm(true);
    if let Some(target) = &request.target {
        options = options.target(target);
    }
    if let Some(platform) = &request.platform {
        options = options.platform(platform);
    }
    if let Some(network) = &request.network {
        options = options.networkmode(network);
    }
    options.build()
}

/// bollard asks for BuildKit only with a session; the engine needs one only to ask for logins.
fn client(engine: &Engine, native: Native, logins: &Logins) -> Docker {
    let client = engine.patient();
    match native {
        Native::Classic => logins.with_config(client),
        Native::BuildKit => client.with_request_modifier(|request: BollardRequest| {
            let (mut parts, body) = request.into_parts();
            let uri = parts.uri.to_string();
            if let Ok(uri) = uri.replacen("version=1", "version=2", 1).parse() {
                parts.uri = uri;
            }
            BollardRequest::from_parts(parts, body)
        }),
    }
}

/// Folds what the engine says into progress, output and the id.
struct Fold<'a> {
    desk: &'a Desk<'a>,
    id: Option<String>,
    /// Steps that were told, with whether they were told as cached.
    seen: BTreeSet<(String, bool)>,
    tail: Tail,
    /// The classic builder's open line.
    line: String,
    steps: Steps,
    made: &'a dyn Fn(&str),
}

impl Fold<'_> {
    fn take(&mut self, info: BuildInfo) -> Result<(), Trouble> {
        if let Some(message) = info.error_detail.and_then(|detail| detail.message) {
            return Err(Trouble::Broke(message));
        }
        match info.aux {
            Some(BuildInfoAux::BuildKit(status)) => self.status(&status),
            Some(BuildInfoAux::Default(image)) => self.id = image.id.or(self.id.take()),
            None => {}
        }
        if let Some(text) = info.stream {
            self.classic(&text);
        }
        if let Some(status) = info.status.filter(|_| info.progress_detail.is_none()) {
            self.desk.sink.progress(status.trim_end());
        }
        Ok(())
    }

    fn classic(&mut self, text: &str) {
        self.line.push_str(text);
        while let Some(at) = self.line.find('\n') {
            let line: String = self.line.drain(..=at).collect();
            if let Some(id) = self.steps.made(&line) {
                (self.made)(id);
            }
            match words::classic(&line) {
                Some(Said::Step(step)) => self.tell(&step),
                Some(Said::Output(text)) => self.output(Stream::Stdout, text.as_bytes()),
                None => {}
            }
        }
        if self.line.len() > words::LINE_BYTES {
            self.flush();
        }
    }

    /// Puts out what stands in the open line.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.output(Stream::Stdout, line.as_bytes());
        }
    }

    fn status(&mut self, status: &StatusResponse) {
        for vertex in &status.vertexes {
            if vertex.started.is_none() && !vertex.cached {
                continue;
            }
            if vertex.cached {
                if self.seen.insert((vertex.digest.clone(), true)) {
                    self.tell(&format!("{} CACHED", vertex.name));
                }
            } else if self.seen.insert((vertex.digest.clone(), false)) {
                self.tell(&vertex.name);
            }
        }
        for log in &status.logs {
            let stream = if log.stream == 2 {
                Stream::Stderr
            } else {
                Stream::Stdout
            };
            self.output(stream, &log.msg);
        }
    }

    fn tell(&self, step: &str) {
        if words::is_own_step(step) {
            self.desk.sink.progress(step);
        }
    }

    fn output(&mut self, stream: Stream, bytes: &[u8]) {
        self.desk.sink.output(stream, bytes);
        self.tail.push(&String::from_utf8_lossy(bytes));
    }
}
