//! `tags` in a whole run: what comes out of a real repository, and what is wrong with it.

use crate::support::Project;

fn project(gate: &str) -> Project {
    Project::with(&format!("version: 1\ngates:\n  names:\n    tags: {gate}\n"))
}

#[test]
fn a_branch_gets_its_tags_and_they_are_said() {
    let gate = "{ image: registry.example.com/app, default_branch: main, tags: [\"type=ref,event=branch\", \
                \"type=raw,value=latest,enable={{is_default_branch}}\"] }";
    let project = project(gate);
    project.file(".gitignore", ".prove\n").git();
    let said = "tags: registry.example.com/app:main, registry.example.com/app:latest";
    project.run().expect(0, &["passed", "names", said]);
    project.run_git(&["checkout", "-q", "-b", "feature/x"]);
    project
        .run()
        .expect(0, &["tags: registry.example.com/app:feature-x"]);
}

#[test]
fn a_release_that_nobody_accepted_is_not_latest() {
    let project = project("{ image: app, default_branch: main, tags: [type=sha, latest] }");
    project.file(".gitignore", ".prove\n").git();
    project.run_git(&["checkout", "-q", "-b", "work"]);
    project
        .run()
        .expect(1, &["`latest` gives `latest` here [latest-elsewhere]"]);
}

#[test]
fn without_the_facts_the_run_is_undecided() {
    let project = project("{ image: app, tags: [type=sha] }");
    project.run().expect(3, &["not in a git repository"]);
    project.file(".gitignore", ".prove\n").git();
    project.run().expect(0, &["tags: app:sha-"]);
    project.run_git(&["checkout", "-q", "--detach"]);
    project.run().expect(0, &["tags: app:sha-"]);
    project.file("prove.yml", "version: 1\ngates:\n  names:\n    tags: { image: app, tags: [\"type=ref,event=branch\"] }\n");
    project
        .run()
        .expect(3, &["HEAD is on no branch and on no tag"]);
}

#[test]
fn what_is_no_rule_is_said_before_anything_runs() {
    for (lines, said) in [
        ("[type=shaa]", "did you mean `sha`?"),
        ("['type=sha,formt=long']", "did you mean `format`?"),
        ("['type=sha,format=middle']", "none of short, long"),
        ("['type=ref,event=pull']", "none of branch, tag, pr"),
        ("[type=ref]", "`type=ref` needs `event=…`"),
        ("[type=semver]", "`type=semver` needs `pattern=…`"),
        (
            "['type=semver,pattern={{verson}}']",
            "did you mean `version`?",
        ),
        ("['type=raw,value={{brnch}}']", "did you mean `branch`?"),
        ("['type=raw,value={{sha']", "is not closed"),
        ("['type=raw,value={{commit_date}}']", "is not computed here"),
        ("[\"type=raw,value={{date 'HHmm'}}\"]", "a date is written"),
        ("[type=pep440]", "is not computed here"),
        ("['type=match,pattern=(']", "no regular expression"),
        ("['type=sha,type=raw']", "`type` is there twice"),
        ("['']", "says nothing"),
        ("[]", "no rule is named"),
    ] {
        project(&format!("{{ image: app, tags: {lines} }}"))
            .run()
            .expect(2, &[said]);
    }
    project("{ image: 'app:1', tags: [type=sha] }")
        .run()
        .expect(2, &["it has a tag"]);
    project("{ image: App, tags: [type=sha] }")
        .run()
        .expect(2, &["is no name of an image"]);
}
