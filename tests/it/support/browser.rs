//! A Chromium without a window, spoken to in the DevTools protocol. Must not know any page.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{fifo, has};

/// A browser that is spoken to in the DevTools protocol, through two pipes.
pub struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: String,
    asked: u64,
    heard: Vec<Value>,
    _dir: tempfile::TempDir,
}

/// `None`: there is none here, and that was said.
pub fn browser() -> Option<Browser> {
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
        let on = json!({"enabled": true});
        browser.ask("Page.setLifecycleEventsEnabled", on);
        browser
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
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
    pub fn open(&mut self, file: &Path) {
        self.heard.clear();
        let url = format!("file://{}", file.display());
        let page = self.ask("Page.navigate", json!({"url": url}));
        // By its own number: the empty page before it is loaded, too, and perhaps only now.
        let loaded = |event: &Value| {
            event["method"] == "Page.lifecycleEvent"
                && event["params"]["name"] == "load"
                && event["params"]["loaderId"] == page["loaderId"]
        };
        while !self.heard.iter().any(loaded) {
            let event = self.hear();
            self.heard.push(event);
        }
    }

    /// The value of an expression in the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.ask("Runtime.evaluate", asked);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Complaints, and requests that are not the page itself.
    pub fn complaints(&self) -> Vec<String> {
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
