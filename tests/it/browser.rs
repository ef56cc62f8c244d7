//! The HTML page in a real browser: it opens without a complaint, asks nobody for anything, and
//! nothing that a gate said takes effect in it. Left out, and that is said, where there is no
//! Chromium; `PROVE_TEST_BROWSER=required` makes that a failure.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Project, fifo, has};

/// A browser that is spoken to in the DevTools protocol, through two pipes.
struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: String,
    asked: u64,
    heard: Vec<Value>,
    _dir: tempfile::TempDir,
}

/// `None`: there is none here, and that was said.
fn browser() -> Option<Browser> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let found = names.into_iter().find(|name| has(name));
    if found.is_none() {
        let required = std::env::var("PROVE_TEST_BROWSER").is_ok_and(|value| value == "required");
        assert!(
            !required,
            "no Chromium here, and PROVE_TEST_BROWSER requires one"
        );
        eprintln!("left out: there is no Chromium here");
    }
    found.map(Browser::start)
}

impl Browser {
    fn start(program: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (to, from) = (dir.path().join("to"), dir.path().join("from"));
        fifo(&to);
        fifo(&from);
        let script = "exec \"$0\" --headless=new --no-sandbox --disable-gpu --no-first-run \
             --disable-dev-shm-usage --remote-debugging-pipe --user-data-dir=\"$1\" about:blank \
             3<\"$2\" 4>\"$3\"";
        let child = Command::new("sh")
            .args(["-c", script, program])
            .args([&dir.path().join("profile"), &to, &from])
            // What it leaves among temporary files goes with the project.
            .env("TMPDIR", dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = OpenOptions::new().write(true).open(&to).unwrap();
        let from = BufReader::new(File::open(&from).unwrap());
        let mut browser = Self {
            child,
            to,
            from,
            session: String::new(),
            asked: 0,
            heard: Vec::new(),
            _dir: dir,
        };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.ask("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in [
            "Page.enable",
            "Runtime.enable",
            "Log.enable",
            "Network.enable",
        ] {
            browser.ask(domain, json!({}));
        }
        browser
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        loop {
            let answer = self.hear();
            if answer["id"] == self.asked {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.heard.push(answer);
        }
    }

    fn hear(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "the browser went away");
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Opens a file and waits until it is loaded.
    fn open(&mut self, file: &Path) {
        self.heard.clear();
        let url = format!("file://{}", file.display());
        self.ask("Page.navigate", json!({"url": url}));
        while !self
            .heard
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let event = self.hear();
            self.heard.push(event);
        }
    }

    /// The value of an expression in the page.
    fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.ask("Runtime.evaluate", asked);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Complaints, and requests that are not the page itself.
    fn complaints(&self) -> Vec<String> {
        let is_bad = |event: &&Value| match event["method"].as_str() {
            Some("Log.entryAdded" | "Runtime.exceptionThrown" | "Runtime.consoleAPICalled") => true,
            Some("Network.requestWillBeSent") => {
                let url = event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default();
                !url.starts_with("file://") || event["params"]["type"] != "Document"
            }
            _ => false,
        };
        self.heard
            .iter()
            .filter(is_bad)
            .map(ToString::to_string)
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its own children when its pipe closes; whatever happens, it is waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
