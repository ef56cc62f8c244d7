//! A real engine for tests that need one, and a scripted one for faults that a real one will not
//! produce on demand.

use std::fs;
use std::io::{BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Project;

/// Whether there is an engine. Without one the test reports itself as skipped; with
/// `PROVE_TEST_ENGINE=required` that is a failure.
pub fn engine(test: &str) -> bool {
    let why = match (busybox(), docker(&["version", "-f", "{{.Server.Version}}"])) {
        (Some(_), Some(_)) => return true,
        (None, _) => "no static busybox (package busybox-static)",
        (_, None) => "no engine answers the docker command",
    };
    let required = std::env::var("PROVE_TEST_ENGINE").is_ok_and(|value| value == "required");
    assert!(!required, "{test} needs an engine: {why}");
    eprintln!("skipped: {test}: {why}");
    false
}

/// Runs the docker command; `None` when it fails.
pub fn docker(args: &[&str]) -> Option<String> {
    let output = Command::new("docker").args(args).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn busybox() -> Option<PathBuf> {
    let paths = ["/bin/busybox", "/usr/bin/busybox"];
    paths.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// A text that no other test, run or machine has used.
pub fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let dir = tempfile::tempdir().unwrap();
    let random = dir
        .path()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .trim_start_matches(".tmp");
    format!(
        "prove-it-{}-{count}-{}",
        std::process::id(),
        random.to_lowercase()
    )
}

/// A project with a Dockerfile that needs no base image, and a tag of its own.
pub struct ImageProject {
    pub project: Project,
    pub tag: String,
}

impl ImageProject {
    /// `gates` is what stands below `gates:`; `TAG` in it becomes the unique tag.
    pub fn with(gates: &str) -> Self {
        let tag = unique();
        let gates = gates.replace("TAG", &tag);
        let project = Project::with(&format!("version: 1\ngates:\n{gates}"));
        fs::copy(busybox().unwrap(), project.path().join("busybox")).unwrap();
        project.file("nonce", &tag);
        let image = Self { project, tag };
        image.dockerfile("");
        image.project.file(".dockerignore", "*\n!busybox\n!nonce\n");
        image
    }

    /// Writes a Dockerfile: the base of every test, then these lines.
    pub fn dockerfile(&self, more: &str) {
        let base =
            "FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/busybox\nCOPY nonce /nonce\n";
        self.project.file("Dockerfile", format!("{base}{more}\n"));
    }

    /// The id that the tag stands on, if it stands.
    pub fn tagged(&self) -> Option<String> {
        docker(&["image", "inspect", "-f", "{{.Id}}", &self.tag])
    }

    /// Containers that this project's newest run left.
    pub fn containers(&self) -> Vec<String> {
        containers(&self.project)
    }
}

impl Drop for ImageProject {
    fn drop(&mut self) {
        let _ = docker(&["rmi", &self.tag]);
    }
}

/// Containers that a project's newest run left.
pub fn containers(project: &Project) -> Vec<String> {
    let run = project.run_dir();
    containers_of(run.file_name().unwrap().to_str().unwrap())
}

/// Containers of this run: its id is in their names, in lower case.
pub fn containers_of(run: &str) -> Vec<String> {
    let filter = format!("name=prove-{}-", run.to_lowercase());
    let found = docker(&["ps", "-aq", "--filter", &filter]).unwrap();
    found.lines().map(str::to_owned).collect()
}

/// An engine that answers by script on a socket of its own, until it is dropped.
pub struct FakeEngine {
    dir: tempfile::TempDir,
}

/// What a fake engine does with one request.
pub enum Reply {
    /// This status and JSON body.
    Json(u16, String),
    /// The head of a chunked answer with this first chunk, then the connection breaks.
    Break(String),
    /// Never answers.
    Hang,
}

impl FakeEngine {
    /// `script` gets `METHOD /path` and says what happens.
    pub fn start(script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("prove-engine-")
            .tempdir()
            .unwrap();
        let listener = UnixListener::bind(dir.path().join("e.sock")).unwrap();
        let script = std::sync::Arc::new(script);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let script = std::sync::Arc::clone(&script);
                std::thread::spawn(move || serve(stream, &*script));
            }
        });
        Self { dir }
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("e.sock")
    }
}

fn serve(stream: UnixStream, script: &dyn Fn(&str) -> Reply) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((request, length, chunked)) = read_head(&mut reader) {
        match script(&request) {
            Reply::Json(status, body) => {
                if drain(&mut reader, length, chunked).is_none() {
                    return;
                }
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nApi-Version: 1.41\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                if stream.write_all(head.as_bytes()).is_err() {
                    return;
                }
            }
            Reply::Break(chunk) => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{chunk}\r\n",
                    chunk.len()
                );
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
            Reply::Hang => {
                let mut sink = Vec::new();
                let _ = reader.read_to_end(&mut sink);
                return;
            }
        }
    }
}

/// Reads a request's head: `METHOD /path`, its length, whether it is chunked.
fn read_head(reader: &mut impl std::io::BufRead) -> Option<(String, usize, bool)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|n| *n > 0)?;
    let mut words = first.split_whitespace();
    let request = format!("{} {}", words.next()?, words.next()?);
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            return Some((request, length, chunked));
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
    }
}

fn drain(reader: &mut impl std::io::BufRead, length: usize, chunked: bool) -> Option<()> {
    let skip = |reader: &mut dyn std::io::BufRead, count: usize| {
        let mut body = vec![0; count];
        reader.read_exact(&mut body).ok()
    };
    if !chunked {
        return skip(reader, length);
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim(), 16).ok()?;
        skip(reader, size + 2)?;
        if size == 0 {
            return Some(());
        }
    }
}

/// Points a project at a socket (or at nothing).
pub fn use_host(project: &mut Project, host: &str) {
    project.env("DOCKER_HOST", host);
}

/// A socket path at which nobody listens.
pub fn nowhere(dir: &Path) -> String {
    format!("unix://{}", dir.join("no-engine.sock").display())
}
