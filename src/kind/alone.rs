//! A gate for one file for which nobody wrote one: what `prove lint` judges by.
//!
//! It is made of a gate file's text and read as any other, so that a file is judged alone by the same
//! code and the same defaults as at a gate. Must not know where the file lies.

use std::collections::BTreeMap;

use super::registry;
use crate::model::{Facts, Severity};
use crate::spec::{self, Gate, GateFile, KindSpec};

/// What somebody wants of the rules.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// From this weight on a finding counts.
    pub threshold: Severity,
    /// Other weights, by the rule's own id; `None` is off.
    pub levels: BTreeMap<&'static str, Option<Severity>>,
    /// Today, `YYYY-MM-DD`: what a file lets be may have a last day.
    pub today: String,
}

/// The gate of this kind for the file at `path`, from the project's root.
///
/// # Errors
/// In words for people: the kind judges no file alone, or cannot be told of one with this path.
pub fn alone(spec: &dyn KindSpec, path: &str, wishes: &Wishes) -> Result<Gate, String> {
    let word = spec.word();
    let lints = spec
        .lints()
        .ok_or_else(|| format!("`{word}` judges no file by itself"))?;
    // What JSON quotes is quoted for YAML.
    let quoted = serde_json::Value::from(path).to_string();
    let own = lints.settings.replace("FILE", &quoted);
    let own = own.strip_prefix('{').unwrap_or(&own);
    let threshold = wishes.threshold.as_str();
    let levels = levels(spec, wishes);
    let text = format!(
        "version: 1\ngates:\n  {word}:\n    \
         {word}: {{failure_threshold: {threshold}, override: {{{levels}}}, {own}\n"
    );
    let file = GateFile {
        name: "prove.yml",
        bytes: text.as_bytes(),
    };
    let facts = Facts {
        today: wishes.today.clone(),
        ..Facts::default()
    };
    let cannot = |why: &str| format!("`{word}` cannot be told to judge {path}: {why}");
    match spec::load(file, &facts, registry(), "lint") {
        Ok(loaded) => {
            let gate = loaded.pipeline.gates.into_iter().next();
            gate.ok_or_else(|| cannot("it came to no gate"))
        }
        Err(wrong) => {
            let first = wrong.list().first().map(|wrong| wrong.message.as_str());
            Err(cannot(first.unwrap_or_default()))
        }
    }
}

/// The other weights, as far as they are of rules of this kind.
fn levels(spec: &dyn KindSpec, wishes: &Wishes) -> String {
    let rules = spec.rules().iter();
    let levels = rules.filter_map(|rule| {
        let level = wishes.levels.get(rule.id)?;
        let word = level.map_or("off", Severity::as_str);
        Some(format!("\"{}\": \"{word}\"", rule.id))
    });
    levels.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::lint::shelf::{Shelf, talk};
    use super::*;
    use crate::model::{Judged, example_files};

    fn wishes() -> Wishes {
        Wishes {
            threshold: Severity::Warning,
            levels: BTreeMap::new(),
            today: "2026-11-21".to_owned(),
        }
    }

    /// Every kind that judges files alone, with its usual file in a directory.
    fn each(mut check: impl FnMut(&'static dyn KindSpec, &str)) {
        let mut met = 0;
        for spec in registry().kinds() {
            if spec.lints().is_some() {
                met += 1;
                check(*spec, &format!("a b/{}", spec.usual_file()));
            }
        }
        assert!(met > 0);
    }

    #[test]
    fn every_kind_that_judges_a_file_alone_can_be_told_of_it() {
        each(|spec, path| {
            let mut wishes = wishes();
            wishes.threshold = Severity::Error;
            wishes.levels = spec.rules().iter().map(|rule| (rule.id, None)).collect();
            let gate = alone(spec, path, &wishes).unwrap();
            assert_eq!(gate.kind.word(), spec.word());
        });
    }

    #[test]
    fn every_kind_recognises_its_usual_file_and_nobody_else_does() {
        each(|spec, path| {
            let good = spec.rules().iter().find_map(|rule| {
                let files = example_files(rule.good, spec.usual_file());
                let usual = files
                    .into_iter()
                    .find(|(path, _)| *path == spec.usual_file());
                usual.map(|(_, text)| text.as_bytes().to_vec())
            });
            let text = || good.clone().unwrap_or_default();
            for other in registry().kinds() {
                let knows = other
                    .lints()
                    .is_some_and(|lints| (lints.recognises)(path, &text));
                assert_eq!(
                    knows,
                    other.word() == spec.word(),
                    "{} {path}",
                    other.word()
                );
            }
        });
    }

    /// Fail closed: what is not there was not judged.
    #[test]
    fn a_file_that_is_not_there_is_no_pass_for_any_kind() {
        each(|spec, path| {
            let gate = alone(spec, path, &wishes()).unwrap();
            let judgement = talk(&*gate.kind, &Shelf::default());
            let unjudged = matches!(judgement.verdict, Judged::Errored(_));
            assert!(unjudged, "{}: {judgement:?}", spec.word());
        });
    }

    #[test]
    fn a_kind_that_judges_no_file_alone_says_so() {
        let run = registry().kinds().iter().find(|spec| spec.word() == "run");
        let said = alone(*run.unwrap(), "x", &wishes()).unwrap_err();
        assert_eq!(said, "`run` judges no file by itself");
    }
}
