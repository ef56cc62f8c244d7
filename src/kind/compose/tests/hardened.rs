//! What a hardened stack must say, and the verdicts that have more than one side.

use super::{found, one};

const HARD: &str = "services:
  app:
    image: demo/app:1.0
    user: '1000:1000'
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    security_opt: ['no-new-privileges:true']
    restart: unless-stopped
    logging: {driver: json-file, options: {max-size: 10m, max-file: '5'}}
    healthcheck: {test: [CMD, app, --healthy]}
    deploy:
      replicas: 3
      update_config: {parallelism: 1, order: start-first}
      resources:
        limits: {memory: 1G, cpus: '2', pids: 200}
        reservations: {memory: 512M, cpus: '1'}
";

#[test]
fn a_bare_service_lacks_all_of_it() {
    let (verdict, all) = one(
        "{hardened: true}",
        "services:\n  app: {image: 'demo/app:1.0'}\n",
    );
    assert_eq!(verdict, "failed");
    let mut rules: Vec<&str> = all
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        [
            "capability-kept",
            "new-privileges",
            "no-healthcheck",
            "no-limit",
            "no-reservation",
            "no-restart",
            "root-user",
            "unlimited-logs",
            "writable-root"
        ]
    );
    assert_eq!(
        one("{}", "services:\n  app: {image: 'demo/app:1.0'}\n").0,
        "passed"
    );
}

#[test]
fn a_hardened_service_passes_and_each_line_of_it_is_needed() {
    assert_eq!(one("{hardened: true}", HARD), ("passed", vec![]));
    for (line, rule) in [
        ("user:", "root-user"),
        ("read_only:", "writable-root"),
        ("cap_drop:", "capability-kept"),
        ("security_opt:", "new-privileges"),
        ("logging:", "unlimited-logs"),
        ("healthcheck:", "no-healthcheck"),
        ("update_config:", "no-update-config"),
        ("limits:", "no-limit"),
        ("reservations:", "no-reservation"),
        ("restart:", "no-restart"),
    ] {
        let lines = HARD
            .lines()
            .filter(|text| !text.trim_start().starts_with(line));
        let without: String = lines.map(|text| format!("{text}\n")).collect();
        let (verdict, all) = one("{hardened: true}", &without);
        assert_eq!(verdict, "failed", "{line}");
        assert!(
            all.iter().all(|found| found.starts_with(rule)),
            "{line}: {all:?}"
        );
    }
}

#[test]
fn a_key_beside_hardened_outranks_it() {
    let without = HARD.replace("    read_only: true\n", "");
    let value = "{hardened: true, read_only: false}";
    assert_eq!(one(value, &without), ("passed", vec![]));
    let value = "{hardened: true, cap_add: []}";
    assert_eq!(one(value, HARD).1, ["capability-added 8:15"]);
}

#[test]
fn work_that_ends_needs_neither_restart_nor_healthcheck() {
    let text = "services:
  app:
    image: demo/app:1.0
    restart: always
    healthcheck: {test: x}
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate: {image: 'demo/app:1.0', command: [app, migrate]}
";
    let value = "{restart: true, healthcheck: required}";
    assert_eq!(one(value, text), ("passed", vec![]));
}

#[test]
fn folders_of_the_host() {
    let rule = |volume: &str| {
        let text = format!("services:\n  app: {{image: 'a:1', volumes: ['{volume}']}}\n");
        let found = one("{}", &text).1;
        found
            .first()
            .and_then(|line| line.split(' ').next().map(str::to_owned))
    };
    for volume in [
        "/:/host:ro",
        "/etc:/e",
        "/etc/cron.d:/c",
        "/var/run:/r",
        "/proc:/p:ro",
        "/etc/shadow:/s:ro",
    ] {
        assert_eq!(rule(volume).as_deref(), Some("host-path"), "{volume}");
    }
    for volume in ["/run/podman/podman.sock:/s", "//var/run/docker.sock:/s"] {
        assert_eq!(rule(volume).as_deref(), Some("engine-socket"), "{volume}");
    }
    for volume in [
        "./data:/d",
        "/srv/app:/d",
        "/etc/ssl/certs:/c:ro",
        "/home/me/x:/x",
        "/etcetera:/e",
    ] {
        assert_eq!(rule(volume), None, "{volume}");
    }
}

#[test]
fn tags() {
    let rule = |image: &str| {
        let text = format!("services:\n  app: {{image: '{image}'}}\n");
        one("{}", &text).1.first().cloned()
    };
    for image in ["a", "localhost:5000/a", "r.example.com:1/b/a"] {
        assert_eq!(
            rule(image).as_deref(),
            Some("untagged-image 2:16"),
            "{image}"
        );
    }
    assert_eq!(rule("a:latest").as_deref(), Some("latest-tag 2:16"));
    for image in ["a:1", "localhost:5000/a:1", "a:latest@sha256:0123"] {
        assert_eq!(rule(image), None, "{image}");
    }
}

#[test]
fn secrets() {
    let rules = |variable: &str| {
        let text =
            format!("services:\n  app:\n    image: a:1\n    environment:\n      - {variable}\n");
        let files = [("compose.yaml", text.as_str()), (".env", "P=abc\n")];
        let found = found("{}", &files).1;
        found
            .first()
            .and_then(|line| line.split(' ').next().map(str::to_owned))
    };
    for variable in ["DB_PASSWORD=x", "DB_PASSWORD=${P:-x}", "'API_KEY=$${x}'"] {
        assert_eq!(
            rules(variable).as_deref(),
            Some("plaintext-secret"),
            "{variable}"
        );
    }
    for variable in [
        "DB_PASSWORD",
        "DB_PASSWORD=",
        "DB_PASSWORD=$P",
        "DB_PASSWORD_FILE=/run/secrets/p",
        "ALLOW_EMPTY_PASSWORD=yes",
        "URL=postgres://app:$P@db/app",
    ] {
        assert_eq!(rules(variable), None, "{variable}");
    }
    assert_eq!(
        rules("URL=amqp://guest:guest@mq").as_deref(),
        Some("secret-in-url")
    );
    let text = "services:\n  app: {image: 'redis:7', command: redis-server --requirepass x}\n";
    assert_eq!(one("{}", text).1, ["plaintext-secret 2:36"]);
}

#[test]
fn ports_of_two_services_meet() {
    let clash = |one_port: &str, other: &str| {
        let text = format!(
            "services:\n  a: {{image: 'a:1', ports: ['{one_port}']}}\n  b: {{image: 'b:1', ports: ['{other}']}}\n"
        );
        !one("{}", &text).1.is_empty()
    };
    assert!(clash("80:80", "127.0.0.1:80:81"));
    assert!(clash("8000-8010:8000-8010", "8005:1"));
    assert!(!clash("127.0.0.1:80:80", "127.0.0.2:80:80"));
    assert!(!clash("80:80", "80:80/udp"));
    assert!(!clash("8000-8010:80", "8000-8010:80"));
    assert!(!clash("80", "80"));
}

#[test]
fn databases_keep_their_data_where_it_is() {
    let lacks = |rest: &str| {
        let text =
            format!("services:\n  db: {{image: 'postgres:16', {rest}}}\nvolumes: {{data: }}\n");
        let all = one("{}", &text).1;
        all.iter()
            .any(|line| line.starts_with("database-without-volume"))
    };
    assert!(lacks("restart: always"));
    assert!(lacks("volumes: [/var/lib/postgresql/data]"));
    assert!(lacks("volumes: ['data:/backup']"));
    assert!(!lacks("volumes: ['data:/var/lib/postgresql/data']"));
    assert!(!lacks("volumes: ['./d:/var/lib/postgresql']"));
    assert!(!lacks("tmpfs: ['/var/lib/postgresql/data:size=1g']"));
    assert!(!lacks(
        "environment: {PGDATA: /pg/data}, volumes: ['data:/pg']"
    ));
}
