//! `RUN --mount=type=cache,target=/x`: comma-separated fields. Must not know the rest of `RUN`.

use super::command::{Mount, MountField};
use super::problem::{Problem, ProblemKind};
use super::syntax::Flag;
use crate::format::near::nearest;

const TYPES: [&str; 5] = ["bind", "cache", "tmpfs", "secret", "ssh"];

/// Keys as written, and their long form.
const KEYS: [(&str, &str); 20] = [
    ("type", "type"),
    ("from", "from"),
    ("source", "source"),
    ("src", "source"),
    ("target", "target"),
    ("dst", "target"),
    ("destination", "target"),
    ("readonly", "readonly"),
    ("ro", "readonly"),
    ("readwrite", "readwrite"),
    ("rw", "readwrite"),
    ("id", "id"),
    ("sharing", "sharing"),
    ("required", "required"),
    ("mode", "mode"),
    ("uid", "uid"),
    ("gid", "gid"),
    ("size", "size"),
    ("env", "env"),
    ("exec", "exec"),
];

/// Fields that mean something without a value.
const ALONE: [&str; 4] = ["readonly", "readwrite", "required", "exec"];

pub(super) fn read(flag: &Flag, problems: &mut Vec<Problem>) -> Option<Mount> {
    let mut problem = |message: String, help: Option<String>| {
        let problem = Problem::new(flag.span, ProblemKind::BadMount, message);
        problems.push(Problem { help, ..problem });
        None
    };
    let text = flag.value.as_ref().map_or("", |value| &value.text);
    let Some(fields) = split(text).filter(|_| !text.is_empty()) else {
        let help = "write it like `--mount=type=cache,target=/root/.cache`";
        return problem(
            "this mount cannot be read".to_owned(),
            Some(help.to_owned()),
        );
    };
    let mut mount = Mount {
        span: flag.span,
        fields: Vec::with_capacity(fields.len()),
    };
    for field in fields {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (&*field, None),
        };
        let key = key.to_ascii_lowercase();
        let Some((_, long)) = KEYS.iter().find(|(name, _)| *name == key) else {
            let near = nearest(&key, KEYS.iter().map(|(name, _)| *name));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            return problem(format!("a mount has no field `{key}`"), help);
        };
        if value.is_none() && !ALONE.contains(long) {
            return problem(
                format!("the field `{key}` of this mount has no value"),
                Some(format!("write `{key}=value`")),
            );
        }
        mount.fields.push(MountField {
            key: (*long).to_owned(),
            value,
        });
    }
    if let Some((message, help)) = wrong(&mount) {
        return problem(message, help);
    }
    Some(mount)
}

/// What the fields say together. A variable can hold anything, so nothing is said about those.
fn wrong(mount: &Mount) -> Option<(String, Option<String>)> {
    let open = |text: &str| text.contains('$');
    let kind = mount.kind().to_ascii_lowercase();
    if !open(&kind) && !TYPES.contains(&&*kind) {
        let help = match nearest(&kind, TYPES.into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", TYPES.join(", ")),
        };
        return Some((format!("there is no mount of type `{kind}`"), Some(help)));
    }
    let from = mount.get("from").unwrap_or_default();
    let expands = from
        .find('$')
        .is_some_and(|at| !matches!(from[at + 1..].chars().next(), None | Some('\n')));
    if expands {
        let message = "variables are not expanded in `from` of a mount".to_owned();
        let help = "name a stage: `FROM image:$TAG AS name`, then `from=name`".to_owned();
        return Some((message, Some(help)));
    }
    None
}

/// Splits at commas; a field in double quotes may hold some, and `""` for a quote. `None` when a
/// quote stands where none may, or stays open.
fn split(text: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find(',').unwrap_or(rest.len());
            let field = &rest[..end];
            if field.contains('"') {
                return None;
            }
            fields.push(field.to_owned());
            match rest.get(end + 1..) {
                Some(behind) => rest = behind,
                None => return Some(fields),
            }
            continue;
        };
        let (field, behind) = in_quotes(quoted)?;
        fields.push(field);
        match behind.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => return behind.is_empty().then_some(fields),
        }
    }
}

fn in_quotes(mut rest: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    loop {
        let at = rest.find('"')?;
        field.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(behind) => {
                field.push('"');
                rest = behind;
            }
            None => return Some((field, rest)),
        }
    }
}
