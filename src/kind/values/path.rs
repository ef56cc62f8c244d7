//! Where in a tree: `a.b`, `a[0]`, `a[*].b`, `a."b.c"`. Must not know what is asked for there.

use crate::format::yaml::{Node, Span, Value};

/// Steps of one path: nobody writes more.
const STEPS: usize = 24;

/// A path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// As written.
    pub text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key { name: String, quoted: bool },
    Item(usize),
    Every,
}

/// What a path leads to.
#[derive(Debug, Default)]
pub(super) struct Reached<'n> {
    /// The values, with the place of the key that each stands behind.
    pub values: Vec<(&'n Node, Span)>,
    /// Where the path ends before its end: the last value on the way, and the key that it lacks.
    pub missing: Vec<(Span, String)>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, behind) = step(rest, steps.is_empty())?;
            steps.push(step);
            rest = behind;
        }
        match steps.len() {
            0 => Err("the path is empty".to_owned()),
            1..=STEPS => Ok(Self {
                text: text.to_owned(),
                steps,
            }),
            _ => Err(format!("the path has more than {STEPS} steps")),
        }
    }

    /// What it leads to. `fold`: capitals do not count, and names are small.
    pub fn reach<'n>(&self, root: &'n Node, fold: bool) -> Reached<'n> {
        let mut reached = Reached::default();
        walk((root, root.span), &self.steps, fold, &mut reached);
        reached
    }

    /// The names on the way.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Key { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }
}

/// The first step of a text, and what stands behind it.
fn step(text: &str, first: bool) -> Result<(Step, &str), String> {
    if let Some(inner) = text.strip_prefix('[') {
        let (inside, behind) = inner.split_once(']').ok_or("a `[` is not closed")?;
        let step = match inside.parse() {
            Ok(number) => Step::Item(number),
            Err(_) if inside == "*" => Step::Every,
            Err(_) => return Err(format!("`[{inside}]` is neither a number nor `[*]`")),
        };
        return Ok((step, behind));
    }
    let text = match text.strip_prefix('.') {
        Some(behind) if !first => behind,
        None if first => text,
        _ => return Err("between two names stands one dot".to_owned()),
    };
    let (name, behind, quoted) = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = text.get(1..).unwrap_or_default();
            let (name, behind) = inner.split_once(quote).ok_or("a quote is not closed")?;
            (name, behind, true)
        }
        _ => {
            let end = text.find(['.', '[']).unwrap_or(text.len());
            let (name, behind) = text.split_at(end);
            (name, behind, false)
        }
    };
    if name.is_empty() && !quoted {
        return Err("between two names stands one dot".to_owned());
    }
    if !behind.is_empty() && !behind.starts_with(['.', '[']) {
        return Err("behind a quote stands `.` or `[`".to_owned());
    }
    let name = name.to_owned();
    Ok((Step::Key { name, quoted }, behind))
}

fn walk<'n>((node, at): (&'n Node, Span), steps: &[Step], fold: bool, out: &mut Reached<'n>) {
    let Some((step, rest)) = steps.split_first() else {
        out.values.push((node, at));
        return;
    };
    match (step, &node.value) {
        (Step::Key { name, .. }, Value::Sequence(items)) => {
            match name.parse().ok().and_then(|n: usize| items.get(n)) {
                Some(item) => walk((item, item.span), rest, fold, out),
                None => out.missing.push((at, name.clone())),
            }
        }
        (Step::Key { name, .. }, _) => named((node, at), (name, steps), fold, out),
        (Step::Item(n), Value::Sequence(items)) if *n < items.len() => {
            if let Some(item) = items.get(*n) {
                walk((item, item.span), rest, fold, out);
            }
        }
        (Step::Every, Value::Sequence(items)) if !items.is_empty() => {
            for item in items {
                walk((item, item.span), rest, fold, out);
            }
        }
        (Step::Every, Value::Mapping(entries)) if !entries.is_empty() => {
            for entry in entries {
                walk((&entry.value, entry.key.span), rest, fold, out);
            }
        }
        (Step::Item(n), _) => out.missing.push((at, format!("[{n}]"))),
        (Step::Every, _) => out.missing.push((at, "[*]".to_owned())),
    }
}

/// A name of a map. Where nothing is found by steps, a name that has dots in it is looked for.
fn named<'n>(
    (node, at): (&'n Node, Span),
    (name, steps): (&str, &[Step]),
    fold: bool,
    out: &mut Reached<'n>,
) {
    let mut short: Option<Reached<'n>> = None;
    let mut joined = String::new();
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Key { name, .. } if n == 0 => joined.push_str(name),
            Step::Key {
                name,
                quoted: false,
            } => {
                joined.push('.');
                joined.push_str(name);
            }
            _ => break,
        }
        let folded = if fold {
            joined.to_ascii_lowercase()
        } else {
            joined.clone()
        };
        if let Some(entry) = node.entry(&folded) {
            let mut reached = Reached::default();
            let rest = steps.get(n + 1..).unwrap_or_default();
            walk((&entry.value, entry.key.span), rest, fold, &mut reached);
            if reached.missing.is_empty() {
                out.values.append(&mut reached.values);
                return;
            }
            short.get_or_insert(reached);
        }
        if matches!(step, Step::Key { quoted: true, .. }) {
            break;
        }
    }
    match short {
        Some(mut reached) => {
            out.values.append(&mut reached.values);
            out.missing.append(&mut reached.missing);
        }
        None => out.missing.push((at, name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::format::yaml;

    const TEXT: &str =
        "a: {b: [{c: 1}, {c: 2}], d.e: 3}\nf.g: 4\nh: [[5]]\ni: []\nj: {k: {x: 6}, l: {x: 7}}\n";

    fn reached(path: &str) -> (Vec<String>, Vec<String>) {
        let root = yaml::parse(0, TEXT.as_bytes()).unwrap().root;
        let reached = Path::parse(path).unwrap().reach(&root, false);
        let values = reached.values.iter().map(|(node, _)| node.what());
        let missing = reached.missing.iter().map(|(_, name)| name.clone());
        (values.collect(), missing.collect())
    }

    #[test]
    fn a_path_leads_to_values() {
        for (path, want) in [
            ("a.b[0].c", &["`1`"][..]),
            ("a.b[*].c", &["`1`", "`2`"]),
            ("a.b.1.c", &["`2`"]),
            ("a.d.e", &["`3`"]),
            ("a.\"d.e\"", &["`3`"]),
            ("f.g", &["`4`"]),
            ("'f.g'", &["`4`"]),
            ("h[0][0]", &["`5`"]),
            ("j[*].x", &["`6`", "`7`"]),
        ] {
            assert_eq!(reached(path).0, want, "{path}");
            assert!(reached(path).1.is_empty(), "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_named_where_the_way_ends() {
        for (path, missing) in [
            ("x.y", "x"),
            ("a.x", "x"),
            ("a.b[2]", "[2]"),
            ("i[*]", "[*]"),
            ("a.b[*].z", "z"),
            ("f[0]", "f"),
        ] {
            assert_eq!(reached(path).1[0], missing, "{path}");
            assert!(reached(path).0.is_empty(), "{path}");
        }
    }

    #[test]
    fn a_path_that_is_none_says_why() {
        for text in [
            "", ".a", "a.", "a..b", "a[", "a[x]", "a[-1]", "\"a", "\"a\"b",
        ] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
        assert!(Path::parse(&"a.".repeat(30)).is_err());
    }

    proptest! {
        #[test]
        fn total(text in "[a-c.\\[\\]*0-2\"']{0,30}") {
            let root = yaml::parse(0, TEXT.as_bytes()).unwrap().root;
            if let Ok(path) = Path::parse(&text) {
                let _ = path.reach(&root, true);
            }
        }
    }
}
