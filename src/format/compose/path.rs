//! Paths as text, relative to the project's root, with `/`. Lexical: must not know a file system.

/// Joins and tidies: `.` and `..` are worked out, `..` above the root stays in front. The root
/// itself is `.`. An absolute path and one in the home directory (`~`) stay what they are.
#[must_use]
pub fn join(base: &str, path: &str) -> String {
    if path == "~" || path.starts_with("~/") {
        return path.to_owned();
    }
    let whole = if path.starts_with('/') || base.is_empty() {
        path.to_owned()
    } else {
        format!("{base}/{path}")
    };
    let absolute = whole.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The folder that a file lies in.
#[must_use]
pub fn parent(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((parent, _)) => parent.to_owned(),
        None => ".".to_owned(),
    }
}

/// Whether a path that [`join`] gave lies outside of the project's root.
#[must_use]
pub fn leaves_root(path: &str) -> bool {
    path.starts_with(['/', '~']) || path == ".." || path.starts_with("../")
}

#[cfg(test)]
mod tests {
    use super::{join, leaves_root, parent};

    #[test]
    fn paths_are_worked_out_without_a_file_system() {
        for (base, path, whole) in [
            (".", "./a//b/../c", "a/c"),
            ("sub", "..", "."),
            ("sub", "../../x", "../x"),
            (".", "../../x", "../../x"),
            ("sub", "/etc/../x", "/x"),
            (".", "/..", "/"),
            ("sub", "~/x", "~/x"),
            ("", "a", "a"),
            ("../up", "..", ".."),
        ] {
            assert_eq!(join(base, path), whole, "{base} + {path}");
        }
        assert_eq!(
            (parent("a/b"), parent("a"), parent("/a")),
            ("a".into(), ".".into(), "/".into())
        );
        assert!(
            leaves_root("../x") && leaves_root("/x") && leaves_root("~/x") && leaves_root("..")
        );
        assert!(!leaves_root("..x") && !leaves_root("."));
    }
}
