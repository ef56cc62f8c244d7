//! Every gate file of this repository is understood and has a plan; so is the one of the README.

use std::fs;
use std::path::{Path, PathBuf};

use prove::format::yaml;
use prove::model::Facts;
use prove::plan::{Plan, Selection};
use prove::spec::{self, GateFile};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of the repository with one of these endings.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(root())
        .hidden(false)
        .require_git(false)
        .build();
    let paths = walk.map(|entry| entry.unwrap().into_path());
    let wanted = |path: &PathBuf| {
        let text = path.to_str().unwrap();
        path.is_file() && endings.iter().any(|ending| text.ends_with(ending))
    };
    let mut files: Vec<_> = paths.filter(wanted).collect();
    files.sort();
    assert!(!files.is_empty(), "no file ends with {endings:?}");
    files
}

#[test]
fn every_gate_file_is_understood_and_has_a_plan() {
    let workflow = |path: &PathBuf| path.components().any(|part| part.as_os_str() == ".github");
    for path in files(&["/prove.yml"])
        .into_iter()
        .filter(|path| !workflow(path))
    {
        let bytes = fs::read(&path).unwrap();
        let project = path.parent().unwrap();
        let survey = spec::survey(&yaml::parse(0, &bytes).unwrap(), prove::kind::registry());
        let read =
            |file: &String| fs::read_to_string(project.join(file)).map_err(|e| e.to_string());
        let facts = Facts {
            files: survey
                .files
                .iter()
                .map(|file| (file.clone(), read(file)))
                .collect(),
            today: "2026-11-21".to_owned(),
            cpus: 2,
            ..Facts::default()
        };
        let file = GateFile {
            name: "prove.yml",
            bytes: &bytes,
        };
        let loaded = spec::load(file, &facts, prove::kind::registry(), "project");
        let pipeline = match loaded {
            Ok(loaded) => loaded.pipeline,
            Err(mistakes) => panic!("{}:\n{}", path.display(), mistakes.render(false)),
        };
        let plan = Plan::new(&pipeline, &Selection::All);
        assert!(plan.is_ok(), "{}: {plan:?}", path.display());
    }
}

#[test]
fn the_gate_file_of_the_readme_is_understood() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let file = GateFile {
        name: "README.md",
        bytes: block.unwrap().as_bytes(),
    };
    let loaded = spec::load(file, &Facts::default(), prove::kind::registry(), "project");
    assert!(loaded.is_ok(), "{}", loaded.unwrap_err().render(false));
}
