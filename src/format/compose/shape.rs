//! The forms that a compose file can take: one table is the key check, the type check, the
//! canonical form and the rule for merging. Must not know files or variables.

/// What a value may be.
#[derive(Debug)]
pub(super) enum Shape {
    /// Whatever it is.
    Any,
    /// Text.
    Text,
    /// Text or a number.
    TextOrNumber,
    /// Text, a number, a boolean or nothing.
    Scalar,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `1m30s`.
    Duration,
    /// `512m`, or a number of bytes.
    Bytes,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A path, from the folder that the file's paths start in.
    Path,
    /// A path or an address that is no path.
    Context,
    /// Nothing, a text or a list of texts.
    Command,
    /// A health check: a text is `[CMD-SHELL, text]`.
    Test,
    /// A list; one item may stand without its brackets.
    Some(&'static Shape),
    /// A list.
    List(&'static Shape),
    /// A map with free keys.
    Dict(&'static Shape),
    /// A map of names to scalars, or a list of `name=value`.
    Pairs,
    /// A map of hosts to addresses, or a list of `host=address`.
    Hosts,
    /// A map of names to records, or a list of names.
    Names(&'static Record),
    /// A map with known keys.
    Record(&'static Record),
    /// A record that has a short form.
    Short(Short, &'static Record),
    /// `true`, `false`, or the form of long ago, `{name: …}`.
    External,
}

/// Which short form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Short {
    /// `build: .`
    Build,
    /// `"8080:80"`
    Port,
    /// `data:/var/lib/data:ro`
    Volume,
    /// `env_file: a.env`
    EnvFile,
    /// `/dev/a:/dev/b:rw`
    Device,
    /// `secrets: [token]`
    Mount,
    /// `nproc: 100`
    Ulimit,
    /// `include: [other.yaml]`
    Include,
    /// `extends: base`
    Extends,
    /// `gpus: all`
    Gpus,
}

/// A map with known keys.
#[derive(Debug)]
pub(super) struct Record {
    /// What it is, for people: "a service".
    pub what: &'static str,
    /// What it may hold.
    pub fields: &'static [Field],
    /// What it must hold.
    pub required: &'static [&'static str],
    /// Whether it may be empty (`data:`).
    pub nullable: bool,
}

/// A key and what it may hold.
#[derive(Debug)]
pub(super) struct Field {
    /// The key.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// A later file replaces it as a whole.
    pub replaced: bool,
}

impl Record {
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A key whose value is merged.
pub(super) const fn key(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        replaced: false,
    }
}

/// A key whose value a later file replaces.
pub(super) const fn whole(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        replaced: true,
    }
}

/// A record that must be a map, without required keys.
pub(super) const fn record(what: &'static str, fields: &'static [Field]) -> Record {
    Record {
        what,
        fields,
        required: &[],
        nullable: false,
    }
}

/// A record that needs some of its keys.
pub(super) const fn needs(
    what: &'static str,
    fields: &'static [Field],
    required: &'static [&'static str],
) -> Record {
    Record {
        what,
        fields,
        required,
        nullable: false,
    }
}

/// A record that may be empty.
pub(super) const fn maybe(what: &'static str, fields: &'static [Field]) -> Record {
    Record {
        what,
        fields,
        required: &[],
        nullable: true,
    }
}
