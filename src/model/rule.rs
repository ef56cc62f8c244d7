//! A rule of a static gate: what it may find, in words, with its source. Knows no file and no gate.

use super::Severity;

/// One rule. Its texts are what `prove rules ID` shows; its examples are its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id that findings carry (`DL3002`, `missing-user`).
    pub id: &'static str,
    /// Other names by which it may be called: those that other tools use for the same thing.
    pub aliases: &'static [&'static str],
    /// Its weight when nobody says otherwise.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub about: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Where the rule comes from: an address.
    pub source: &'static str,
    /// Settings of the gate (a flow map of YAML, such as `{non_root: true}`) under which the
    /// examples are judged; empty when it holds without any.
    pub settings: &'static str,
    /// An example in which it is found. Several files stand one after another, each behind a line
    /// `=== path`; a text without such a line is the kind's usual file.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
}

impl Rule {
    /// Whether it is called so. Capitals do not count.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let names = std::iter::once(&self.id).chain(self.aliases);
        names.into_iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// The files of an example: path and text. `usual` is the name of a single file.
#[must_use]
pub fn example_files<'t>(text: &'t str, usual: &'t str) -> Vec<(&'t str, &'t str)> {
    if !text.starts_with("=== ") {
        return vec![(usual, text)];
    }
    let starts = std::iter::once(0).chain(text.match_indices("\n=== ").map(|(at, _)| at + 1));
    let starts: Vec<usize> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &text[*start..end]);
    parts
        .map(|part| {
            let part = part.strip_prefix("=== ").unwrap_or(part);
            let (path, body) = part.split_once('\n').unwrap_or((part, ""));
            (path.trim(), body)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_one_file_or_several() {
        assert_eq!(
            example_files("FROM a\n", "Dockerfile"),
            [("Dockerfile", "FROM a\n")]
        );
        assert_eq!(
            example_files("=== a\nx\ny\n=== b/c\nz\n", "Dockerfile"),
            [("a", "x\ny\n"), ("b/c", "z\n")]
        );
    }
}
