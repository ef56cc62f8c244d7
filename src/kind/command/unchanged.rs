//! `expect: {unchanged: …}`: the files before and after, compared.

use super::super::judge;
use crate::model::{Judged, Reason, Snapshot};

/// Compares: what is wrong, or a note when there was nothing to compare and that is allowed.
pub(super) fn judge(
    before: &Snapshot,
    after: &Snapshot,
    patterns: &[String],
    allow_empty: Option<&str>,
) -> Result<Option<String>, Judged> {
    let lines = differences(before, after);
    if !lines.is_empty() {
        let many = judge::counted(lines.len() as u64, "file");
        let headline = format!("{many} changed that should not have");
        let mut reason = Reason::new(headline)
            .hint("run the command, look at the difference, and commit what it wrote");
        reason.details = judge::listed(lines);
        return Err(Judged::Failed(reason));
    }
    if !after.files.is_empty() {
        return Ok(None);
    }
    let patterns = patterns.join(", ");
    match allow_empty {
        Some(why) => Ok(Some(format!(
            "`unchanged` matches no file ({patterns}); allowed: {why}"
        ))),
        None => Err(Judged::Errored(
            Reason::new(format!("`unchanged` matches no file: {patterns}"))
                .hint("correct the patterns; they are relative to the gate's `cwd`"),
        )),
    }
}

fn differences(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let gone = before
        .files
        .iter()
        .filter_map(|(path, digest)| match after.files.get(path) {
            None => Some((path, format!("{path} vanished"))),
            Some(now) if now != digest => Some((path, format!("{path} changed"))),
            Some(_) => None,
        });
    let new = after
        .files
        .keys()
        .filter(|path| !before.files.contains_key(*path));
    let mut all: Vec<_> = gone
        .chain(new.map(|path| (path, format!("{path} appeared"))))
        .collect();
    all.sort();
    all.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::judge::testing::word;
    use super::*;
    use crate::model::Digest;

    fn snapshot(files: &[(&str, &str)]) -> Snapshot {
        let digest = |text: &str| Digest::of(text.as_bytes());
        Snapshot {
            files: files
                .iter()
                .map(|(p, t)| ((*p).to_owned(), digest(t)))
                .collect(),
        }
    }

    fn verdict(before: &[(&str, &str)], after: &[(&str, &str)], allow: Option<&str>) -> String {
        match judge(
            &snapshot(before),
            &snapshot(after),
            &["src/**".to_owned()],
            allow,
        ) {
            Ok(note) => format!("good{}", note.map(|n| format!(": {n}")).unwrap_or_default()),
            Err(Judged::Failed(reason)) => format!("failed: {}", reason.details.join(", ")),
            Err(other) => word(&other).to_owned(),
        }
    }

    #[test]
    fn every_difference_is_named() {
        assert_eq!(verdict(&[("a", "1")], &[("a", "1")], None), "good");
        assert_eq!(
            verdict(&[("b", "1"), ("a", "1")], &[("b", "2"), ("c", "1")], None),
            "failed: a vanished, b changed, c appeared"
        );
        assert_eq!(verdict(&[], &[("a", "1")], None), "failed: a appeared");
    }

    #[test]
    fn nothing_compared_is_no_pass_unless_allowed() {
        assert_eq!(verdict(&[], &[], None), "errored");
        assert_eq!(
            verdict(&[], &[], Some("not yet")),
            "good: `unchanged` matches no file (src/**); allowed: not yet"
        );
    }
}
