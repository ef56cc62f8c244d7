//! `.dockerignore`: which paths stay out of a build context, by the rules of moby's patternmatcher.
//!
//! These are Go's `filepath.Match` plus `**` and `!`, matched against the path and each of its
//! parents, last match wins. They are not git's: `*.md` reaches the top directory only.
//! Must not know the file system: paths come in as text, relative, with `/`.

mod pattern;

use pattern::Pattern;

/// The longest line that Docker's own reader takes, in bytes.
const LINE_BYTES: usize = 64 * 1024;

/// The rules of one `.dockerignore`.
#[derive(Clone, Debug, Default)]
pub struct Dockerignore {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    /// Starts with `!`: takes paths back in.
    keeps: bool,
    pattern: Pattern,
}

/// Why a `.dockerignore` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DockerignoreError {
    /// 1-based.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl Dockerignore {
    /// Reads the bytes of a `.dockerignore`. Bytes that are no UTF-8 are read as U+FFFD.
    ///
    /// # Errors
    /// A line that the engine would refuse: `!` alone, a bad `[…]`, a `\` at the end, too long.
    pub fn parse(bytes: &[u8]) -> Result<Self, DockerignoreError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut rules = Vec::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let at_line = |problem: String| DockerignoreError {
                line: index + 1,
                problem,
            };
            if line.len() >= LINE_BYTES {
                return Err(at_line(format!("longer than {LINE_BYTES} bytes")));
            }
            let text = String::from_utf8_lossy(line);
            rules.extend(read_line(&text).map_err(at_line)?);
        }
        Ok(Self { rules })
    }

    /// Whether this path (relative to the context, with `/`) stays out of the context.
    /// A path is also out when one of its parents is, unless a later rule takes it back in.
    #[must_use]
    pub fn ignored(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let family = with_parents(&path);
        self.rules.iter().fold(false, |ignored, rule| {
            let can_change = rule.keeps == ignored;
            let matches = || family.iter().any(|path| rule.pattern.matches(path));
            ignored ^ (can_change && matches())
        })
    }

    /// Whether a directory and everything in it stays out, so that a walk need not enter it.
    #[must_use]
    pub fn prunes(&self, directory: &str) -> bool {
        let reaches_inside = |rule: &Rule| rule.keeps && rule.pattern.may_match_inside(directory);
        self.ignored(directory) && !self.rules.iter().any(reaches_inside)
    }

    /// Whether there is any rule at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

fn read_line(line: &str) -> Result<Option<Rule>, String> {
    if line.starts_with('#') {
        return Ok(None);
    }
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    let (keeps, text) = match line.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, line),
    };
    if text.is_empty() {
        return Err("`!` alone takes nothing back in".to_owned());
    }
    let clean = clean(text);
    let relative = clean
        .strip_prefix('/')
        .filter(|rest| !rest.is_empty())
        .unwrap_or(&clean);
    Ok(Some(Rule {
        keeps,
        pattern: Pattern::new(relative)?,
    }))
}

/// The path itself and its parents, as moby cuts them: by the lexical directory of the path.
fn with_parents(path: &[char]) -> Vec<Vec<char>> {
    let text: String = path.iter().collect();
    let directory = match text.rfind('/') {
        None => String::new(),
        Some(at) => clean(&text[..=at]),
    };
    let mut family = vec![path.to_vec()];
    if !matches!(directory.as_str(), "" | ".") {
        let parts: Vec<&str> = directory.split('/').collect();
        let parents = (1..=parts.len()).map(|count| parts[..count].join("/").chars().collect());
        family.extend(parents);
    }
    family
}

/// Go's `filepath.Clean`, which is lexical: no `.`, no `//`, `..` takes its parent away.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    fn rules(text: &str) -> Dockerignore {
        Dockerignore::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_star_stays_in_its_directory_unlike_gits() {
        let rules = rules("*.md\nfoo");
        assert!(rules.ignored("a.md"));
        assert!(!rules.ignored("sub/a.md"));
        assert!(!rules.ignored("sub/foo"));
        assert!(rules.ignored("foo/deep/er"));
    }

    #[test]
    fn the_last_match_wins_and_parents_count() {
        let rules = rules("docs\n!docs/keep.md\ndocs/keep.md.bak");
        assert!(rules.ignored("docs/other.md"));
        assert!(!rules.ignored("docs/keep.md"));
        assert!(rules.ignored("docs/keep.md.bak"));
        assert!(!rules.ignored("src/docs"));
    }

    #[test]
    fn a_slash_at_either_end_means_nothing() {
        for text in [
            "target", "/target", "target/", "/target/", "./target", " target ",
        ] {
            assert!(rules(text).ignored("target/x"), "{text}");
            assert!(!rules(text).ignored("a/target"), "{text}");
        }
    }

    #[test]
    fn comments_blank_lines_bom_and_crlf_are_read_as_docker_reads_them() {
        let rules = Dockerignore::parse(b"\xef\xbb\xbf#x\r\n\r\nfoo\r\n  #bar\r\n").unwrap();
        assert!(rules.ignored("foo"));
        assert!(
            rules.ignored("#bar"),
            "only a `#` in the first column makes a comment"
        );
        assert!(!rules.ignored("#x"));
    }

    #[test]
    fn a_bad_rule_is_refused_with_its_line() {
        let line = |text: &str| Dockerignore::parse(text.as_bytes()).unwrap_err().line;
        assert_eq!(line("ok\n!\n"), 2);
        assert_eq!(line("[a-"), 1);
        assert_eq!(line("x\ny\n[]a]"), 3);
        assert_eq!(line("a\\"), 1);
        assert_eq!(line(&"x".repeat(LINE_BYTES)), 1);
    }

    #[test]
    fn a_directory_is_pruned_only_when_nothing_inside_may_come_back() {
        assert!(rules("node_modules").prunes("node_modules"));
        assert!(!rules("node_modules\n!node_modules/keep").prunes("node_modules"));
        assert!(rules("node_modules\n!node_modules/keep").prunes("node_modules/other"));
        assert!(!rules("a\n!**/keep").prunes("a"));
        assert!(rules("*\n!src/*.rs").prunes("docs"));
        assert!(!rules("*\n!src/*.rs").prunes("src"));
        assert!(!rules("*\n!sr[abc]/x").prunes("src"));
        assert!(!rules("docs").prunes("src"));
    }

    /// moby's own table. It lives outside of the repository; `PROVE_ORACLES` says where.
    #[test]
    fn agrees_with_mobys_patternmatcher() {
        let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles");
        let oracles = std::env::var_os("PROVE_ORACLES").map_or(beside, PathBuf::from);
        let Ok(text) = std::fs::read_to_string(oracles.join("dockerignore.json")) else {
            println!("skipped: no oracles at {}", oracles.display());
            return;
        };
        let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert!(!cases.is_empty());
        for case in &cases {
            let patterns: Vec<&str> = case["patterns"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pattern| pattern.as_str().unwrap())
                .collect();
            let rules = rules(&patterns.join("\n"));
            let ignored = rules.ignored(case["path"].as_str().unwrap());
            assert_eq!(ignored, case["ignored"].as_bool().unwrap(), "{case}");
        }
        println!("{0} of {0} cases agree", cases.len());
    }

    proptest! {
        #[test]
        fn any_bytes_give_rules_or_an_error(bytes: Vec<u8>, path in "\\PC{0,40}") {
            if let Ok(rules) = Dockerignore::parse(&bytes) {
                let _ = rules.ignored(&path);
                let _ = rules.prunes(&path);
            }
        }

        #[test]
        fn what_is_pruned_has_nothing_inside_that_is_sent(
            lines in proptest::collection::vec("!?(a|b|\\*|\\*\\*|\\?|\\[ab\\]|/){1,5}", 1..6),
            inside in "(a|b|ab)(/(a|b|ab)){1,3}",
        ) {
            let Ok(rules) = Dockerignore::parse(lines.join("\n").as_bytes()) else { return Ok(()) };
            for (at, _) in inside.match_indices('/') {
                if rules.prunes(&inside[..at]) {
                    prop_assert!(rules.ignored(&inside), "{lines:?} {inside}");
                }
            }
        }
    }
}
