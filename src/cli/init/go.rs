//! Go modules.

use super::found::{Found, join};
use super::suggest::{Gate, Part};

pub(super) fn parts(found: &Found) -> Vec<Part> {
    let homes = found.homes("go.mod");
    homes.iter().map(|dir| one(found, dir)).collect()
}

fn one(found: &Found, dir: &str) -> Part {
    let mut part = Part::new(format!("Go module ({})", join(dir, "go.mod")), "go", dir);
    part.pass_env = &[
        "GOCACHE",
        "GOFLAGS",
        "GOMODCACHE",
        "GOPATH",
        "GOPRIVATE",
        "GOPROXY",
        "GOTOOLCHAIN",
        "CGO_*",
    ];
    let unformatted = "{ stdout: { empty: true } }";
    let format = Gate::run(
        "format",
        "gofmt comes with Go; it prints what it would change",
        "gofmt -l",
    );
    let format = format.with("files", "[\"**/*.go\"]");
    part.gates.push(format.with("expect", unformatted));
    part.gates
        .push(Gate::run("vet", "vet comes with Go", "go vet ./..."));
    if found.any(dir, &["_test.go"]) {
        // go ends with 0 when no package has a test.
        let some = r"{ stdout: { matches: '(?m)^ok\s' } }";
        let test = Gate::run("test", "there are test files", "go test ./...");
        part.gates
            .push(test.with("expect", some).with("timeout", "30m"));
    } else {
        part.gates.push(Gate::run(
            "build",
            "it compiles; no test was found",
            "go build ./...",
        ));
        part.notes.push("no test was found".to_owned());
    }
    part
}
