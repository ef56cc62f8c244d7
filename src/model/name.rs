//! Gate names: what a user may call a gate, how groups nest (`ui/types`), and what the cells of a
//! matrix are called (`unit[node=20,os=linux]`).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::limits;

/// The full name of a gate: segments of `[A-Za-z0-9_][A-Za-z0-9_.-]*`, joined with `/` by groups.
///
/// The alphabet is narrow on purpose: a name is shown in terminals, file names, XML, HTML and
/// shell commands ("rerun with …"), and none of these may have to wonder about it.
/// A cell of a matrix has its place behind that: `unit[node=20,os=linux]`, names and values out of
/// `[A-Za-z0-9_.-]`. Steps that `prove` adds by itself carry a colon (`app:tag`), which no user can
/// write.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GateName(Arc<str>);

/// Why a text is no gate name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was written.
    #[error("a gate name cannot be empty")]
    Empty,
    /// Longer than [`limits::NAME_CHARS`].
    #[error("a gate name has at most {} characters", limits::NAME_CHARS)]
    TooLong,
    /// A character outside the alphabet.
    #[error("a gate name cannot contain {0:?}")]
    Character(char),
    /// A segment that starts with `.` or `-`.
    #[error("a gate name cannot start with {0:?}")]
    Start(char),
    /// What is behind a `[` is no place in a matrix.
    #[error("a cell of a matrix is called `gate[axis=value,…]`")]
    Cell,
}

impl GateName {
    /// Reads one segment as the user writes it below `gates:`.
    ///
    /// # Errors
    /// [`NameError`] when the text is empty, too long, or has a character outside the alphabet.
    pub fn segment(text: &str) -> Result<Self, NameError> {
        check_segment(text)?;
        Ok(Self(text.into()))
    }

    /// Reads a full name: segments joined by `/`, and perhaps a cell behind them.
    ///
    /// # Errors
    /// [`NameError`] of the first bad segment.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check_name(text)?;
        Ok(Self(text.into()))
    }

    /// The name of the cell at this place, or of the cells that agree with it: axes and values in
    /// the order of the matrix. Each of both must have been through [`plain`].
    #[must_use]
    pub fn cell<'t>(&self, place: impl Iterator<Item = (&'t str, &'t str)>) -> Self {
        let place: Vec<String> = place
            .map(|(axis, value)| format!("{axis}={value}"))
            .collect();
        Self(format!("{}[{}]", self.0, place.join(",")).into())
    }

    /// The name of the gate as the file has it: without a cell and a step.
    #[must_use]
    pub fn base(&self) -> &str {
        self.0.split(['[', ':']).next().unwrap_or_default()
    }

    /// The axes and values of a cell; none when this is no cell.
    pub fn place(&self) -> impl Iterator<Item = (&str, &str)> {
        let cell = split_cell(&self.0).and_then(|(_, cell)| pairs(cell));
        cell.into_iter().flatten()
    }

    /// The name of a member of this group.
    #[must_use]
    pub fn join(&self, member: &GateName) -> Self {
        Self(format!("{}/{}", self.0, member.0).into())
    }

    /// The name of a step that `prove` adds to this gate by itself, such as `app:tag`.
    #[must_use]
    pub fn step(&self, word: &'static str) -> Self {
        Self(format!("{}:{word}", self.0).into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A form that is safe and unique as a file name: `/` becomes `+`, `:` becomes `=`, and
    /// `a[b=c]` becomes `a@b=c`. None of these is in the alphabet.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let stem = self.0.replace('/', "+").replace(':', "=");
        stem.replace('[', "@").replace(']', "")
    }
}

/// The form of a value that can stand in the name of a cell: whatever is outside of the alphabet
/// becomes a `-`.
#[must_use]
pub fn plain(value: &str) -> String {
    let kept = |c: char| if is_plain(c) { c } else { '-' };
    value.chars().map(kept).collect()
}

/// `unit[node=20]` is `unit` and `node=20`; `None` when there is no cell behind the name.
#[must_use]
pub fn split_cell(text: &str) -> Option<(&str, &str)> {
    let text = text.split(':').next().unwrap_or_default();
    text.strip_suffix(']')?.split_once('[')
}

/// `node=20,os=linux` pair by pair; `None` when it is not written like that.
#[must_use]
pub fn pairs(cell: &str) -> Option<Vec<(&str, &str)>> {
    let pair = |text: &'_ str| text.find('=').filter(|at| *at > 0);
    let pairs = cell.split(',').map(|text| {
        let at = pair(text)?;
        Some((&text[..at], &text[at + 1..]))
    });
    pairs.collect()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn check_name(text: &str) -> Result<(), NameError> {
    let Some((path, cell)) = split_cell(text) else {
        return text.split('/').try_for_each(check_segment);
    };
    path.split('/').try_for_each(check_segment)?;
    let pairs = pairs(cell).ok_or(NameError::Cell)?;
    let good = |text: &str| text.chars().all(is_plain);
    let all_good = pairs.iter().all(|(axis, value)| good(axis) && good(value));
    if all_good && text.chars().count() <= limits::CELL_NAME_CHARS {
        Ok(())
    } else {
        Err(NameError::Cell)
    }
}

fn check_segment(text: &str) -> Result<(), NameError> {
    let first = text.chars().next().ok_or(NameError::Empty)?;
    if text.chars().count() > limits::NAME_CHARS {
        return Err(NameError::TooLong);
    }
    if matches!(first, '.' | '-') {
        return Err(NameError::Start(first));
    }
    match text.chars().find(|c| !is_plain(*c)) {
        Some(c) => Err(NameError::Character(c)),
        None => Ok(()),
    }
}

impl fmt::Display for GateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for GateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl From<GateName> for String {
    fn from(name: GateName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl TryFrom<String> for GateName {
    type Error = NameError;

    /// Also takes the names of steps (`app:tag`): this is how recorded runs are read back.
    fn try_from(text: String) -> Result<Self, NameError> {
        let (gate, step) = text.split_once(':').unwrap_or((&text, "x"));
        check_name(gate)?;
        check_segment(step)?;
        Ok(Self(text.as_str().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_narrow() {
        assert_eq!(
            GateName::segment("node.20-x_y").unwrap().as_str(),
            "node.20-x_y"
        );
        assert_eq!(GateName::segment("a b"), Err(NameError::Character(' ')));
        assert_eq!(GateName::segment("<b>"), Err(NameError::Character('<')));
        assert_eq!(GateName::segment("-x"), Err(NameError::Start('-')));
        assert_eq!(GateName::segment(""), Err(NameError::Empty));
        assert_eq!(GateName::segment(&"x".repeat(101)), Err(NameError::TooLong));
    }

    #[test]
    fn groups_and_steps_have_distinct_file_names() {
        let group = GateName::segment("ui").unwrap();
        let member = group.join(&GateName::segment("types").unwrap());
        assert_eq!(member.as_str(), "ui/types");
        assert_eq!(member.file_stem(), "ui+types");
        assert_eq!(member.step("tag").file_stem(), "ui+types=tag");
    }

    #[test]
    fn a_cell_has_its_place_behind_its_name() {
        let unit = GateName::parse("ui/unit").unwrap();
        let values = [("node", plain("20")), ("on", plain("linux/amd64"))];
        let cell = unit.cell(values.iter().map(|(axis, value)| (*axis, value.as_str())));
        assert_eq!(cell.as_str(), "ui/unit[node=20,on=linux-amd64]");
        assert_eq!(GateName::parse(cell.as_str()).unwrap(), cell);
        assert_eq!(cell.base(), "ui/unit");
        let place: Vec<_> = cell.place().collect();
        assert_eq!(place, [("node", "20"), ("on", "linux-amd64")]);
        assert_eq!(cell.file_stem(), "ui+unit@node=20,on=linux-amd64");
        let tag = cell.step("tag");
        assert_eq!(tag.base(), "ui/unit");
        assert_eq!(tag.place().count(), 2);
        assert_eq!(GateName::try_from(tag.to_string()).unwrap(), tag);
        assert_eq!(unit.place().count(), 0);
    }

    #[test]
    fn what_is_no_cell_is_no_name() {
        for bad in [
            "a[]", "a[b]", "a[=b]", "a[b=c", "a[b=c]d", "a[b=c/d]", "a[b=c]]", "a[b=<i>]", "[b=c]",
            "a[b=c,]", "a[b=c=d]", "a[b=c]/d",
        ] {
            assert!(GateName::parse(bad).is_err(), "{bad}");
        }
        assert!(GateName::segment("a[b=c]").is_err());
    }
}
