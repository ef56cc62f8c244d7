//! The mark in the environment of everything that a run starts, by which it is found again.

use std::io;

/// The variable. Its value is a chain: `outer@3:inner@1` is what gate 1 of run `inner` started,
/// which itself is gate 3 of run `outer`.
pub const MARKER: &str = "PROVE_RUN_ID";

/// The mark of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    outer: Option<String>,
    run: String,
}

impl Marker {
    /// The mark of this run; when `prove` itself runs inside a gate, behind the outer run's.
    ///
    /// # Errors
    /// When the id is empty or has a character other than letters, digits, `-`, `_`, `.`.
    pub fn new(run: &str) -> io::Result<Self> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if run.is_empty() || !run.chars().all(fine) {
            let message = format!("{run:?} cannot be the id of a run");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let outer = std::env::var(MARKER).ok().filter(|outer| !outer.is_empty());
        Ok(Self {
            outer,
            run: run.to_owned(),
        })
    }

    /// The id of the run.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The value for everything that start number `n` of this run starts.
    #[must_use]
    pub fn value(&self, n: u64) -> String {
        let own = format!("{}@{n}", self.run);
        match &self.outer {
            Some(outer) => format!("{outer}:{own}"),
            None => own,
        }
    }

    /// Which start of this run this environment block (as in `/proc/PID/environ`) belongs to.
    #[must_use]
    pub fn found_in(&self, environ: &[u8]) -> Option<u64> {
        environ
            .split(|byte| *byte == 0)
            .filter_map(|line| line.strip_prefix(MARKER.as_bytes())?.strip_prefix(b"="))
            .flat_map(|chain| chain.split(|byte| *byte == b':'))
            .filter_map(|link| link.strip_prefix(self.run.as_bytes())?.strip_prefix(b"@"))
            .find_map(|number| std::str::from_utf8(number).ok()?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_found_by_each_of_its_runs() {
        let marker = |run: &str| Marker {
            outer: None,
            run: run.to_owned(),
        };
        let environ = b"A=1\0PROVE_RUN_ID=outer@3:inner@1\0B=2\0";
        assert_eq!(marker("outer").found_in(environ), Some(3));
        assert_eq!(marker("inner").found_in(environ), Some(1));
        assert_eq!(marker("inn").found_in(environ), None);
        assert_eq!(marker("3").found_in(environ), None);
        assert_eq!(marker("outer").found_in(b"XPROVE_RUN_ID=outer@3\0"), None);
        let nested = Marker {
            outer: Some("o@3".into()),
            run: "i".into(),
        };
        assert_eq!(nested.value(7), "o@3:i@7");
    }

    #[test]
    fn an_id_that_would_break_the_chain_is_refused() {
        for bad in ["", "a:b", "a@b", "a b", "a\0"] {
            assert!(Marker::new(bad).is_err(), "{bad:?}");
        }
    }
}
