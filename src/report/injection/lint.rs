//! Every hostile text through every form of what `prove lint` says.

use super::super::hostile::HOSTILE;
use super::super::{Forged, Lint, Remark, Unjudged};
use super::{Told, documents, logs, readable};
use crate::model::{Finding, Location, Reason, Severity};

/// Findings and refusals in which this stands wherever a text can stand.
fn linted(text: &str) -> Lint {
    let remark = |severity, waived: bool, line| {
        let place = Location {
            path: text.to_owned(),
            line,
            column: 2,
        };
        let mut finding = Finding::new(text, severity, text)
            .at(Some(place))
            .help(text);
        (finding.why, finding.source) = (Some(text.to_owned()), Some(text.to_owned()));
        finding.waived = waived.then(|| text.to_owned());
        Remark {
            kind: "dockerfile",
            finding,
            from_root: text.to_owned(),
            line: Some(text.replace('\n', " ")),
        }
    };
    let mut nowhere = remark(Severity::Error, false, 1);
    nowhere.finding.location = None;
    Lint {
        version: "0.0.0".to_owned(),
        arguments: vec![text.to_owned()],
        started: "2026-11-21T07:00:00Z".to_owned(),
        threshold: Severity::Info,
        ignored: vec![text.to_owned()],
        overridden: vec![("DL3006".to_owned(), "info")],
        judged: vec![(text.to_owned(), "dockerfile")],
        remarks: vec![
            remark(Severity::Error, false, 3),
            remark(Severity::Warning, false, 0),
            remark(Severity::Info, false, 1),
            remark(Severity::Error, true, 7),
            nowhere,
        ],
        unjudged: vec![Unjudged {
            file: text.to_owned(),
            from_root: text.to_owned(),
            reason: Reason::new(text).detail(text).hint(text),
        }],
        notes: vec![text.to_owned()],
        failed: true,
    }
}

type Row = (&'static str, fn(&Lint) -> Vec<u8>, fn(&[u8]) -> Told);

const FORMS: [Row; 6] = [
    ("text", |lint| lint.text(false).into_bytes(), logs::terminal),
    ("quiet", |lint| lint.text(true).into_bytes(), quiet),
    ("json", |lint| lint.json().into_bytes(), documents::json),
    (
        "sarif",
        |lint| lint.forged(Forged::Sarif).unwrap(),
        documents::sarif,
    ),
    (
        "gitlab",
        |lint| lint.forged(Forged::Gitlab).unwrap(),
        documents::json,
    ),
    (
        "github",
        |lint| lint.forged(Forged::Github).unwrap(),
        logs::github,
    ),
];

/// There is no last word: as many lines as there are things to say.
fn quiet(bytes: &[u8]) -> Told {
    let mut told = logs::plain(bytes);
    told.effects = vec![told.said.len().to_string()];
    told
}

#[test]
fn no_text_takes_effect_in_any_form_of_lint_and_each_can_still_be_read() {
    for (form, make, read) in FORMS {
        let told = |text: &str| read(&make(&linted(text)));
        let places = |told: &Told, text: &str| {
            let said = told.said.iter().filter(|said| readable(said, text));
            said.count()
        };
        let harmless = told("harmless");
        let most = places(&harmless, "harmless");
        assert!(most >= 5, "{form}: {most}");
        for text in HOSTILE {
            let told = told(text);
            assert_eq!(told.effects, harmless.effects, "{form} {text:?}");
            let found = places(&told, text);
            assert!(
                found >= most / 2,
                "{form} {text:?}: {found} of {most}: {:#?}",
                told.said
            );
        }
    }
}
