//! SARIF 2.1.0, read: what a tool found, strictly. A run that says that it failed, or that does not say
//! what it found, is an error. Must not know gates or thresholds; the caller limits the size.

use serde_json::Value;

use super::report::{ReportError, text};
use crate::model::{Finding, Location, Severity};

/// What is said of a run that cannot be relied on.
type Refused = ReportError;

/// The findings of a report, in its order.
///
/// # Errors
/// When it is no SARIF 2.1.0, has no run, or a run failed.
pub fn read(bytes: &[u8]) -> Result<Vec<Finding>, ReportError> {
    let text = text(bytes)?;
    let root: Value = serde_json::from_str(text).map_err(|error| {
        ReportError::at(
            u32::try_from(error.line()).unwrap_or(u32::MAX),
            error.to_string(),
        )
    })?;
    match root.get("version").and_then(Value::as_str) {
        Some("2.1.0") => {}
        Some(other) => return Err(refused(format!("it is SARIF {other}; only 2.1.0 is read"))),
        None => return Err(refused("it has no `version`: this is no SARIF report")),
    }
    let runs = list(&root, "runs")?.ok_or_else(|| refused("it has no `runs`: no tool has run"))?;
    if runs.is_empty() {
        return Err(refused("`runs` is empty: no tool has run"));
    }
    let mut findings = Vec::new();
    for run in runs {
        one(run, &mut findings)?;
    }
    Ok(findings)
}

fn one(run: &Value, findings: &mut Vec<Finding>) -> Result<(), Refused> {
    let driver = run.pointer("/tool/driver");
    let tool = driver
        .and_then(|driver| driver.get("name"))
        .and_then(Value::as_str);
    let tool = tool.ok_or_else(|| refused("a run does not name its tool (`tool.driver.name`)"))?;
    for invocation in list(run, "invocations")?.unwrap_or_default() {
        let ended = invocation.get("executionSuccessful");
        if ended.and_then(Value::as_bool) != Some(true) {
            let told = first_notification(invocation);
            let message = match ended {
                Some(_) => format!("{tool} says that it failed{told}"),
                None => format!("{tool} does not say whether it went well (`executionSuccessful`)"),
            };
            return Err(refused(message));
        }
    }
    if run
        .pointer("/externalPropertyFileReferences/results")
        .is_some()
    {
        return Err(refused(format!("the results of {tool} are in other files")));
    }
    let Some(results) = list(run, "results")? else {
        return Err(refused(format!(
            "{tool} does not say what it found (no `results`)"
        )));
    };
    for result in results {
        findings.extend(finding(run, result)?);
    }
    Ok(())
}

fn first_notification(invocation: &Value) -> String {
    let lists = [
        "toolExecutionNotifications",
        "toolConfigurationNotifications",
    ];
    let told = lists.into_iter().find_map(|key| {
        invocation
            .get(key)?
            .get(0)?
            .pointer("/message/text")?
            .as_str()
    });
    told.map_or(String::new(), |told| format!(": {}", first_line(told)))
}

/// One result; `None` for one that says that all is well, or that something is no longer there.
fn finding(run: &Value, result: &Value) -> Result<Option<Finding>, Refused> {
    if !result.is_object() {
        return Err(refused("a result is no object"));
    }
    let word = |key: &str| result.get(key).and_then(Value::as_str);
    let kind = word("kind").unwrap_or("fail");
    if matches!(kind, "pass" | "notApplicable") || word("baselineState") == Some("absent") {
        return Ok(None);
    }
    let rule = rule(run, result);
    let id = word("ruleId")
        .or_else(|| result.pointer("/rule/id").and_then(Value::as_str))
        .or_else(|| rule.and_then(|rule| rule.get("id")).and_then(Value::as_str))
        .unwrap_or("(no rule)");
    let level = word("level")
        .or_else(|| rule?.pointer("/defaultConfiguration/level")?.as_str())
        .unwrap_or("warning");
    let severity = match (kind, level) {
        (_, "error") => Severity::Error,
        ("fail", "warning") => Severity::Warning,
        (_, "note" | "none" | "warning") => Severity::Info,
        (_, other) => return Err(refused(format!("`{other}` is no level"))),
    };
    let message = message(rule, result);
    let mut finding = Finding::new(first_line(id), severity, message).at(location(result));
    finding.source = rule
        .and_then(|rule| rule.get("helpUri"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    finding.waived = suppressed(result);
    Ok(Some(finding))
}

/// The rule of a result, by its index or its id.
fn rule<'v>(run: &'v Value, result: &Value) -> Option<&'v Value> {
    let rules = run.pointer("/tool/driver/rules")?.as_array()?;
    let index = result
        .get("ruleIndex")
        .or_else(|| result.pointer("/rule/index"));
    let by_index = index
        .and_then(Value::as_u64)
        .and_then(|index| rules.get(usize::try_from(index).ok()?));
    let id = result.get("ruleId").and_then(Value::as_str);
    by_index.or_else(|| {
        rules
            .iter()
            .find(|rule| rule.get("id").and_then(Value::as_str) == id && id.is_some())
    })
}

fn message(rule: Option<&Value>, result: &Value) -> String {
    let own = result
        .pointer("/message/text")
        .or_else(|| result.pointer("/message/markdown"));
    let named = || {
        let id = result.pointer("/message/id")?.as_str()?;
        rule?.get("messageStrings")?.get(id)?.get("text")
    };
    let about = || rule?.pointer("/shortDescription/text");
    let text = own.or_else(named).or_else(about).and_then(Value::as_str);
    first_line(text.unwrap_or("(no message)"))
}

fn location(result: &Value) -> Option<Location> {
    let place = result.pointer("/locations/0/physicalLocation")?;
    let uri = place.pointer("/artifactLocation/uri")?.as_str()?;
    let number = |key: &str| {
        let number = place
            .get("region")
            .and_then(|region| region.get(key))
            .and_then(Value::as_u64);
        number.map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
    };
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let path = path.strip_prefix("./").unwrap_or(path);
    Some(Location {
        path: first_line(&decoded(path)),
        line: number("startLine"),
        column: number("startColumn"),
    })
}

/// The reason of a suppression that holds.
fn suppressed(result: &Value) -> Option<String> {
    let all = result.get("suppressions")?.as_array()?;
    let held = all.iter().find(|one| {
        let status = one.get("status").and_then(Value::as_str);
        status.is_none_or(|status| status == "accepted")
    })?;
    let why = held
        .get("justification")
        .and_then(Value::as_str)
        .map(first_line);
    Some(
        why.filter(|why| !why.is_empty())
            .unwrap_or_else(|| "suppressed in the report".to_owned()),
    )
}

/// `%20` is a blank.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let hex = (*first == b'%').then(|| more.get(..2)).flatten();
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn list<'v>(value: &'v Value, key: &str) -> Result<Option<&'v [Value]>, Refused> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(_) => Err(refused(format!("`{key}` is no list"))),
    }
}

fn first_line(text: &str) -> String {
    text.trim()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(500)
        .collect()
}

fn refused(message: impl Into<String>) -> Refused {
    ReportError::at(0, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn report(run: &str) -> String {
        format!(
            "{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {{\"driver\": {{\"name\": \"t\", \"rules\": [{{\"id\": \"R1\", \"helpUri\": \"https://r\", \"defaultConfiguration\": {{\"level\": \"error\"}}, \"messageStrings\": {{\"m\": {{\"text\": \"by id\"}}}}}}]}}}}, {run}}}]}}"
        )
    }

    fn told(run: &str) -> Vec<String> {
        let findings = read(report(run).as_bytes()).unwrap();
        let one = |finding: &Finding| {
            let at = finding
                .location
                .as_ref()
                .map(|at| format!(" {}:{}:{}", at.path, at.line, at.column));
            format!(
                "{} {} {}{}",
                finding.rule,
                finding.word(),
                finding.message,
                at.unwrap_or_default()
            )
        };
        findings.iter().map(one).collect()
    }

    fn wrong(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn results_are_findings() {
        let results = "\"results\": [\
            {\"ruleId\": \"A\", \"message\": {\"text\": \"no\\nmore\"}, \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"src/a%20b.rs\"}, \"region\": {\"startLine\": 3, \"startColumn\": 4}}}]},\
            {\"ruleIndex\": 0, \"message\": {\"id\": \"m\"}},\
            {\"ruleId\": \"R1\", \"level\": \"note\", \"message\": {\"text\": \"n\"}},\
            {\"ruleId\": \"B\", \"kind\": \"pass\", \"message\": {\"text\": \"fine\"}},\
            {\"ruleId\": \"C\", \"kind\": \"open\", \"message\": {\"text\": \"o\"}},\
            {\"ruleId\": \"D\", \"baselineState\": \"absent\", \"message\": {\"text\": \"gone\"}},\
            {\"ruleId\": \"E\", \"message\": {\"text\": \"s\"}, \"suppressions\": [{\"kind\": \"inSource\", \"justification\": \"known\"}]},\
            {\"ruleId\": \"F\", \"message\": {\"text\": \"r\"}, \"suppressions\": [{\"kind\": \"inSource\", \"status\": \"rejected\"}]}]";
        assert_eq!(
            told(results),
            [
                "A warning no src/a b.rs:3:4",
                "R1 error by id",
                "R1 info n",
                "C info o",
                "E waived s",
                "F warning r"
            ]
        );
        assert!(told("\"results\": []").is_empty());
    }

    #[test]
    fn a_tool_that_failed_says_nothing_about_the_code() {
        let failed = report(
            "\"invocations\": [{\"executionSuccessful\": false, \"toolExecutionNotifications\": [{\"message\": {\"text\": \"no memory\"}}]}], \"results\": []",
        );
        assert_eq!(wrong(&failed), "t says that it failed: no memory");
        assert!(
            wrong(&report("\"invocations\": [{}], \"results\": []"))
                .contains("does not say whether")
        );
        assert!(wrong(&report("\"results\": null")).contains("does not say what it found"));
        assert!(wrong(&report("\"x\": 1")).contains("does not say what it found"));
    }

    #[test]
    fn what_is_no_report_is_an_error() {
        for (text, want) in [
            ("", "empty"),
            ("{", "EOF"),
            ("[]", "no `version`"),
            ("{\"version\": \"2.0.0\", \"runs\": []}", "SARIF 2.0.0"),
            ("{\"version\": \"2.1.0\"}", "no `runs`"),
            ("{\"version\": \"2.1.0\", \"runs\": []}", "`runs` is empty"),
            ("{\"version\": \"2.1.0\", \"runs\": {}}", "no list"),
            (
                "{\"version\": \"2.1.0\", \"runs\": [1]}",
                "does not name its tool",
            ),
        ] {
            assert!(wrong(text).contains(want), "{text}: {}", wrong(text));
        }
        let odd = report("\"results\": [{\"level\": \"fatal\"}]");
        assert!(wrong(&odd).contains("no level"));
        let whole = report("\"results\": []");
        for end in 1..whole.len() {
            assert!(read(&whole.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_result_is_read_or_refused(text in "[\\[\\]{}\":,a-z0-9]{0,60}") {
            let _ = read(report(&format!("\"results\": [{text}]")).as_bytes());
        }
    }
}
