//! Paths as the gate file writes them: relative to the gate's `cwd`, or `/x` from the root.
//!
//! Text only: nothing here looks at a disk.

/// The path relative to the project's root, `.` and `..` taken out; `.` is the root itself.
/// What climbs out of the root keeps its leading `..`.
pub(super) fn from_root(cwd: &str, path: &str) -> String {
    let (base, path) = match path.strip_prefix('/') {
        Some(rest) => ("", rest),
        None => (cwd, path),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::from_root;

    #[test]
    fn paths_are_told_from_the_root() {
        assert_eq!(from_root(".", "Dockerfile"), "Dockerfile");
        assert_eq!(from_root("packages/ui", "./a"), "packages/ui/a");
        assert_eq!(from_root("packages/ui", "../x"), "packages/x");
        assert_eq!(from_root("packages/ui", "/x"), "x");
        assert_eq!(from_root("a", ".."), ".");
        assert_eq!(from_root(".", "../../x"), "../../x");
        assert_eq!(from_root(".", "."), ".");
    }
}
