//! A run request as the engine wants it. Pure: nothing is asked, nothing is started.
//!
//! Hardened by default: every capability dropped, no new privileges, no network, no log kept.

use std::collections::HashMap;
use std::path::Path;

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType};

use crate::model::{ContainerOptions, Network, NoAnswer, RunRequest, Unanswered, Workspace};

/// Where the project is mounted.
const WORK: &str = "/work";

/// What a request does not say and the engine must know.
pub(super) struct Frame<'a> {
    /// The image's id.
    pub(super) image: &'a str,
    /// The project's root on this machine.
    pub(super) root: &'a Path,
    /// Whether the engine sees this machine's files.
    pub(super) local: bool,
    /// The labels of this run.
    pub(super) labels: HashMap<String, String>,
}

/// The body of `POST /containers/create`.
pub(super) fn body(
    request: &RunRequest,
    frame: Frame<'_>,
) -> Result<ContainerCreateBody, Unanswered> {
    let options = &request.container;
    let mounts = mounts(options, &frame)?;
    let secrets = request
        .secrets
        .iter()
        .map(|(name, secret)| format!("{name}={}", secret.0));
    let env = request
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .chain(secrets);
    let mounted = options.workspace != Workspace::None;
    Ok(ContainerCreateBody {
        image: Some(frame.image.to_owned()),
        cmd: Some(request.command.argv()),
        entrypoint: options.entrypoint.as_ref().map(|words| entrypoint(words)),
        env: Some(env.collect()),
        working_dir: mounted.then(|| work_dir(&request.cwd)),
        user: options.user.clone(),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        labels: Some(frame.labels),
        host_config: Some(host_config(options, mounts)),
        ..ContainerCreateBody::default()
    })
}

/// To the engine an empty list is "keep the image's"; the CLI takes it away with one empty word.
fn entrypoint(words: &[String]) -> Vec<String> {
    if words.is_empty() {
        vec![String::new()]
    } else {
        words.to_vec()
    }
}

/// The gate's directory as the container sees it.
fn work_dir(cwd: &str) -> String {
    match cwd.trim_start_matches("./").trim_matches('/') {
        "" | "." => WORK.to_owned(),
        inside => format!("{WORK}/{inside}"),
    }
}

fn host_config(options: &ContainerOptions, mounts: Vec<Mount>) -> HostConfig {
    let memory = options
        .memory
        .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    let nano_cpus = options.millicpus.map(|millis| {
        i64::try_from(millis)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000_000)
    });
    let tmpfs = options
        .tmpfs
        .iter()
        .map(|path| (path.clone(), String::new()))
        .collect();
    HostConfig {
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: Some(options.cap_add.clone()),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        network_mode: Some(network(&options.network).to_owned()),
        readonly_rootfs: Some(options.read_only),
        tmpfs: Some(tmpfs),
        memory,
        // Without this, as much again could be swapped out, and the limit would be double.
        memory_swap: memory,
        nano_cpus,
        pids_limit: options.pids.map(i64::from),
        mounts: Some(mounts),
        // Output is read by attach; a second copy on the engine's disk serves nobody.
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),
        ..HostConfig::default()
    }
}

fn network(network: &Network) -> &str {
    match network {
        Network::None => "none",
        Network::Bridge => "bridge",
        Network::Host => "host",
        Network::Named(name) => name,
    }
}

fn mounts(options: &ContainerOptions, frame: &Frame<'_>) -> Result<Vec<Mount>, Unanswered> {
    let mut mounts = Vec::new();
    match options.workspace {
        Workspace::None => {}
        Workspace::ReadOnly => mounts.push(bind(frame.root, WORK, true)),
        Workspace::ReadWrite => mounts.push(bind(frame.root, WORK, false)),
    }
    for mount in &options.mounts {
        mounts.push(bind(
            &frame.root.join(&mount.source),
            &mount.target,
            mount.read_only,
        ));
    }
    if mounts.is_empty() || frame.local {
        return Ok(mounts);
    }
    let message = "the engine is on another machine and cannot mount files of this one";
    Err(Unanswered::new(NoAnswer::Unsupported, message)
        .hint("set `container: {workspace: none}` and copy what is needed into the image"))
}

fn bind(source: &Path, target: &str, read_only: bool) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(source.to_string_lossy().into_owned()),
        target: Some(target.to_owned()),
        read_only: Some(read_only),
        ..Mount::default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Collect, Command, ImageRef, Place, Secret};

    pub(in crate::exec::container) fn request(image: ImageRef, argv: &[&str]) -> RunRequest {
        RunRequest {
            place: Place::Image(image),
            command: Command::Argv(argv.iter().map(|word| (*word).to_owned()).collect()),
            cwd: ".".to_owned(),
            env: BTreeMap::new(),
            secrets: BTreeMap::new(),
            container: ContainerOptions::default(),
            capture_stdout: true,
            capture_stderr: true,
            collect: Collect::default(),
            jobserver: crate::model::SharedJobs::default(),
        }
    }

    fn made(request: &RunRequest, local: bool) -> Result<ContainerCreateBody, Unanswered> {
        let frame = Frame {
            image: "sha256:1",
            root: Path::new("/p"),
            local,
            labels: HashMap::new(),
        };
        body(request, frame)
    }

    fn plain() -> RunRequest {
        request(ImageRef::Named("x".to_owned()), &["a"])
    }

    #[test]
    fn everything_is_closed_unless_it_was_opened() {
        let host = made(&plain(), true).unwrap().host_config.unwrap();
        assert_eq!(host.cap_drop.unwrap(), ["ALL"]);
        assert_eq!(host.security_opt.unwrap(), ["no-new-privileges"]);
        assert_eq!(host.network_mode.unwrap(), "none");
        assert!(host.mounts.unwrap().is_empty());
        assert_eq!(host.privileged, None);
        assert_eq!(host.init, None);
    }

    #[test]
    fn the_images_own_settings_are_kept_unless_replaced() {
        let kept = made(&plain(), true).unwrap();
        assert_eq!(
            (kept.entrypoint, kept.working_dir, kept.user),
            (None, None, None)
        );
        let mut request = plain();
        request.container.entrypoint = Some(Vec::new());
        assert_eq!(made(&request, true).unwrap().entrypoint.unwrap(), [""]);
    }

    #[test]
    fn secrets_are_set_like_the_environment() {
        let mut request = plain();
        request.env.insert("A".to_owned(), "1".to_owned());
        request
            .secrets
            .insert("T".to_owned(), Secret("s".to_owned()));
        assert_eq!(made(&request, true).unwrap().env.unwrap(), ["A=1", "T=s"]);
    }

    #[test]
    fn a_workspace_is_the_root_at_work_and_never_on_another_machine() {
        let mut request = plain();
        request.cwd = "./ui/web".to_owned();
        request.container.workspace = Workspace::ReadOnly;
        let body = made(&request, true).unwrap();
        assert_eq!(body.working_dir.unwrap(), "/work/ui/web");
        let mount = &body.host_config.unwrap().mounts.unwrap()[0];
        assert_eq!(mount.source.as_deref(), Some("/p"));
        assert_eq!(mount.read_only, Some(true));
        assert_eq!(
            made(&request, false).unwrap_err().why,
            NoAnswer::Unsupported
        );
    }
}
