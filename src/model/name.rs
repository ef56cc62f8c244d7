//! Gate names: what a user may call a gate, and how groups nest (`ui/types`).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::limits;

/// The full name of a gate: segments of `[A-Za-z0-9_][A-Za-z0-9_.-]*`, joined with `/` by groups.
///
/// The alphabet is narrow on purpose: a name is shown in terminals, file names, XML, HTML and
/// shell commands ("rerun with …"), and none of these may have to wonder about it.
/// Steps that `prove` adds by itself carry a colon (`app:tag`), which no user can write.
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

    /// Reads a full name: segments joined by `/`.
    ///
    /// # Errors
    /// [`NameError`] of the first bad segment.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        text.split('/').try_for_each(check_segment)?;
        Ok(Self(text.into()))
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

    /// A form that is safe and unique as a file name: `/` becomes `+`, `:` becomes `=`,
    /// neither of which is in the alphabet.
    #[must_use]
    pub fn file_stem(&self) -> String {
        self.0.replace('/', "+").replace(':', "=")
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
    match text
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
    {
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
        gate.split('/').chain([step]).try_for_each(check_segment)?;
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
}
