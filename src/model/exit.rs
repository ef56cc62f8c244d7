//! The one table of exit codes.

use super::verdict::RunVerdict;

/// How the process ends. Scripts and CI jobs read this; so it is one table in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: everything required was proved.
    Proved,
    /// 1: something required failed.
    Refuted,
    /// 2: the gate file or the arguments are wrong; nothing ran.
    Usage,
    /// 3: something could not be judged.
    Undecided,
    /// 4: what was asked for was made, and there is nothing here to show it with (`prove open`).
    NotShown,
    /// n: what somebody entered ended so, and not prove (`prove shell`).
    Own(u8),
    /// 128 + n: interrupted by signal n.
    Signal(u8),
}

impl ExitStatus {
    /// The number that the process exits with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Proved => 0,
            Self::Refuted => 1,
            Self::Usage => 2,
            Self::Undecided => 3,
            Self::NotShown => 4,
            Self::Own(n) => n,
            Self::Signal(n) => 128_u8.saturating_add(n),
        }
    }
}

impl From<RunVerdict> for ExitStatus {
    fn from(verdict: RunVerdict) -> Self {
        match verdict {
            RunVerdict::Proved => Self::Proved,
            RunVerdict::Refuted => Self::Refuted,
            RunVerdict::Undecided => Self::Undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let codes = [
            ExitStatus::Proved,
            ExitStatus::Refuted,
            ExitStatus::Usage,
            ExitStatus::Undecided,
            ExitStatus::NotShown,
            ExitStatus::Own(42),
            ExitStatus::Signal(2),
            ExitStatus::Signal(15),
        ]
        .map(ExitStatus::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 42, 130, 143]);
    }
}
