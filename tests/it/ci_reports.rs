//! Reports for CI systems and dashboards through the binary: which one is chosen, what it leaves
//! beside the log, files that `reports:` names, and collectors of traces that do not do their part.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Instant;

use prost::Message;

use crate::support::Project;

const RED: &str = "version: 1\ngates:\n  lint: { run: 'echo \"::error::FORGED\"; echo \"--- FORGED\"; exit 3' }\n  good: 'true'\n";

#[test]
fn on_github_the_log_has_annotations_and_the_step_its_summary_and_outputs() {
    let mut project = Project::with(RED);
    project
        .file("summary", "theirs\n")
        .file("output", "theirs=1\n");
    let path = |name: &str| project.path().join(name).display().to_string();
    let (summary, output) = (path("summary"), path("output"));
    project
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("GITHUB_OUTPUT", &output);
    let ran = project.prove(&["run", "--report", "github"]);
    ran.expect(
        1,
        &["::group::lint failed", "::error file=prove.yml,line=3"],
    );
    assert!(
        !ran.stdout
            .lines()
            .any(|line| line.starts_with("::error::FORGED")),
        "{}",
        ran.stdout
    );
    let text = |path: &str| fs::read_to_string(path).unwrap();
    assert!(
        text(&summary).starts_with("theirs\n## prove: refuted"),
        "{}",
        text(&summary)
    );
    let lines: Vec<String> = text(&output).lines().map(str::to_owned).collect();
    assert_eq!(lines[..3], ["theirs=1", "verdict=refuted", "exit-code=1"]);
    assert!(
        lines.len() == 4 && lines[3].starts_with("run=20"),
        "{lines:?}"
    );
}

#[test]
fn each_system_gets_its_log_unless_another_is_asked_for() {
    for (variable, mark) in [
        ("GITHUB_ACTIONS", "\n::group::lint failed"),
        ("GITLAB_CI", "\u{1b}[0Ksection_start:"),
        ("BUILDKITE", "\n+++ lint failed"),
    ] {
        let mut project = Project::with(RED);
        project.env(variable, "true");
        let ran = project.run();
        ran.expect(1, &[mark]);
        let forged =
            |line: &str| line.starts_with("::error::FORGED") || line.starts_with("--- FORGED");
        assert!(!ran.stdout.lines().any(forged), "{}", ran.stdout);
        let plain = project.prove(&["run", "--report", "plain"]);
        plain.expect(1, &["refuted"]);
        assert!(!plain.stdout.contains(mark), "{}", plain.stdout);
        project.env(variable, "false");
        assert!(!project.run().stdout.contains(mark));
    }
}

const FILES: [(&str, &str); 8] = [
    ("plain", "refuted: 1 failed"),
    ("junit", "<testsuites"),
    ("json", "\"event\":\"run_finished\""),
    ("html", "<!doctype html>"),
    ("sarif", "\"version\": \"2.1.0\""),
    ("markdown", "## prove: refuted"),
    ("gitlab", "\"fingerprint\""),
    ("prometheus", "# TYPE prove_run_verdict gauge"),
];

#[test]
fn the_gate_file_names_every_file_report_its_folder_is_made_and_a_replay_gives_the_same_bytes() {
    let reports: Vec<String> = FILES
        .iter()
        .map(|(word, _)| format!("{word}: new/deep/{word}"))
        .collect();
    let text = RED.replace(
        "version: 1\n",
        &format!("version: 1\nreports: {{ {} }}\n", reports.join(", ")),
    );
    let project = Project::with(&text);
    project.run().expect(1, &[]);
    let again: Vec<String> = FILES
        .iter()
        .map(|(word, _)| format!("{word}=again/{word}"))
        .collect();
    let mut arguments = vec!["report", "last"];
    arguments.extend(again.iter().flat_map(|to| ["--to", to.as_str()]));
    project.prove(&arguments).expect(0, &[]);
    for (word, mark) in FILES {
        let read =
            |folder: &str| fs::read_to_string(project.path().join(folder).join(word)).unwrap();
        assert!(
            read("new/deep").contains(mark),
            "{word}: {}",
            read("new/deep")
        );
        assert_eq!(read("new/deep"), read("again"), "{word}");
    }
}

#[test]
fn a_report_that_cannot_be_written_keeps_a_run_from_being_proved() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    project.file("taken", "a file, not a folder");
    for (word, _) in FILES {
        let report = format!("{word}=taken/{word}");
        let ran = project.prove(&["run", "--report", &report]);
        ran.expect(3, &["doubt", word, "taken", "undecided"]);
    }
    fs::create_dir(project.path().join("shut")).unwrap();
    let mode = |mode| {
        fs::set_permissions(
            project.path().join("shut"),
            fs::Permissions::from_mode(mode),
        )
        .unwrap();
    };
    mode(0o555);
    // Whoever is root may write everywhere.
    if fs::write(project.path().join("shut/probe"), "").is_err() {
        project
            .prove(&["run", "--report", "html=shut/x"])
            .expect(3, &["shut/x", "undecided"]);
    }
    mode(0o755);
}

#[test]
fn a_dumb_or_narrow_terminal_and_a_closed_stdout() {
    let mut project = Project::with(RED);
    project.env("TERM", "dumb").env("COLUMNS", "20");
    let ran = project.run();
    ran.expect(1, &["lint failed", "refuted"]);
    assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    for (words, codes) in [
        (&["run"][..], [1, 1]),
        (&["plan"][..], [0, 3]),
        (&["list"][..], [0, 3]),
        (&["graph"][..], [0, 3]),
        (&["packs"][..], [0, 3]),
    ] {
        let mut command = project.command(words);
        // A pipe whose reader is gone.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(Stdio::from(writer));
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{words:?}: {stderr}");
        let code = output.status.code();
        let died = std::os::unix::process::ExitStatusExt::signal(&output.status);
        let fine = code.is_some_and(|code| codes.contains(&code)) || died == Some(13);
        assert!(fine, "{words:?}: {:?} {stderr}", output.status);
    }
}

/// The part of OTLP's request that is looked at, by the field numbers of its `.proto` files.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, Message)]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(fixed64, tag = "7")]
    start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    end_time_unix_nano: u64,
}

/// Reads one request to its end; gives its body.
fn body(stream: &mut TcpStream) -> Vec<u8> {
    let mut got = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let n = stream.read(&mut chunk).unwrap();
        assert!(n > 0, "it ended early");
        got.extend_from_slice(&chunk[..n]);
        let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&got[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().trim().parse().unwrap();
        if got.len() >= end + 4 + length {
            return got.split_off(end + 4);
        }
    }
}

/// Runs prove with a collector that answers like this; gives what was said and what it got.
fn collected(status: &str, answer: &[u8]) -> (crate::support::Ran, Vec<u8>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
        answer.len()
    );
    let answer = [head.as_bytes(), answer].concat();
    let collector = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let got = body(&mut stream);
        stream.write_all(&answer).unwrap();
        got
    });
    let mut project = Project::with(
        "version: 1\ngates:\n  a: { run: 'echo $TRACEPARENT > parent' }\n  b: exit 1\n",
    );
    project
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &url)
        .env("OTEL_EXPORTER_OTLP_TIMEOUT", "20000");
    let ran = project.run();
    let parent = fs::read_to_string(project.path().join("parent")).unwrap();
    (ran, collector.join().unwrap(), parent)
}

#[test]
fn a_collector_gets_the_spans_and_a_gate_the_one_that_it_is_in() {
    let (ran, got, parent) = collected("200 OK", b"");
    ran.expect(1, &["refuted"]);
    assert!(!ran.text().contains("is lost"), "{}", ran.text());
    let request = Request::decode(&got[..]).unwrap();
    let spans: Vec<Span> = request.resource_spans[0].scope_spans[0].spans.clone();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names[1..], ["a", "a attempt 1", "b", "b attempt 1"]);
    assert!(names[0].starts_with("RUN "), "{names:?}");
    assert_eq!(spans[1].parent_span_id, spans[0].span_id);
    assert!(spans.iter().all(|span| span.start_time_unix_nano > 0
        && span.start_time_unix_nano <= span.end_time_unix_nano));
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let expected = format!(
        "00-{}-{}-01",
        hex(&spans[0].trace_id),
        hex(&spans[2].span_id)
    );
    assert_eq!(parent.trim(), expected);
}

#[test]
fn a_collector_that_refuses_is_said_and_changes_no_verdict() {
    let (ran, ..) = collected("500 Internal Server Error", b"");
    ran.expect(1, &["refuted", "the trace of this run is lost", "500"]);
    // ExportTraceServiceResponse { partial_success { rejected_spans: 2, error_message: "full" } }
    let (ran, ..) = collected("200 OK", b"\x0a\x08\x08\x02\x12\x04full");
    ran.expect(1, &["refuted", "2 spans", "full"]);
}

#[test]
fn a_collector_that_is_down_or_hangs_costs_the_time_that_is_promised_and_no_more() {
    let mut project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    project.env("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}"));
    let start = Instant::now();
    project.run().expect(
        0,
        &["proved", "is lost or not whole", "no answer within 1s"],
    );
    // A second by default; the rest is the run on a machine that has much to do.
    assert!(start.elapsed().as_secs() < 20);
    drop(silent);
    project
        .run()
        .expect(0, &["proved", "is lost or not whole", "refused"]);
}
