//! Back doors, and doors that only look open.

use super::super::judge::testing::word;
use super::super::lint::shelf::{Shelf, gate, talk};
use crate::model::{Judged, Judgement};

fn judged(files: &[(&str, &str)], value: &str) -> Judgement {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    let shelf = Shelf(files.iter().map(owned).collect());
    talk(&*gate("pipeline", value), &shelf)
}

/// The findings by rule and line, or why nothing could be said.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let judgement = judged(files, "{}");
    let mut lines: Vec<String> = judgement
        .findings
        .iter()
        .map(|finding| {
            let at = finding.location.as_ref().unwrap();
            format!("{}:{}:{} {}", at.path, at.line, at.column, finding.rule)
        })
        .collect();
    if let Judged::Errored(reason) = &judgement.verdict {
        lines.push(format!("errored: {}", reason.headline));
        lines.extend(reason.details.iter().cloned());
    }
    lines
}

const HEAD: &str = "on: push\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n    steps:\n";
const CI: &str = ".github/workflows/ci.yml";

/// One job with these steps.
fn steps(steps: &str) -> Vec<String> {
    told(&[(CI, &format!("{HEAD}{steps}"))])
}

fn rules(lines: &[String]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect()
}

#[test]
fn the_first_workflow_of_a_user_has_no_gate_at_all() {
    let workflow = "name: Docker Build and Deploy\non:\n  push:\n    branches: [main]\njobs:\n  build-and-deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - name: Build Docker image\n        run: |\n          docker build -t dental-mvp:${{ github.sha }} .\n          docker tag dental-mvp:${{ github.sha }} dental-mvp:latest\n      - name: Push to registry\n        run: |\n          echo ${{ secrets.P }} | docker login -u ${{ secrets.U }} --password-stdin\n          docker push dental-mvp:${{ github.sha }}\n          docker push dental-mvp:latest\n      - name: Deploy to production\n        run: |\n          docker pull dental-mvp:latest\n          docker-compose down\n          docker-compose up -d\n";
    assert_eq!(
        told(&[(CI, workflow)]),
        [
            ".github/workflows/ci.yml:12:11 unproven-build",
            ".github/workflows/ci.yml:17:11 unproven-push",
            ".github/workflows/ci.yml:18:11 unproven-push",
            ".github/workflows/ci.yml:23:11 unproven-deploy"
        ]
    );
}

#[test]
fn the_second_workflow_of_a_user_rebuilds_what_was_proved() {
    let workflow = "name: Docker Build with Prove\non:\n  push:\n    branches: [main]\njobs:\n  prove-and-build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - name: Run Prove Quality Gates\n        run: npm run prove\n      - name: Build Docker image\n        if: success()\n        run: |\n          docker build -t dental-mvp:${{ github.sha }} .\n          docker tag dental-mvp:${{ github.sha }} dental-mvp:latest\n      - name: Deploy to production\n        if: success()\n        run: |\n          docker push dental-mvp:latest\n";
    let package = "{\"scripts\": {\"prove\": \"prove run\"}}";
    assert_eq!(
        told(&[(CI, workflow), ("package.json", package)]),
        [".github/workflows/ci.yml:15:11 rebuilt-after-proof"]
    );
    let lines = told(&[(CI, workflow)]);
    assert_eq!(
        rules(&lines[..1]),
        ["unproven-build"],
        "a script that is not there proves nothing"
    );
    let weak = "{\"scripts\": {\"prove\": \"eslint .\"}}";
    assert_eq!(
        rules(&told(&[(CI, workflow), ("package.json", weak)])),
        ["unproven-build", "unproven-push"]
    );
}

#[test]
fn a_proof_stands_in_the_same_job_or_in_one_that_is_needed() {
    assert!(steps("      - run: prove run\n      - run: docker push a:1\n").is_empty());
    assert_eq!(
        rules(&steps(
            "      - run: docker push a:1\n      - run: prove run\n"
        )),
        ["unproven-push"]
    );
    let jobs = |needs: &str| {
        let text = format!(
            "on: push\njobs:\n  prove:\n    steps:\n      - run: prove run\n  mid:\n    needs: [prove]\n    steps:\n      - run: echo\n  ship:\n{needs}    steps:\n      - run: docker push a:1\n"
        );
        told(&[(CI, &text)])
    };
    assert!(jobs("    needs: mid\n").is_empty());
    assert_eq!(rules(&jobs("")), ["unproven-push"]);
    assert_eq!(jobs("    needs: nobody\n").len(), 1);
    assert!(
        judged(
            &[(
                CI,
                "on: push\njobs:\n  a: {needs: b, steps: []}\n  b: {needs: a, steps: []}\n"
            )],
            "{}"
        )
        .findings
        .is_empty()
    );
}

#[test]
fn what_makes_a_proof_count_for_nothing() {
    let ignored = [
        "      - run: prove run || true\n",
        "      - run: prove run | tee log\n",
        "      - run: prove run &\n",
        "      - run: \"set +e\\nprove run\\necho done\"\n",
        "      - run: prove run\n        continue-on-error: true\n",
        "      - run: bash -c 'prove run; echo done'\n",
    ];
    for step in ignored {
        let lines = steps(&format!("{step}      - run: docker push a:1\n"));
        assert_eq!(rules(&lines), ["proof-ignored"], "{step}");
    }
    let counts = [
        "      - run: prove run | tee log\n        shell: bash\n",
        "      - run: prove run || exit 1\n",
        "      - run: \"if ! prove run; then\\n  echo no\\n  exit 1\\nfi\\necho on\"\n",
        "      - run: bash -euc 'prove run'\n",
        "      - uses: own/prove@0123456789abcdef0123456789abcdef01234567\n",
        "      - run: cd app && prove run\n      - run: echo\n",
    ];
    for step in counts {
        let lines = steps(&format!("{step}      - run: docker push a:1\n"));
        assert!(lines.is_empty(), "{step} {lines:?}");
    }
}

#[test]
fn a_proof_under_a_condition_counts_only_there() {
    let ship = "      - run: docker push a:1\n";
    let skipped = [
        "      - run: prove run\n        if: github.ref == 'refs/heads/main'\n",
        "      - run: \"if test -n x; then prove run; fi\"\n",
        "      - run: \"make && prove run\\necho on\"\n",
        "      - run: \"for x in $XS; do prove run; done\"\n",
    ];
    for step in skipped {
        let lines = told(&[
            (CI, &format!("{HEAD}{step}{ship}")),
            ("Makefile", "a:\n\ttrue\n"),
        ]);
        assert_eq!(rules(&lines), ["proof-skipped"], "{step}");
    }
    let same = "      - run: prove run\n        if: github.ref == 'x'\n      - run: docker push a:1\n        if: github.ref == 'x'\n";
    assert!(steps(same).is_empty());
}

#[test]
fn what_runs_anyway_is_told() {
    let lines =
        steps("      - run: prove run\n      - run: docker push a:1\n        if: always()\n");
    assert_eq!(rules(&lines), ["runs-anyway"]);
    let lines = steps(
        "      - run: prove run\n      - run: docker push a:1\n        if: ${{ !cancelled() }}\n",
    );
    assert_eq!(rules(&lines), ["runs-anyway"]);
}

#[test]
fn scripts_recipes_actions_and_workflows_are_followed() {
    let workflow = format!(
        "{HEAD}      - run: ./ci/prove.sh\n      - run: make push\n      - run: just ship\n      - uses: ./.github/actions/up\n"
    );
    let files = [
        (CI, workflow.as_str()),
        ("ci/prove.sh", "#!/bin/sh -e\nprove run\n"),
        (
            "Makefile",
            "REPO := a\npush: prove\n\tdocker push $(REPO)\nprove:\n\tprove run\n",
        ),
        (
            "justfile",
            "ship: prove\n    docker push a\nprove:\n    prove run\n",
        ),
        (
            ".github/actions/up/action.yml",
            "name: up\nruns:\n  using: composite\n  steps:\n    - run: docker build .\n      shell: bash\n",
        ),
    ];
    assert_eq!(
        told(&files),
        [".github/actions/up/action.yml:5:12 rebuilt-after-proof"]
    );
    let called = [
        (
            CI,
            "on: push\njobs:\n  prove:\n    uses: ./.github/workflows/prove.yml\n  ship:\n    needs: prove\n    steps:\n      - run: docker push a:1\n",
        ),
        (
            ".github/workflows/prove.yml",
            "on: workflow_call\njobs:\n  p:\n    steps:\n      - run: prove run\n",
        ),
    ];
    assert!(told(&called).is_empty(), "{:?}", told(&called));
}

#[test]
fn gitlab_waits_by_stages_and_by_needs() {
    let file = |more: &str| {
        let text = format!("prove:\n  stage: test\n  script: [prove run]\n{more}");
        told(&[(".gitlab-ci.yml", &text)])
    };
    let ship = "ship:\n  stage: deploy\n  script:\n    - docker push a:1\n";
    assert!(file(ship).is_empty());
    assert_eq!(
        rules(&file(&format!("  allow_failure: true\n{ship}"))),
        ["proof-ignored"]
    );
    assert_eq!(
        rules(&file(&format!("  when: manual\n{ship}"))),
        ["proof-ignored"]
    );
    assert_eq!(
        rules(&file(&format!("  only: {{changes: [src/**]}}\n{ship}"))),
        ["proof-skipped"]
    );
    assert_eq!(
        rules(&file(&format!("{ship}  when: always\n"))),
        ["runs-anyway"]
    );
    assert_eq!(
        rules(&file(&format!("{ship}  needs: []\n"))),
        ["unproven-push"]
    );
    assert_eq!(
        rules(&file(&format!("{ship}  after_script: [docker push b:1]\n"))).len(),
        2
    );
    assert!(file(&format!("{ship}  extends: .none\n"))[0].contains(".none` is not there"));
    assert!(
        file("include: {remote: 'https://x.example/y.yml'}\n")[0].contains("cannot be looked into")
    );
}

#[test]
fn woodpecker_goes_step_by_step() {
    let file = |steps: &str| told(&[(".woodpecker.yml", &format!("steps:\n{steps}"))]);
    let prove = "  prove:\n    image: rust:1.90\n    commands: [prove run]\n";
    let ship = "  ship:\n    image: woodpeckerci/plugin-docker-buildx:5\n    settings: {repo: a}\n";
    assert_eq!(
        rules(&file(&format!("{prove}{ship}"))),
        ["rebuilt-after-proof"]
    );
    assert_eq!(rules(&file(ship)), ["unproven-push"]);
    let push = "  ship:\n    image: docker:27\n    commands:\n      - docker push a\n";
    assert!(file(&format!("{prove}{push}")).is_empty());
    assert_eq!(
        rules(&file(&format!("{prove}    failure: ignore\n{push}"))),
        ["proof-ignored"]
    );
    assert_eq!(
        rules(&file(&format!("{prove}    when: {{path: src/**}}\n{push}"))),
        ["proof-skipped"]
    );
    assert_eq!(
        rules(&file(&format!(
            "{prove}{push}    when: {{status: [success, failure]}}\n"
        ))),
        ["runs-anyway"]
    );
}

#[test]
fn recipes_and_scripts_are_paths_of_their_own() {
    let npm = "{\n  \"scripts\": {\n    \"prove\": \"prove run\",\n    \"predeploy\": \"npm run prove\",\n    \"deploy\": \"docker push a\",\n    \"back\": \"docker push a\"\n  }\n}";
    assert_eq!(rules(&told(&[("package.json", npm)])), ["unproven-push"]);
    assert!(told(&[("package.json", npm)])[0].starts_with("package.json:6:"));
    let script = "prove run\nssh host <<'END'\ndocker pull a\ndocker compose up -d\nEND\n";
    assert_eq!(
        rules(&told(&[("deploy.sh", script)])),
        ["proof-ignored"],
        "no set -e"
    );
    assert!(told(&[("deploy.sh", &format!("set -euo pipefail\n{script}"))]).is_empty());
    assert_eq!(
        told(&[("deploy.sh", &script["prove run\n".len()..])]),
        ["deploy.sh:3:1 unproven-deploy"]
    );
    assert!(
        told(&[("Makefile", "up:\n\tdocker compose up -d db\n")]).is_empty(),
        "a stack for tests"
    );
}

#[test]
fn what_is_no_workflow_cannot_be_judged() {
    for (path, text) in [
        (CI, "on: push\njobs: {a: [\n"),
        (CI, "name: x\n"),
        (CI, ""),
        (".gitlab-ci.yml", "variables: {A: b}\n"),
        (".woodpecker.yml", "labels: {}\n"),
        ("package.json", "{"),
        ("deploy.sh", "echo 'open\n"),
    ] {
        let judgement = judged(&[(path, text)], "{}");
        assert_eq!(word(&judgement.verdict), "errored", "{path} {text}");
    }
    assert_eq!(word(&judged(&[], "{}").verdict), "errored");
    assert_eq!(word(&judged(&[], "x.yml").verdict), "errored");
    assert_eq!(
        word(&judged(&[("package.json", "{}")], "{}").verdict),
        "errored",
        "nothing in it"
    );
    let latin = ("deploy.sh".to_owned(), vec![0xff]);
    let shelf = Shelf([latin].into());
    assert_eq!(
        word(&talk(&*gate("pipeline", "{}"), &shelf).verdict),
        "errored"
    );
}

#[test]
fn what_is_called_and_not_there_is_not_taken_for_good() {
    for step in ["./ci/prove.sh", "npm run prove", "make prove", "just prove"] {
        let workflow = format!("{HEAD}      - run: {step}\n");
        let judgement = judged(&[(CI, &workflow)], "{}");
        assert_eq!(word(&judgement.verdict), "errored", "{step}");
    }
    let endless = [
        ("a.sh", "sh ./a.sh\n"),
        (CI, &format!("{HEAD}      - run: sh ./a.sh\n")),
    ];
    assert_eq!(
        word(&judged(&endless, "{}").verdict),
        "errored",
        "a script that calls itself"
    );
}

#[test]
fn foreign_things_are_pinned_as_the_project_wants() {
    let workflow = format!(
        "{HEAD}      - uses: actions/checkout@v4\n      - run: echo\n    container: node:20.1\n"
    );
    assert!(judged(&[(CI, &workflow)], "{}").findings.is_empty());
    let strict = judged(
        &[(CI, &workflow)],
        "{pin_actions: true, pin_images: digest}",
    );
    assert_eq!(strict.findings.len(), 2);
}
