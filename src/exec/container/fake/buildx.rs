//! A `docker` that is a script, for what buildx does only on its worst days.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::tests::{Heard, ask};
use super::{build, polite, staged};
use crate::exec::container::Container;
use crate::model::{Answer, Built};

/// Builds, and leaves somebody behind who holds its output open.
const DOCKER: &str = r#"#!/bin/sh
[ "$2" = version ] && exit 0
while [ $# -gt 0 ]; do [ "$1" = --iidfile ] && iid=$2; shift; done
sleep 1000 &
echo $! >grandchild
echo "$PROVE_RUN_ID" >mark
printf sha256:1 >"$iid"
echo '#1 [1/1] FROM scratch' >&2
head -c 200000 /dev/zero | tr '\0' x >&2
"#;

/// An executor that builds with this script.
fn scripted(script: &str) -> (Container, tempfile::TempDir) {
    let (mut container, dir) = staged(Arc::new(polite_to_all));
    let docker = dir.path().join("docker");
    std::fs::write(&docker, script).unwrap();
    std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", dir.path().display());
    let env = &mut container.settings.env;
    env.insert("PATH".to_owned(), path);
    env.insert("PROVE_BUILDER".to_owned(), "buildx".to_owned());
    (container, dir)
}

fn polite_to_all(request: &str) -> super::Play {
    polite(request)
}

fn read(dir: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(dir.join(name)).unwrap();
    text.trim().to_owned()
}

#[tokio::test]
async fn who_holds_the_output_of_buildx_open_is_not_waited_for_and_does_not_stay() {
    let (container, dir) = scripted(DOCKER);
    let heard = Heard::default();
    let probe = build();
    let answer = tokio::time::timeout(Duration::from_secs(20), ask(&container, &probe, &heard));
    let answer = answer.await.expect("it does not hang");
    assert!(
        matches!(&answer, Answer::Built(Built::Image { builder, .. }) if builder == "buildx"),
        "{answer:?}"
    );
    // A line that does not end is not held for ever.
    assert!(heard.stdout.borrow().len() >= 200_000);
    assert!(read(dir.path(), "mark").contains('@'), "it bears the mark");
    let grandchild = read(dir.path(), "grandchild");
    assert!(!Path::new("/proc").join(grandchild).exists());
}

#[tokio::test]
async fn a_buildx_that_is_killed_says_nothing_about_the_image() {
    let killed = "#!/bin/sh\n[ \"$2\" = version ] && exit 0\nkill -9 $$\n";
    let (container, _dir) = scripted(killed);
    let answer = ask(&container, &build(), &Heard::default()).await;
    assert!(matches!(answer, Answer::Unanswered(_)), "{answer:?}");
}
