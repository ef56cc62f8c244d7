//! Bad files: what is said, word for word. Read by eye: would you show this to somebody?

mod gates;
mod keys;
mod references;
mod secrets;
mod values;
mod yaml;

use super::{bad, messages, try_load};

#[test]
fn three_mistakes_are_said_at_once() {
    let file = "version: 1\ngates:\n  a: { run: x, timeot: 5m }\n  b: { run: y, needs: [c] }\n  d: { run: z, retries: lots }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `timeot`
     --> prove.yml:3:16
      |
    3 |   a: { run: x, timeot: 5m }
      |                ^^^^^^
      |
      = help: did you mean `timeout`?

    error: there is no gate `c`
     --> prove.yml:4:24
      |
    4 |   b: { run: y, needs: [c] }
      |                        ^

    error: expected a whole number, found `lots`
     --> prove.yml:5:25
      |
    5 |   d: { run: z, retries: lots }
      |                         ^^^^

    3 mistakes; nothing ran
    "##);
}

#[test]
fn a_mistake_for_machines_has_a_place() {
    let diagnostics = try_load("version: 1\ngates:\n  lint: { run: x, timeot: 5m }\n").unwrap_err();
    insta::assert_snapshot!(diagnostics.json(), @r##"[{"file":"prove.yml","line":3,"column":19,"end_line":3,"end_column":25,"message":"unknown key `timeot`","label":null,"why":null,"help":"did you mean `timeout`?","suggestion":"timeout"}]"##);
}

#[test]
fn of_very_many_mistakes_fifty_are_shown() {
    let gates: String = (0..60)
        .map(|n| format!("  g{n}: {{ run: x, bad: y }}\n"))
        .collect();
    let file = format!("version: 1\ngates:\n{gates}");
    assert_eq!(messages(&file).len(), 60);
    let shown = bad(&file);
    assert!(shown.contains("and 10 more") && shown.ends_with("60 mistakes; nothing ran\n"));
}
