//! The test cases that a pack brings along: canned answers for its gates, and what the gates must
//! make of them. No tool is installed and nothing is run.
//!
//! ```yaml
//! cases:
//!   - { gate: dockerfile-exists, answers: [{ listed: [[Dockerfile]] }], verdict: passed }
//! ```
//!
//! Answers are given in the order of the questions, and each must be one to the question that is
//! asked:
//!
//! | answer | to | means |
//! |---|---|---|
//! | `{exit: 0}` `{signal: 9}` `{ended: out_of_memory}` | a command | how it ended; beside it `stdout: text`, `stderr: text` and `results: {path: text}` |
//! | `{listed: [[Dockerfile], [], [src/]]}` | a list | a list of paths for each pattern; `x/` is a directory, `x@` a link to nothing |
//! | `{files: [a.sh]}` | files | those that match |
//! | `{tracked: [.env]}` | git | the paths that it tracks |
//! | `{contents: [{Dockerfile: text}, {}]}` | a read | a map of paths and texts for each pattern |
//! | `{snapshot: {a.txt: text}}` | a snapshot | files and their contents |
//! | `{built: image}` `{built: failed}` | a build | how it ended |
//! | `{unanswered: engine_absent}` | anything | there is no answer, and why (`model::NoAnswer`, in snake case; `timeout` is the gate's own) |
//!
//! Images that a gate uses are there. Every gate of a pack needs a case in which it passes and one
//! in which it does not.

use std::collections::BTreeMap;

use super::judge::testing::image;
use super::registry;
use crate::format::yaml::{self, Node};
use crate::model::{
    Answer, Built, Collected, Content, Digest, Ending, Entry, EntryKind, Facts, GateName,
    Judgement, Matched, NoAnswer, Probe, Ran, Snapshot, Stamp, Step, StopCause, Unanswered,
};
use crate::spec::{self, Gate, Kind, Pipeline};

/// Runs the cases of a pack; every complaint, in order.
fn complaints(pack: &str) -> Vec<String> {
    let text = registry().pack(pack).unwrap_or_default();
    let document = match yaml::parse(0, text.as_bytes()) {
        Ok(document) => document,
        Err(errors) => return vec![format!("{pack}: {errors:?}")],
    };
    let pipeline = pipeline(pack);
    let cases = document.root.get("cases").map_or(&[][..], Node::items);
    let mut said: Vec<String> = Vec::new();
    let mut seen: Vec<(&str, bool)> = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        match run(&pipeline, case) {
            Ok((gate, passed)) => seen.push((gate, passed)),
            Err(why) => said.push(format!("{pack}, case {}: {why}", number + 1)),
        }
    }
    for gate in &pipeline.gates {
        for (passed, word) in [(true, "passes"), (false, "does not pass")] {
            if !seen.contains(&(gate.name.as_str(), passed)) {
                said.push(format!("{pack}: no case in which {} {word}", gate.name));
            }
        }
    }
    said
}

fn pipeline(pack: &str) -> Pipeline {
    let text = format!("version: 1\nuse: [{pack}]\n");
    let file = spec::GateFile {
        name: "prove.yml",
        bytes: text.as_bytes(),
    };
    match spec::load(file, &Facts::default(), registry(), "project") {
        Ok(loaded) => loaded.pipeline,
        Err(diagnostics) => panic!("{pack}: {:?}", diagnostics.list()),
    }
}

fn run<'c>(pipeline: &Pipeline, case: &'c Node) -> Result<(&'c str, bool), String> {
    let text = |key| {
        case.get(key)
            .and_then(Node::scalar)
            .ok_or(format!("it has no `{key}`"))
    };
    let (name, want) = (text("gate")?, text("verdict")?);
    let gate = pipeline
        .gates
        .iter()
        .find(|gate| gate.name.as_str() == name);
    let gate = gate.ok_or(format!("there is no gate {name}"))?;
    let canned = case.get("answers").map_or(&[][..], Node::items);
    let canned = canned.iter().map(answer).collect::<Result<Vec<_>, _>>()?;
    let judgement = talk(gate, canned)?;
    let verdict = crate::model::Verdict::from(judgement.verdict);
    let word = verdict.word().as_str();
    if word != want {
        return Err(format!(
            "{name} is {word}, not {want}: {:?}",
            verdict.reason()
        ));
    }
    Ok((name, word == "passed"))
}

/// Holds the whole conversation, each answer only to its question.
fn talk(gate: &Gate, canned: Vec<Answer>) -> Result<Judgement, String> {
    let images: BTreeMap<GateName, _> = gate
        .kind
        .uses()
        .into_iter()
        .map(|name| (name, image("0")))
        .collect();
    let turn = gate.turn(&images);
    let kind: &dyn Kind = &*gate.kind;
    let mut left = canned.into_iter();
    let mut answers: Vec<Answer> = Vec::new();
    loop {
        match kind.step(&turn, &answers) {
            Step::Judge(judgement) if left.len() == 0 => return Ok(*judgement),
            Step::Judge(_) => return Err(format!("{} answers too many", left.len())),
            Step::Ask(probes) => {
                for probe in probes {
                    let answer = left.next().ok_or(format!("no answer to {probe:?}"))?;
                    if !suits(&probe, &answer) {
                        return Err(format!("{answer:?} is no answer to {probe:?}"));
                    }
                    answers.push(answer);
                }
            }
        }
    }
}

fn suits(probe: &Probe, answer: &Answer) -> bool {
    match (probe, answer) {
        (_, Answer::Unanswered(_))
        | (Probe::Run(_), Answer::Ran(_))
        | (Probe::Tracked { .. }, Answer::Tracked(_))
        | (Probe::Files { .. }, Answer::Matched(_))
        | (Probe::Read { .. }, Answer::Contents(_))
        | (Probe::Snapshot { .. }, Answer::Snapshot(_))
        | (Probe::Build(_), Answer::Built(_))
        | (Probe::Tag { .. }, Answer::Tagged) => true,
        (Probe::List { patterns, .. }, Answer::Listed(lists)) => patterns.len() == lists.len(),
        _ => false,
    }
}

fn answer(node: &Node) -> Result<Answer, String> {
    let Some((entry, brought)) = node.entries().split_first() else {
        return Err(format!("an answer is a map, not {}", node.what()));
    };
    let value = &entry.value;
    let scalar = value.scalar().unwrap_or_default();
    let number = || {
        scalar
            .parse::<i32>()
            .map_err(|_| format!("`{scalar}` is no number"))
    };
    let ended = |ending| ran(ending, brought);
    let is_command = matches!(entry.key.text.as_str(), "exit" | "signal" | "ended");
    if let (Some(more), false) = (brought.first(), is_command) {
        return Err(format!("`{}` goes with a command", more.key.text));
    }
    Ok(match (entry.key.text.as_str(), scalar) {
        ("exit", _) => ended(Ending::Exited(number()?))?,
        ("signal", _) => ended(Ending::Signaled(number()?))?,
        ("ended", "out_of_memory") => ended(Ending::OutOfMemory)?,
        ("listed", _) => Answer::Listed(value.items().iter().map(entries).collect()),
        ("tracked", _) => Answer::Tracked(texts(value)),
        ("files", _) => Answer::Matched(Matched {
            paths: texts(value),
            changed: None,
        }),
        ("contents", _) => Answer::Contents(value.items().iter().map(contents).collect()),
        ("snapshot", _) => Answer::Snapshot(snapshot(value)),
        ("built", "image") => Answer::Built(Built::Image {
            image: image("1"),
            builder: "canned".into(),
        }),
        ("built", "failed") => Answer::Built(Built::Failed {
            message: "canned".into(),
            builder: "canned".into(),
        }),
        ("unanswered", why) => Answer::Unanswered(Unanswered::new(cause(why)?, "canned")),
        (key, value) => return Err(format!("no such answer: {key}: {value}")),
    })
}

/// A command that ended, with what it printed and the reports that it left.
fn ran(ending: Ending, brought: &[yaml::Entry]) -> Result<Answer, String> {
    let mut ran = Ran::ended(ending);
    (ran.stdout, ran.stderr) = (Some(Vec::new()), Some(Vec::new()));
    for entry in brought {
        let text = entry.value.scalar().map(|text| text.as_bytes().to_vec());
        match entry.key.text.as_str() {
            "stdout" => ran.stdout = text,
            "stderr" => ran.stderr = text,
            "results" => ran.results = entry.value.entries().iter().map(collected).collect(),
            other => return Err(format!("a command brings no `{other}`")),
        }
    }
    Ok(Answer::Ran(Box::new(ran)))
}

fn collected(entry: &yaml::Entry) -> Collected {
    let content = entry.value.scalar().unwrap_or_default();
    Collected {
        path: entry.key.text.clone(),
        bytes: Some(content.as_bytes().to_vec()),
        before: None,
        after: Stamp("canned".to_owned()),
    }
}

fn cause(word: &str) -> Result<NoAnswer, String> {
    if word == "timeout" {
        return Ok(NoAnswer::Stopped(StopCause::Timeout));
    }
    serde_json::from_value(word.into()).map_err(|_| format!("no such cause: {word}"))
}

fn texts(node: &Node) -> Vec<String> {
    node.items()
        .iter()
        .filter_map(Node::scalar)
        .map(str::to_owned)
        .collect()
}

fn entries(list: &Node) -> Vec<Entry> {
    let entry = |path: String| {
        let (path, kind) = match (path.strip_suffix('/'), path.strip_suffix('@')) {
            (Some(path), _) => (path, EntryKind::Directory),
            (_, Some(path)) => (path, EntryKind::BrokenLink),
            _ => (path.as_str(), EntryKind::File),
        };
        Entry {
            path: path.to_owned(),
            kind,
            size: 0,
        }
    };
    texts(list).into_iter().map(entry).collect()
}

fn contents(map: &Node) -> Vec<Content> {
    let content = |entry: &yaml::Entry| Content {
        path: entry.key.text.clone(),
        bytes: Ok(entry.value.scalar().unwrap_or_default().into()),
    };
    map.entries().iter().map(content).collect()
}

fn snapshot(map: &Node) -> Snapshot {
    let file = |entry: &yaml::Entry| {
        let content = entry.value.scalar().unwrap_or_default();
        (entry.key.text.clone(), Digest::of(content.as_bytes()))
    };
    Snapshot {
        files: map.entries().iter().map(file).collect(),
    }
}

#[test]
fn every_pack_judges_its_own_cases_right() {
    let packs = registry().packs();
    assert!(!packs.is_empty());
    let said: Vec<String> = packs.into_iter().flat_map(complaints).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}
