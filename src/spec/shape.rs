//! Shapes: the tables that checks, suggestions, JSON Schema and the reference are all folded from.
//!
//! Everything is `const`, so that a kind's table is a `static` that reads like its documentation.
//! Must not know nodes or diagnostics: `check.rs` and `schema.rs` walk these.

/// The shape of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Any scalar, by its source text; `${{ … }}` is resolved.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number between these, both included.
    Integer {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A number that may have decimals (`1.5`), at least 0.
    Number,
    /// `10m`, `1h30m`, `90s`, `500ms`.
    Duration,
    /// `200MB`, `1GiB`, or plain bytes.
    Size,
    /// A path inside the project, relative to the gate's `cwd`; `/x` is from the project's root.
    Path,
    /// A glob over such paths; `**` is any depth.
    Glob,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// The name of a gate, or of a group.
    GateRef,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list, possibly empty.
    List(&'static Shape),
    /// One, or a list of them.
    OneOrMany(&'static Shape),
    /// A map with free keys.
    Map(&'static Shape),
    /// A map with these keys.
    Record(&'static [Field]),
    /// A map with these keys, and free ones besides, whose values are of the second shape.
    Open(&'static [Field], &'static Shape),
    /// One of these; which is told by what is written (a scalar, a list, a map).
    OneOf(&'static [Shape]),
    /// Checked by hand: `gates:` within `gates:` has the shape of the whole.
    Gates,
}

impl Shape {
    /// One or many texts, the shape of most lists.
    pub const TEXTS: Self = Self::OneOrMany(&Self::Text);
    /// One or many globs.
    pub const GLOBS: Self = Self::OneOrMany(&Self::Glob);
    /// A map from names to texts.
    pub const TEXT_MAP: Self = Self::Map(&Self::Text);
    /// A whole number from 0.
    pub const COUNT: Self = Self::Integer {
        min: 0,
        max: u32::MAX as i64,
    };
}

/// A key of a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What may stand behind it.
    pub shape: Shape,
    /// One or two sentences, for the schema and the reference.
    pub doc: &'static str,
    /// What holds when the key is not there, for the documentation; empty when nothing does.
    pub default: &'static str,
    /// It must be there.
    pub required: bool,
}

impl Field {
    /// A key that may be left out.
    #[must_use]
    pub const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            shape,
            doc,
            default: "",
            required: false,
        }
    }

    /// Says what holds when the key is left out.
    #[must_use]
    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    /// Makes it a key that must be there.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}
