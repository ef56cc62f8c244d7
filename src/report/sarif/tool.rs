//! Around the results: which tool, which run of it, of which sources, and how it ended.

use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use super::result::{BASE, message, safe, uri};
use crate::event::{GateFinished, GateHead, RunStarted, Summary};
use crate::model::{ExitStatus, RunVerdict, VerdictWord};
use crate::report::{gates, text};

pub(super) fn tool(head: &RunStarted, rules: Vec<Value>) -> Value {
    json!({ "driver": {
        "name": "prove",
        "version": safe(&head.version),
        "rules": rules,
    } })
}

/// The category is all before the last slash: runs of one project replace each other's results.
pub(super) fn automation(head: &RunStarted) -> Value {
    json!({ "id": format!("prove/{}/{}", uri(&head.project), uri(&head.run)) })
}

/// The ways to a repository that git knows; a viewer may make a link of what has another scheme.
const SCHEMES: [&str; 5] = ["https", "http", "ssh", "git", "file"];

/// Where the sources are from; without an address the standard has no place for it.
pub(super) fn provenance(head: &RunStarted) -> Option<Value> {
    let revision = head.revision.as_ref()?;
    let repository = revision.repository.as_deref()?;
    let address = match repository.split_once("://") {
        // A port keeps its colon.
        Some((scheme, rest)) if SCHEMES.contains(&scheme) => {
            format!("{scheme}://{}", uri(rest).replace("%3A", ":"))
        }
        Some(_) => return None,
        // What git also takes for ssh: host:path.
        None => {
            let (host, path) = repository.split_once(':')?;
            let host = uri(host).replace("%40", "@");
            format!("ssh://{host}/{}", uri(path.trim_start_matches('/')))
        }
    };
    let mut provenance = json!({
        "repositoryUri": address,
        "revisionId": safe(&revision.commit),
        "mappedTo": { "uriBaseId": BASE },
    });
    if let Some(branch) = &revision.branch {
        provenance["branch"] = json!(safe(branch));
    }
    Some(provenance)
}

/// How the run went: its end, and all that must be said and is no result.
pub(super) fn invocation(head: &RunStarted, summary: &Summary) -> Value {
    let (verdict, duration_ms) = gates::end(summary);
    let exit = gates::exit(summary);
    let answered = verdict != RunVerdict::Undecided && !matches!(exit, ExitStatus::Signal(_));
    let arguments: Vec<String> = head.arguments.iter().map(|word| safe(word)).collect();
    let mut invocation = json!({
        "arguments": arguments,
        "exitCode": exit.code(),
        "exitCodeDescription": verdict.as_str(),
        "executionSuccessful": answered,
        "toolExecutionNotifications": notifications(head, summary),
        "properties": { "run": safe(&head.run), "narrowed": head.narrowed },
    });
    if let Some(signal) = summary.interrupted {
        invocation["exitSignalName"] = json!(text::signal(signal));
    }
    if let Ok(start) = DateTime::parse_from_rfc3339(&head.started) {
        let start = start.to_utc();
        let utc = |at: DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        invocation["startTimeUtc"] = json!(utc(start));
        let length = i64::try_from(duration_ms).ok();
        let length = length.and_then(TimeDelta::try_milliseconds);
        if let Some(end) = length.and_then(|length| start.checked_add_signed(length)) {
            invocation["endTimeUtc"] = json!(utc(end));
        }
    }
    invocation
}

/// Rule 7: nothing soft is silent.
fn notifications(head: &RunStarted, summary: &Summary) -> Vec<Value> {
    let mut all = Vec::new();
    if head.narrowed {
        all.push(note("narrowed", "only a part of the pipeline ran"));
    }
    for left in &head.left_out {
        all.push(note("left-out", &format!("{}: {}", left.gate, left.reason)));
    }
    all.extend(summary.notices.iter().map(|said| note("notice", said)));
    for (gate, finished) in gates::finished(summary) {
        all.extend(of_gate(gate, finished));
    }
    all
}

fn of_gate(gate: &GateHead, finished: &GateFinished) -> Vec<Value> {
    let name = &finished.gate;
    let mut all = Vec::new();
    if finished.flaky {
        let attempts = finished.attempts;
        let said = format!("{name} is flaky: passed at attempt {attempts}");
        all.push(notification("flaky", "warning", &said));
    }
    if let Some(why) = &gate.advisory {
        all.push(note(
            "advisory",
            &format!("{name} is advisory, does not decide: {why}"),
        ));
    }
    let words = finished.notes.iter();
    all.extend(words.map(|said| note("note", &format!("{name}: {said}"))));
    let silent = matches!(
        finished.verdict,
        VerdictWord::Passed | VerdictWord::Failed | VerdictWord::Errored
    );
    if !silent {
        let why = finished.reason.as_ref().map(|reason| &reason.headline);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let said = format!("{name} {}{why}", finished.verdict.as_str());
        all.push(note("not-run", &said));
    }
    all
}

fn note(id: &str, said: &str) -> Value {
    notification(id, "note", said)
}

fn notification(id: &str, level: &str, said: &str) -> Value {
    json!({
        "descriptor": { "id": format!("prove/{id}") },
        "level": level,
        "message": message(said),
    })
}
