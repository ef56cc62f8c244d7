//! A real registry on loopback that lets nobody in without a login, with one base image in it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Project;
use super::docker::{self, docker, unique};

const USER: &str = "dan";
/// In the alphabet of mail its login is written with characters that engines do not read.
pub const PASSWORD: &str = "Passw0rd???>>>~~~";
/// The same for the registry.
const HTPASSWD: &str = "dan:$2y$05$wxZPv41ZRSipMqCrFjehB.TIcRzXkmnORVfBFWkI2xcb7uT1CLs0.\n";

/// The registry; its process and what came from it are gone when it is dropped.
pub struct Registry {
    dir: tempfile::TempDir,
    process: Child,
    /// `127.0.0.1:port`.
    pub host: String,
}

impl Registry {
    /// Starts one, with the image [`Registry::base`] in it. Without an engine or a registry's program
    /// the test reports itself as skipped; with `PROVE_TEST_ENGINE=required` that is a failure.
    pub fn start(test: &str) -> Option<Self> {
        if !docker::engine(test) {
            return None;
        }
        let Ok(program) = which::which("docker-registry") else {
            let required =
                std::env::var("PROVE_TEST_ENGINE").is_ok_and(|value| value == "required");
            assert!(
                !required,
                "{test} needs a registry (package docker-registry)"
            );
            eprintln!("skipped: {test}: no registry (package docker-registry)");
            return None;
        };
        let dir = tempfile::Builder::new()
            .prefix("prove-registry-")
            .tempdir()
            .unwrap();
        fs::write(dir.path().join("htpasswd"), HTPASSWD).unwrap();
        // Another program may take the port in between.
        let (process, host) = (0..10)
            .find_map(|_| serve(&program, dir.path()))
            .expect("the registry listens");
        let registry = Self { dir, process, host };
        registry.fill();
        Some(registry)
    }

    /// The image that is in it.
    pub fn base(&self) -> String {
        format!("{}/base:1", self.host)
    }

    /// Makes the base image, hands it in, and takes it off the engine again.
    fn fill(&self) {
        let mut tar = tar::Builder::new(Vec::new());
        let busybox = fs::read("/bin/busybox").unwrap();
        let nonce = unique();
        for (path, bytes) in [("bin/sh", &busybox[..]), ("nonce", nonce.as_bytes())] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o755);
            tar.append_data(&mut header, path, bytes).unwrap();
        }
        let mut import = Command::new("docker")
            .args(["import", "-", &self.base()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let bytes = tar.into_inner().unwrap();
        import.stdin.take().unwrap().write_all(&bytes).unwrap();
        assert!(import.wait().unwrap().success());
        let config = self.dir.path().join("push");
        fs::create_dir(&config).unwrap();
        fs::write(config.join("config.json"), self.auths(PASSWORD)).unwrap();
        let config = config.to_str().unwrap();
        docker(&["--config", config, "push", &self.base()]).expect("the registry takes it");
        self.forget();
    }

    /// Takes the base image off the engine.
    pub fn forget(&self) {
        docker(&["rmi", &self.base()]);
    }

    /// Docker's settings with this password in them.
    pub fn auths(&self, password: &str) -> String {
        let auth = STANDARD.encode(format!("{USER}:{password}"));
        format!(r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}}}}"#, self.host)
    }

    /// Gives a project a helper that knows the login; gives where it writes what it was asked for.
    pub fn helped(&self, project: &mut Project) -> PathBuf {
        let bin = self.dir.path().join(unique());
        fs::create_dir(&bin).unwrap();
        let asked = bin.join("asked");
        let helper = bin.join("docker-credential-mark");
        let script = format!(
            "#!/bin/sh\nserver=$(cat)\necho \"$1 $server\" >>'{}'\n\
             printf '{{\"ServerURL\":\"x\",\"Username\":\"{USER}\",\"Secret\":\"{PASSWORD}\"}}'\n",
            asked.display()
        );
        fs::write(&helper, script).unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        project.env("PATH", &path);
        settings(project, r#"{"credsStore":"mark"}"#);
        asked
    }

    /// Ends it: from now on nobody listens there.
    pub fn end(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.forget();
    }
}

/// Gives a project docker's settings of its own.
pub fn settings(project: &mut Project, text: &str) {
    project.file(".home/.docker/config.json", text);
    let dir = project.path().join(".home/.docker");
    project.env("DOCKER_CONFIG", dir.to_str().unwrap());
}

/// Starts the program on a port that was free, and waits until it listens.
fn serve(program: &Path, dir: &Path) -> Option<(Child, String)> {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = free.local_addr().unwrap().to_string();
    drop(free);
    let config = format!(
        "version: 0.1\nlog: {{ level: info }}\nstorage: {{ filesystem: {{ rootdirectory: {dir}/data }} }}\n\
         http: {{ addr: '{host}' }}\nauth: {{ htpasswd: {{ realm: test, path: {dir}/htpasswd }} }}\n",
        dir = dir.display()
    );
    fs::write(dir.join("config.yml"), config).unwrap();
    let mut process = Command::new(program)
        .args(["serve", "config.yml"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stderr.take().unwrap());
    let mut line = String::new();
    while said.read_line(&mut line).unwrap_or(0) > 0 {
        if line.contains("listening on") {
            // Whoever stops reading would stop it.
            std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
            return Some((process, host));
        }
        line.clear();
    }
    process.wait().unwrap();
    None
}
