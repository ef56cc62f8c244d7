//! Completions as a real shell asks for them, and manual pages.

use std::path::Path;
use std::process::Command;

use crate::support::Project;

/// What bash would offer for these words, the last one being typed.
pub(crate) fn offered(project: &Project, words: &[&str]) -> Vec<String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_prove"));
    let script = "source <(prove completions bash)\n\
                  COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9\n\
                  _clap_complete_prove prove \"${COMP_WORDS[COMP_CWORD]}\"\n\
                  printf '%s\\n' \"${COMPREPLY[@]}\"\n";
    let path = std::env::var("PATH").unwrap();
    let folder = binary.parent().unwrap().display().to_string();
    let output = Command::new("bash")
        .args(["--norc", "-c", script, "bash"])
        .args(words)
        .env("PATH", format!("{folder}:{path}"))
        .current_dir(project.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_the_names_of_gates() {
    let project = Project::with(
        "version: 1\ngates: { ui: { gates: { lint: 'true', unit: 'true' } }, ab: 'true' }\n",
    );
    let commands = offered(&project, &["prove", "comp"]);
    assert!(
        commands.iter().any(|word| word.starts_with("completions")),
        "{commands:?}"
    );
    assert_eq!(offered(&project, &["prove", "run", "ui/l"]), ["ui/lint"]);
    assert_eq!(offered(&project, &["prove", "shell", "ui/l"]), ["ui/lint"]);
    assert_eq!(
        offered(&project, &["prove", "plan", "u"]),
        ["ui", "ui/lint", "ui/unit"]
    );
    let stages = offered(&project, &["prove", "run", "--stage", "pre-p"]);
    assert_eq!(stages, ["pre-push"]);
}

#[test]
fn a_gate_file_with_mistakes_completes_no_gates_and_says_nothing() {
    let project = Project::with("version: 1\ngates: { a: { rnu: x } }\n");
    let offered = offered(&project, &["prove", "run", "a"]);
    assert!(offered.iter().all(|word| word.is_empty()), "{offered:?}");
}

#[test]
fn every_shell_gets_a_script_and_an_unknown_one_a_list() {
    let project = Project::bare();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        project
            .prove(&["completions", shell])
            .expect(0, &["PROVE_COMPLETE", "prove"]);
    }
    project
        .prove(&["completions", "bsah"])
        .expect(2, &["bash", "zsh"]);
}

#[test]
fn every_command_has_a_manual_page() {
    let project = Project::bare();
    project
        .prove(&["man", "run"])
        .expect(0, &[".TH prove-run 1", "fail"]);
    project
        .prove(&["man", "rnu"])
        .expect(2, &["did you mean `run`?"]);
    project
        .prove(&["man", "--to", "pages"])
        .expect(0, &["wrote "]);
    for word in prove::cli::command_words() {
        let page = project.path().join(format!("pages/prove-{word}.1"));
        assert!(page.exists(), "{word}");
    }
}
