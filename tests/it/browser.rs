//! The HTML page in a real browser: it opens without a complaint, asks nobody for anything, and
//! nothing that a gate said takes effect in it. Left out, and that is said, where there is no
//! Chromium; `PROVE_TEST_BROWSER=required` makes that a failure.

use std::fs;

use serde_json::{Value, json};

use crate::support::Project;
use crate::support::browser::{Browser, browser};

const HOSTILE: &str = r#"version: 1
project: "<img src=x onerror=window.pwned=1>"
reports: { html: out.html }
gates:
  bad:
    description: "</script><script>window.pwned=1</script>"
    run: |
      printf '\033[1;31mred\033[0m <script>window.pwned=1</script><img src=http://127.0.0.1:9/x onerror=window.pwned=1>\n'
      printf '</pre></template><svg onload=window.pwned=1> \033]0;title\007 javascript:window.pwned=1\n'
      seq 1 2000
      exit 1
  new: { run: exit 1, advisory: { reason: "<iframe src=javascript:parent.pwned=1>" } }
  cases:
    run: cp in.xml out.xml
    results: { junit: out.xml }
  after: { run: "true", needs: bad }
"#;

const CASES: &str = r#"<testsuite name="s"><testcase classname="c" name="&lt;img src=x onerror=window.pwned=1&gt;"/><testcase classname="c" name="b"><failure message="&lt;script&gt;window.pwned=1&lt;/script&gt;"/></testcase></testsuite>"#;

/// The page of a run in which everything is hostile, opened. The project keeps it on the disk.
fn hostile_page(browser: &mut Browser) -> Project {
    let project = Project::with(HOSTILE);
    project.file("in.xml", CASES);
    project.run().expect(1, &[]);
    browser.open(&project.path().join("out.html"));
    project
}

#[test]
fn a_page_opens_without_a_complaint_and_nothing_in_it_takes_effect() {
    let Some(mut browser) = browser() else {
        return;
    };
    let _project = hostile_page(&mut browser);
    assert_eq!(
        browser.value("document.querySelector('h1 .word').textContent"),
        "refuted"
    );
    // Every gate is opened, then its log and its cases are looked at.
    browser.value("document.querySelectorAll('.row').forEach(row => row.click())");
    let shown = browser.value(
        "(async () => {
            const until = (is) => new Promise((done) => {
                const look = () => is() ? done() : requestAnimationFrame(look);
                look();
            });
            const said = [], lines = document.getElementById('viewer-lines');
            for (const button of document.querySelectorAll('[data-log],[data-cases]')) {
                button.click();
                await until(() => lines.querySelector('.line,.case'));
                said.push(lines.textContent);
                document.getElementById('viewer-close').click();
                await until(() => !lines.firstChild);
            }
            return said.join('\\n');
        })()",
    );
    let shown = shown.as_str().unwrap();
    assert!(
        shown.contains("red <script>window.pwned=1</script><img"),
        "{shown}"
    );
    assert!(
        shown.contains("<img src=x onerror=window.pwned=1>"),
        "{shown}"
    );
    assert_eq!(browser.value("typeof window.pwned"), "undefined");
    assert_eq!(
        browser.value("document.querySelectorAll('img,iframe').length"),
        0
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_log_is_searched_and_the_list_is_filtered() {
    let Some(mut browser) = browser() else {
        return;
    };
    let _project = hostile_page(&mut browser);
    let found = browser.value(
        "(async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            document.querySelector('[data-log]').click();
            const find = document.getElementById('viewer-find');
            while (!document.querySelector('.line')) await frame();
            find.q.value = '1999';
            find.requestSubmit();
            return find.querySelector('output').value + ': ' + document.querySelector('.line.at').textContent;
        })()",
    );
    assert_eq!(found, "1 of 1, line 2001: 1999");
    let shown = browser.value(
        "(() => {
            const form = document.getElementById('filter');
            form.v.value = 'bad';
            form.dispatchEvent(new Event('input'));
            return form.n.value;
        })()",
    );
    assert_eq!(shown, "", "all four did not pass");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// What whoever does not see the page is told of it.
#[test]
fn everything_that_can_be_used_has_a_name_and_the_page_has_landmarks() {
    let Some(mut browser) = browser() else {
        return;
    };
    let project = Project::with(HOSTILE);
    project.file("in.xml", CASES);
    project.run().expect(1, &[]);
    browser.open(&project.path().join("out.html"));
    browser.value("document.querySelectorAll('.row').forEach(row => row.click())");
    let mut roles = said(&mut browser);
    browser.value("document.querySelector('[data-log]').click()");
    roles.extend(said(&mut browser));
    for role in [
        "banner",
        "navigation",
        "main",
        "contentinfo",
        "search",
        "dialog",
        "button",
        "link",
        "combobox",
        "searchbox",
        "checkbox",
    ] {
        assert!(roles.iter().any(|found| found == role), "no {role}");
    }
    let open = browser.value("document.querySelectorAll('.row[aria-expanded=true]').length");
    assert_eq!(open, 4);
}

/// The roles in the accessibility tree. Whatever can be used in it has a name.
fn said(browser: &mut Browser) -> Vec<String> {
    let tree = browser.ask("Accessibility.getFullAXTree", json!({}));
    let used = [
        "button",
        "link",
        "combobox",
        "searchbox",
        "textbox",
        "checkbox",
        "region",
        "dialog",
        "DisclosureTriangle",
    ];
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let nodes = tree["nodes"].as_array().unwrap();
    let nodes = nodes.iter().filter(|node| node["ignored"] == false);
    nodes
        .map(|node| {
            let role = text(&node["role"]);
            let named = !text(&node["name"]).trim().is_empty();
            assert!(named || !used.contains(&role.as_str()), "{node}");
            role
        })
        .collect()
}

#[test]
fn one_key_searches_in_the_list_and_in_a_log() {
    let Some(mut browser) = browser() else {
        return;
    };
    let project = Project::with(HOSTILE);
    project.file("in.xml", CASES);
    project.run().expect(1, &[]);
    browser.open(&project.path().join("out.html"));
    let slash = json!({"type": "keyDown", "key": "/", "text": "/"});
    let focus = "document.activeElement.closest('form').id + document.activeElement.value";
    browser.ask("Input.dispatchKeyEvent", slash.clone());
    assert_eq!(browser.value(focus), "filter");
    // In a field it is a character like any other.
    browser.ask("Input.dispatchKeyEvent", slash.clone());
    assert_eq!(browser.value(focus), "filter/");
    browser.value("document.querySelector('[data-log]').click(); document.activeElement.blur()");
    browser.ask("Input.dispatchKeyEvent", slash);
    assert_eq!(browser.value(focus), "viewer-find");
}

#[test]
fn a_report_is_made_later_byte_for_byte_and_open_says_where() {
    let mut project = Project::with(
        "version: 1\nreports: { html: out.html }\ngates:\n  a: { run: 'echo hello; exit 1' }\n",
    );
    project.run().expect(1, &[]);
    project
        .prove(&["report", "--to", "html=again.html", "--to", "junit=a.xml"])
        .expect(0, &[]);
    let folder = project.path().to_owned();
    let bytes = |name: &str| fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes("out.html"), bytes("again.html"));
    assert!(project.path().join("a.xml").is_file());
    project
        .prove(&["report", "--to", "html"])
        .expect(2, &["html=FILE", "prove replay last"]);
    project.prove(&["report", "last"]).expect(2, &["--to"]);
    project.script("browser", "#!/bin/sh\nprintf '%s\\n' \"$@\" > opened\n");
    project.env("BROWSER", "./browser --new");
    project.prove(&["open"]).expect(0, &["report.html"]);
    let page = project.run_dir().join("report.html");
    let opened = fs::read_to_string(project.path().join("opened")).unwrap();
    assert_eq!(opened, format!("--new\n{}\n", page.display()));
    assert_eq!(fs::read(page).unwrap(), bytes("out.html"));
}

#[test]
fn without_a_browser_the_page_is_made_and_that_is_another_exit_code() {
    let mut project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    project.run().expect(0, &[]);
    project.env("BROWSER", "./none:false");
    project.env("PATH", "/nowhere");
    project
        .prove(&["open"])
        .expect(4, &["report.html", "no browser", "./none"]);
    assert!(project.run_dir().join("report.html").is_file());
    project
        .prove(&["open", "20201121T002500Z-aaaaaa"])
        .expect(3, &["no run"]);
}

#[test]
fn a_run_that_was_killed_gives_a_page_that_says_so() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    project.run().expect(0, &[]);
    let events = project.run_dir().join("events.jsonl");
    let text = fs::read_to_string(&events).unwrap();
    let head = text.lines().next().unwrap();
    fs::write(&events, format!("{head}\n")).unwrap();
    project
        .prove(&["report", "--to", "html=out.html"])
        .expect(3, &["did not finish"]);
    let page = fs::read_to_string(project.path().join("out.html")).unwrap();
    assert!(
        page.contains("not finished") && !page.contains("proved</"),
        "{page}"
    );
}
