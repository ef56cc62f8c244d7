//! Adds the script `prove` to package.json, and leaves every other byte as it is.

use serde_json::Value;

use super::found::Found;

/// The text of package.json with `"prove": "prove run"` as the first of its scripts.
///
/// # Errors
/// Why not, in words: there is none, it has such a script, its form is not understood.
pub(super) fn with_script(found: &Found) -> Result<String, String> {
    let text = found.text("package.json");
    if text.is_empty() {
        return Err("there is no package.json here".to_owned());
    }
    let before: Value =
        serde_json::from_str(text).map_err(|error| format!("package.json: {error}"))?;
    let scripts = before.get("scripts").and_then(Value::as_object);
    if scripts.is_some_and(|scripts| scripts.contains_key("prove")) {
        return Err("package.json has a script `prove`".to_owned());
    }
    let Some(scripts) = scripts else {
        return Err("package.json has no `scripts`".to_owned());
    };
    let by_hand = || "package.json has an unusual form: add the script by hand".to_owned();
    let at = opening(text).ok_or_else(by_hand)?;
    let (head, tail) = text.split_at(at);
    let gap: String = tail.chars().take_while(|c| c.is_whitespace()).collect();
    let comma = if scripts.is_empty() { "" } else { "," };
    let changed = format!("{head}{gap}\"prove\": \"prove run\"{comma}{tail}");
    let mut expected = before.clone();
    expected["scripts"]["prove"] = Value::from("prove run");
    match serde_json::from_str::<Value>(&changed) {
        Ok(after) if after == expected => Ok(changed),
        _ => Err(by_hand()),
    }
}

/// Behind the `{` of the first `"scripts": {`; that it is the right one is seen by what comes out.
fn opening(text: &str) -> Option<usize> {
    let key = text.find("\"scripts\"")? + "\"scripts\"".len();
    let rest = &text[key..];
    let colon = rest.find(|c: char| !c.is_whitespace())?;
    let rest = rest[colon..].strip_prefix(':')?;
    let brace = rest.find(|c: char| !c.is_whitespace())?;
    rest[brace..]
        .starts_with('{')
        .then(|| text.len() - rest.len() + brace + 1)
}
