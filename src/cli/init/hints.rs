//! What else stands at the door already, and how `prove` goes with it.

use super::found::Found;

pub(super) fn hints(found: &Found) -> Vec<String> {
    let mut hints = Vec::new();
    if found.has(".pre-commit-config.yaml") {
        hints.push(".pre-commit-config.yaml: its hooks can be a gate, `pre-commit run --all-files`, or call prove (see .pre-commit-hooks.yaml)".to_owned());
    }
    if found.has("lefthook.yml") {
        hints.push("lefthook.yml: `pre-push: { commands: { prove: { run: prove run --stage pre-push } } }`".to_owned());
    }
    let workflows = found.below(".github/workflows").count();
    if workflows > 0 {
        hints.push(format!(
            ".github/workflows: {workflows} file{}; a job that runs `prove run` blocks what `needs` it",
            if workflows == 1 { "" } else { "s" }
        ));
    }
    if found.has(".gitlab-ci.yml") {
        hints.push(
            ".gitlab-ci.yml: a job that runs `prove run` blocks the stages behind it".to_owned(),
        );
    }
    if found.cut {
        hints.push("there are too many files to look at: not all were".to_owned());
    }
    hints
}
