//! What is known of a gate, for people. Pure.

use super::{Edge, Key, Story, Went};
use crate::cli::past::{minute, short};
use crate::report::text::{count, duration, some};

/// Gates that wait which are named before the rest is counted.
const NAMED: usize = 6;
/// Runs that are shown.
const SHOWN: usize = 5;

/// The whole text.
pub(super) fn text(story: &Story) -> String {
    let mut out = format!("{}  {}  {}\n", story.gate, story.kind, story.summary);
    let mut line = |text: String| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    if let Some(description) = &story.description {
        description
            .lines()
            .for_each(|text| line(format!("  {text}")));
    }
    if let Some(place) = &story.place {
        let pack = story.pack.as_ref();
        let pack = pack.map(|pack| format!(", of the pack `{pack}`"));
        line(format!("  defined at {place}{}", pack.unwrap_or_default()));
    }
    line(format!("\nwould it run: {}", run(story)));
    story.why.iter().for_each(|why| line(format!("  {why}")));
    stages(story).into_iter().for_each(&mut line);
    if !story.keys.is_empty() {
        line("\nkeys".to_owned());
        keys(&story.keys).into_iter().for_each(&mut line);
    }
    line(waits(&story.needs, "\nwaits for", "\nwaits for nothing"));
    by_reason(&story.needs).into_iter().for_each(&mut line);
    line(waits(
        &story.needed_by,
        "\nwaited for by",
        "\nnothing waits for it",
    ));
    by_reason(&story.needed_by).into_iter().for_each(&mut line);
    if !story.images.is_empty() {
        line("\nimages".to_owned());
        for image in &story.images {
            line(format!("  {:6}  {}", image.role, image.image));
        }
    }
    line(if story.last_runs.is_empty() {
        "\nno recorded run has it".to_owned()
    } else {
        "\nlast runs".to_owned()
    });
    story
        .last_runs
        .iter()
        .take(SHOWN)
        .for_each(|run| line(went(run)));
    figures(story).into_iter().for_each(line);
    out
}

fn run(story: &Story) -> &'static str {
    match story.runs {
        Some(true) => "yes, by `prove run`",
        Some(false) => "no",
        None => "that cannot be decided, so it would not pass",
    }
}

/// One line when all stages agree.
fn stages(story: &Story) -> Vec<String> {
    let own: Vec<_> = story.stages.iter().filter(|stage| stage.runs).collect();
    if own.len() == story.stages.len() {
        return vec!["  and in every stage".to_owned()];
    }
    let line = |stage: &super::InStage| {
        let runs = if stage.runs { "yes" } else { "no" };
        format!("  --stage {:10}  {runs}: {}", stage.stage, stage.because)
    };
    story.stages.iter().map(line).collect()
}

fn keys(keys: &[Key]) -> Vec<String> {
    let wide = keys.iter().map(|key| key.key.len()).max().unwrap_or(0);
    let line = |key: &Key| {
        let place = key.place.as_deref().unwrap_or("default");
        match key.value.as_str() {
            Some(text) if text.trim_end().contains('\n') => {
                let lines = text.lines().map(|text| format!("\n      {text}"));
                format!(
                    "  {:wide$}  ({place}){}",
                    key.key,
                    lines.collect::<String>()
                )
            }
            _ => format!("  {:wide$}  {}  ({place})", key.key, flow(&key.value)),
        }
    };
    keys.iter().map(line).collect()
}

/// A value on one line, as YAML writes it there.
fn flow(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<_> = entries
                .map(|(key, value)| format!("{key}: {}", flow(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.trim_end().replace('\n', "\\n"),
        other => other.to_string(),
    }
}

fn waits(edges: &[Edge], some: &str, none: &str) -> String {
    if edges.is_empty() { none } else { some }.to_owned()
}

/// What one place or one rule says, on one line.
fn by_reason(edges: &[Edge]) -> Vec<String> {
    let mut groups: Vec<(&Edge, Vec<&str>)> = Vec::new();
    for edge in edges {
        let same = |(first, _): &&mut (&Edge, Vec<&str>)| {
            first.reason == edge.reason && first.place == edge.place
        };
        match groups.iter_mut().find(same) {
            Some((_, names)) => names.push(&edge.gate),
            None => groups.push((edge, vec![&edge.gate])),
        }
    }
    let line = |(edge, names): (&Edge, Vec<&str>)| {
        let place = edge.place.as_ref();
        let place = place.map(|place| format!(", {place}")).unwrap_or_default();
        format!("  {} ({}{place})", some(&names, NAMED), edge.why)
    };
    groups.into_iter().map(line).collect()
}

fn went(run: &Went) -> String {
    let mut line = format!(
        "  {}  {:9}  {:>9}",
        minute(&run.started),
        run.verdict,
        duration(run.duration_ms)
    );
    if run.attempts > 1 {
        line.push_str(&format!("  {}", count(run.attempts as usize, "attempt")));
    }
    let commit = short(run.commit.as_deref());
    for part in [commit, run.reason.as_deref().unwrap_or_default()] {
        if !part.is_empty() {
            line.push_str(&format!("  {part}"));
        }
    }
    line
}

fn figures(story: &Story) -> Vec<String> {
    let Some(record) = &story.record else {
        return Vec::new();
    };
    let median = record
        .median_ms
        .map(|ms| format!(", median {}", duration(ms)));
    let flaky = (record.flaky > 0).then(|| format!(", flaky in {}", record.flaky));
    let mut lines = vec![format!(
        "  passed in {} of {}{}{}",
        record.passed,
        count(record.judged, "judged run"),
        flaky.unwrap_or_default(),
        median.unwrap_or_default(),
    )];
    if let Some(run) = &record.broken_since {
        lines.push(format!("  it has not passed since run {run}"));
    }
    lines
}
