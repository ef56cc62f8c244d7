//! What goes into a context's stream, and under which name.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use super::*;

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn open(dir: &tempfile::TempDir, dockerfile: Option<&str>) -> Result<Context, Bad> {
    let dockerfile = dockerfile.map(str::to_owned);
    Context::open(
        dir.path(),
        &BuildRequest {
            dockerfile,
            ..BuildRequest::default()
        },
    )
}

fn bytes(context: &Context) -> Vec<u8> {
    let mut bytes = Vec::new();
    context.write(&mut bytes).unwrap();
    bytes
}

fn names(context: &Context) -> Vec<String> {
    let bytes = bytes(context);
    let mut archive = tar::Archive::new(bytes.as_slice());
    let name = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
        entry
            .unwrap()
            .path()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    archive.entries().unwrap().map(name).collect()
}

#[test]
fn rules_hold_but_the_engine_gets_what_it_needs_and_never_our_folder() {
    let dir = tree(&[
        ("Dockerfile", "FROM scratch"),
        (".dockerignore", "*\n!src\nsrc/*.log\n!.prove"),
        ("src/a.rs", ""),
        ("src/a.log", ""),
        ("docs/x", ""),
        (".prove/runs/1", ""),
    ]);
    let context = open(&dir, None).ok().unwrap();
    assert_eq!(
        names(&context),
        [".dockerignore", "Dockerfile", "src/", "src/a.rs"]
    );
    assert!(context.ignores_dockerfile());
}

#[test]
fn a_directory_that_is_out_comes_along_for_what_is_taken_back_in() {
    let dir = tree(&[
        ("Dockerfile", ""),
        (".dockerignore", "a\n!a/b/keep"),
        ("a/b/keep", ""),
        ("a/c/x", ""),
    ]);
    let context = open(&dir, None).ok().unwrap();
    let expected = [".dockerignore", "Dockerfile", "a/", "a/b/", "a/b/keep"];
    assert_eq!(names(&context), expected);
}

#[test]
fn the_dockerfiles_own_ignore_file_comes_first() {
    let dir = tree(&[
        ("ci/Dockerfile", ""),
        ("ci/Dockerfile.dockerignore", "x\nci"),
        (".dockerignore", "y"),
        ("x", ""),
        ("y", ""),
    ]);
    let context = open(&dir, Some("ci/Dockerfile")).ok().unwrap();
    assert_eq!(names(&context), [".dockerignore", "y", "ci/Dockerfile"]);
}

#[test]
fn a_dockerfile_from_outside_travels_under_another_name() {
    let dir = tree(&[("ctx/a", ""), ("Dockerfile", "")]);
    let request = BuildRequest {
        context: "ctx".to_owned(),
        dockerfile: Some("../Dockerfile".to_owned()),
        ..BuildRequest::default()
    };
    let context = Context::open(dir.path(), &request).ok().unwrap();
    assert_eq!(names(&context), ["a", ".dockerfile.prove"]);
}

#[test]
fn links_modes_and_long_names_are_kept_owners_and_sockets_are_not() {
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(120));
    let dir = tree(&[("Dockerfile", ""), ("run.sh", "x"), (&long, "")]);
    let at = |name: &str| dir.path().join(name);
    std::fs::set_permissions(at("run.sh"), std::fs::Permissions::from_mode(0o751)).unwrap();
    symlink("nowhere", at("link")).unwrap();
    let _socket = UnixListener::bind(at("sock")).unwrap();
    let context = open(&dir, None).ok().unwrap();
    let all = names(&context);
    assert!(all.contains(&long) && !all.contains(&"sock".to_owned()));
    let bytes = bytes(&context);
    let mut archive = tar::Archive::new(bytes.as_slice());
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            (entry.header().uid().unwrap(), entry.header().gid().unwrap()),
            (0, 0)
        );
        match entry.path().unwrap().to_str().unwrap() {
            "run.sh" => assert_eq!(entry.header().mode().unwrap() & 0o777, 0o751),
            "link" => assert_eq!(
                entry.link_name().unwrap().unwrap().to_str(),
                Some("nowhere")
            ),
            _ => {}
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_and_what_is_missing_is_told_apart() {
    let dir = tree(&[("Dockerfile", ""), ("gone", "text")]);
    let context = open(&dir, None).ok().unwrap();
    let file = dir.path().join("gone");
    let meta = file.metadata().unwrap();
    std::fs::write(&file, "t").unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    let error = append_file(&mut tar, &file, "gone", &meta).unwrap_err();
    assert!(error.to_string().contains("gone became shorter"), "{error}");
    assert!(context.write(Vec::new()).is_ok());
    assert!(matches!(open(&dir, Some("Nope")), Err(Bad::Refused(_))));
    std::fs::write(dir.path().join(".dockerignore"), "!").unwrap();
    assert!(matches!(open(&dir, None), Err(Bad::Refused(text)) if text.contains("line 1")));
    let request = BuildRequest {
        context: "no".to_owned(),
        ..BuildRequest::default()
    };
    assert!(matches!(
        Context::open(dir.path(), &request),
        Err(Bad::Unknown(_))
    ));
}
