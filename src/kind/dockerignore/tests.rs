//! What a `.dockerignore` is judged on.

use super::super::lint::shelf::{Shelf, gate, talk};
use crate::model::{Judged, Judgement};

fn judged(value: &str, files: &str) -> Judgement {
    talk(
        &*gate("dockerignore", value),
        &Shelf::example(files, ".dockerignore"),
    )
}

fn told(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.iter();
    findings
        .map(|found| format!("{} {}", found.rule, found.message))
        .collect()
}

#[test]
fn the_usual_things_must_stay_out() {
    let good = judged(".dockerignore", ".git\n.env\n");
    assert!(matches!(good.verdict, Judged::Passed(_)), "{good:?}");
    let bad = judged(".dockerignore", "node_modules\n");
    assert_eq!(
        told(&bad),
        [
            "not-ignored .git would get into the build context",
            "not-ignored .env would get into the build context"
        ]
    );
    assert!(matches!(bad.verdict, Judged::Failed(_)));
}

#[test]
fn what_counts_is_where_a_file_really_lies() {
    let files = "=== .dockerignore\n.git\n.env\nnode_modules\n\
                 === node_modules/a.js\n=== ui/node_modules/b.js\n=== certs/own.pem\n";
    assert_eq!(
        told(&judged("{}", files)),
        [
            "not-ignored certs/own.pem gets into the build context",
            "not-ignored ui/node_modules gets into the build context",
        ]
    );
}

#[test]
fn a_directory_from_which_something_is_taken_back_in_does_not_stay_out() {
    let files = "=== .dockerignore\nsecrets\n!secrets/public.txt\n=== secrets/public.txt\nx\n";
    let bad = judged("{must_ignore: [secrets]}", files);
    assert_eq!(
        told(&bad),
        ["not-ignored secrets gets into the build context"]
    );
}

#[test]
fn the_file_of_another_context_is_judged_against_that_context() {
    let files = "=== ui/.dockerignore\n.git\n.env\n=== ui/x.pem\n=== y.pem\n";
    assert_eq!(
        told(&judged("ui/.dockerignore", files)),
        ["not-ignored x.pem gets into the build context"]
    );
}

#[test]
fn the_biggest_files_are_named() {
    let files = "=== .dockerignore\n.git\n.env\n=== a.bin\n12345678901234567890\n=== b.bin\n123\n";
    let bad = judged("{max_context_size: 10}", files);
    assert_eq!(
        told(&bad),
        [
            "context-size the build context has 35 bytes, which is more than 10 bytes; the biggest: \
          a.bin (21 bytes), .dockerignore (10 bytes), b.bin (4 bytes)"
        ]
    );
}

#[test]
fn what_cannot_be_judged_is_no_pass() {
    let missing = judged(".dockerignore", "=== other\nx\n");
    assert!(matches!(missing.verdict, Judged::Errored(_)), "{missing:?}");
    let refused = judged(".dockerignore", ".git\n.env\n[a\n");
    assert!(matches!(refused.verdict, Judged::Errored(_)), "{refused:?}");
}
