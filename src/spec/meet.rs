//! Whether two patterns may mean one path: when it cannot be known that they do not, they do.
//!
//! Must not know gates.

use crate::format::glob::{Pattern, is_glob, is_glob_char};

/// Whether there may be a path that both mean.
pub(super) fn meet(a: &Pattern, b: &Pattern) -> bool {
    match (a.literal(), b.literal()) {
        (Some(a), Some(b)) => a == b,
        (Some(path), None) => within(b, path) && b.is_match(path),
        (None, Some(path)) => within(a, path) && a.is_match(path),
        (None, None) => globs_meet(a, b),
    }
}

/// Cheaper than to match.
fn within(pattern: &Pattern, path: &str) -> bool {
    pattern.base() == "." || path.starts_with(pattern.base())
}

/// Names are compared one by one from both ends, as far as no `**` stands for any number of them.
fn globs_meet(a: &Pattern, b: &Pattern) -> bool {
    let ((a, a_whole), (b, b_whole)) = (names(a), names(b));
    let any = |name: &&str| name.contains("**");
    let free = a.iter().any(any) || b.iter().any(any) || !a_whole || !b_whole;
    if !free && a.len() != b.len() {
        return false;
    }
    let apart = |(a, b): (&&str, &&str)| !alike(a, b);
    let fixed = |(a, b): &(&&str, &&str)| !any(a) && !any(b);
    let front = a.iter().zip(&b).take_while(fixed).any(apart);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(fixed);
    let comparable = a_whole && b_whole;
    !(front || comparable && back.into_iter().any(apart))
}

/// The names from the root on, and whether these are all: behind a brace with a `/` in it, or a
/// `.` or `..`, it cannot be said which name stands where.
fn names(pattern: &Pattern) -> (Vec<&str>, bool) {
    let base = pattern.base().split('/').filter(|name| *name != ".");
    let text = pattern.text().trim_matches('/').split('/');
    let tail = text.skip_while(|name| !is_glob(name));
    let clear = |name: &&str| {
        let balanced = name.matches('{').count() == name.matches('}').count()
            && name.matches('[').count() <= name.matches(']').count();
        balanced && !name.is_empty() && *name != "." && *name != ".."
    };
    let all = tail.clone().count();
    let known: Vec<&str> = tail.take_while(clear).collect();
    let whole = known.len() == all;
    (base.chain(known).collect(), whole)
}

/// Whether a name may be meant by both: what is plain at its start and its end must agree.
fn alike(a: &str, b: &str) -> bool {
    if !is_glob(a) && !is_glob(b) {
        return a == b;
    }
    let start = |name: &'_ str| name.find(is_glob_char).unwrap_or(name.len());
    let (a_start, b_start) = (&a[..start(a)], &b[..start(b)]);
    let end = |name: &'_ str| name.rfind(is_glob_char).map_or(0, |at| at + 1);
    let (a_end, b_end) = (&a[end(a)..], &b[end(b)..]);
    (a_start.starts_with(b_start) || b_start.starts_with(a_start))
        && (a_end.ends_with(b_end) || b_end.ends_with(a_end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(cwd: &str, a: &str, b: &str) -> bool {
        let pattern = |text: &str| Pattern::parse(cwd, text).unwrap();
        let there = meet(&pattern(a), &pattern(b));
        assert_eq!(there, meet(&pattern(b), &pattern(a)), "{a} {b}");
        there
    }

    #[test]
    fn patterns_meet_when_they_may_mean_one_path() {
        for (a, b) in [
            ("r.xml", "./r.xml"),
            ("out/*.xml", "out/a.xml"),
            ("reports/**", "reports/*.xml"),
            ("reports/**", "reports/deep/*.xml"),
            ("r*.xml", "*.xml"),
            ("**/*.xml", "out/deep/r*.xml"),
            ("{a,b}/*.xml", "a/?.xml"),
            ("{a/b,c}.xml", "a/*.xml"),
            ("*/r.xml", "out/*.xml"),
        ] {
            assert!(meets(".", a, b), "{a} {b}");
        }
        assert!(meets("ui", "out/*.xml", "/ui/out/*.xml"));
        assert!(meets("ui", "*.xml", "/**"));
    }

    #[test]
    fn patterns_stay_apart_when_a_name_tells_them_apart() {
        for (a, b) in [
            ("out/*.xml", "out/deep/a.xml"),
            ("out/*.xml", "out/deep/*.xml"),
            ("unit/*.xml", "e2e/*.xml"),
            ("a*.xml", "b*.xml"),
            ("*-unit.xml", "*-e2e.xml"),
            ("packages/a*/r.xml", "packages/b*/r.xml"),
            ("unit/**", "e2e/**"),
            ("**/*.xml", "**/*.json"),
            ("out", "outer/*.xml"),
        ] {
            assert!(!meets(".", a, b), "{a} {b}");
        }
    }
}
