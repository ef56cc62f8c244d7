//! The rules of `pipeline:`.

use crate::model::{Rule, Severity};

const GITHUB: &str =
    "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax";
const HARDENING: &str = "https://docs.github.com/en/actions/reference/security/secure-use";
const DOCKER: &str = "https://docs.docker.com/build/ci/github-actions/test-before-push/";

/// All of them.
pub(super) const RULES: &[&Rule] = &[
    &UNPROVEN_DEPLOY,
    &UNPROVEN_PUSH,
    &UNPROVEN_BUILD,
    &REBUILT,
    &PROOF_IGNORED,
    &PROOF_SKIPPED,
    &RUNS_ANYWAY,
    &FAILURE_HIDDEN,
    &UNTRUSTED_CHECKOUT,
    &UNPINNED_ACTION,
    &MUTABLE_IMAGE,
];

/// A deployment without proof.
pub(super) const UNPROVEN_DEPLOY: Rule = Rule {
    id: "unproven-deploy",
    aliases: &[],
    severity: Severity::Error,
    about: "Something is deployed on a path on which prove does not run before",
    why: "This is a back door around every gate: what goes through it was judged by nobody.",
    fix: "run `prove run` earlier in the same job, or in a job that this one needs",
    source: DOCKER,
    settings: "",
    bad: "=== .github/workflows/ci.yml\non: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy --image app:1\n",
    good: "=== .github/workflows/ci.yml\non: push\njobs:\n  prove:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: prove run\n  deploy:\n    needs: prove\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy --image app:1\n",
};

/// A push without proof.
pub(super) const UNPROVEN_PUSH: Rule = Rule {
    id: "unproven-push",
    aliases: &[],
    severity: Severity::Error,
    about: "An image is pushed on a path on which prove does not run before",
    why: "From a registry it goes everywhere: what is wrong with it is then wrong in every place.",
    fix: "run `prove run` before it, and push the image that was proved",
    source: DOCKER,
    settings: "",
    bad: "=== Makefile\npublish:\n\tdocker push app:1\n",
    good: "=== Makefile\nprove:\n\tprove run\npublish: prove\n\tdocker push app:1\n",
};

/// A build without proof.
pub(super) const UNPROVEN_BUILD: Rule = Rule {
    id: "unproven-build",
    aliases: &[],
    severity: Severity::Warning,
    about: "An image is built on a path on which prove does not run before",
    why: "An image that is there gets used: somebody will push it. prove builds images itself, when the \
          checks are through.",
    fix: "let prove build it (a gate with `build:`), or run `prove run` before it",
    source: DOCKER,
    settings: "",
    bad: "=== package.json\n{\"scripts\": {\"image\": \"docker build -t app .\"}}\n",
    good: "=== package.json\n{\"scripts\": {\"image\": \"prove run\"}}\n",
};

/// What ships is not what was tested.
pub(super) const REBUILT: Rule = Rule {
    id: "rebuilt-after-proof",
    aliases: &[],
    severity: Severity::Error,
    about: "An image is built again after prove has proved it",
    why: "What ships is then another image than the one that was tested: a base image, a package or the \
          clock may have moved on between the two.",
    fix: "tag and push the image that prove built (`build: {tag: …}`) instead of building again",
    source: DOCKER,
    settings: "",
    bad: "=== .gitlab-ci.yml\nship:\n  script:\n    - prove run\n    - docker build -t app:1 .\n    - docker push app:1\n",
    good: "=== .gitlab-ci.yml\nship:\n  script:\n    - prove run\n    - docker push app:1\n",
};

/// What prove says stops nothing.
pub(super) const PROOF_IGNORED: Rule = Rule {
    id: "proof-ignored",
    aliases: &[],
    severity: Severity::Error,
    about: "prove runs, but what it says stops nothing",
    why: "A gate that cannot close is none: with a refuted project all goes on as if it were proved.",
    fix: "let its exit code count: no `continue-on-error`, `allow_failure`, `|| true`, pipe or `&` behind it",
    source: GITHUB,
    settings: "",
    bad: "=== .github/workflows/ci.yml\non: push\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: prove run || true\n      - run: docker push app:1\n",
    good: "=== .github/workflows/ci.yml\non: push\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: prove run\n      - run: docker push app:1\n",
};

/// There is a way past the proof.
pub(super) const PROOF_SKIPPED: Rule = Rule {
    id: "proof-skipped",
    aliases: &[],
    severity: Severity::Error,
    about: "prove runs only under a condition under which shipping does not stand",
    why: "Where the condition does not hold, prove is left out and the rest goes on.",
    fix: "take the condition (`if`, `rules`, `only`, `when`, a branch of a script) away from the proof, or put the same one on what ships",
    source: GITHUB,
    settings: "",
    bad: "=== .gitlab-ci.yml\nprove:\n  stage: test\n  script: prove run\n  rules:\n    - changes: [src/**]\nship:\n  stage: deploy\n  script: docker push app:1\n",
    good: "=== .gitlab-ci.yml\nprove:\n  stage: test\n  script: prove run\nship:\n  stage: deploy\n  script: docker push app:1\n  rules:\n    - changes: [src/**]\n",
};

/// It ships although prove refused.
pub(super) const RUNS_ANYWAY: Rule = Rule {
    id: "runs-anyway",
    aliases: &[],
    severity: Severity::Error,
    about: "Something ships although prove may have refused before",
    why: "`always()` and its like run a step whatever came before it: the gate is closed and the fence is \
          down.",
    fix: "take `if: always()`, `when: always` or `failure()` away, or ask for the result (`needs.prove.result == 'success'`)",
    source: GITHUB,
    settings: "",
    bad: "=== .github/workflows/ci.yml\non: push\njobs:\n  prove:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: prove run\n  ship:\n    needs: prove\n    if: always()\n    runs-on: ubuntu-24.04\n    steps:\n      - run: docker push app:1\n",
    good: "=== .github/workflows/ci.yml\non: push\njobs:\n  prove:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: prove run\n  ship:\n    needs: prove\n    if: always() && needs.prove.result == 'success'\n    runs-on: ubuntu-24.04\n    steps:\n      - run: docker push app:1\n",
};

/// A push or deployment whose failure nobody sees.
pub(super) const FAILURE_HIDDEN: Rule = Rule {
    id: "failure-hidden",
    aliases: &[],
    severity: Severity::Warning,
    about: "A push or a deployment may fail unseen",
    why: "The pipeline is green and the old image still runs, or half of the new one.",
    fix: "let its exit code count",
    source: GITHUB,
    settings: "",
    bad: "=== deploy.sh\nset -e\nprove run\ndocker push app:1 || true\n",
    good: "=== deploy.sh\nset -e\nprove run\ndocker push app:1\n",
};

/// Code of strangers beside secrets.
pub(super) const UNTRUSTED_CHECKOUT: Rule = Rule {
    id: "untrusted-checkout",
    aliases: &[],
    severity: Severity::Error,
    about: "`pull_request_target` fetches the code of a pull request",
    why: "That trigger runs with the project's secrets and a token that may write. Whoever opens a pull \
          request then runs code with them, and can change what prove sees.",
    fix: "use `pull_request`, or do not fetch the head of the pull request here",
    source: HARDENING,
    settings: "{pin_actions: false}",
    bad: "=== .github/workflows/pr.yml\non: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n      - run: make\n        env:\n          TOKEN: ${{ secrets.TOKEN }}\n=== Makefile\nall:\n\ttrue\n",
    good: "=== .github/workflows/pr.yml\non: pull_request\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - run: make\n=== Makefile\nall:\n\ttrue\n",
};

/// An action that its owner can change.
pub(super) const UNPINNED_ACTION: Rule = Rule {
    id: "unpinned-action",
    aliases: &[],
    severity: Severity::Warning,
    about: "Somebody else's action is not pinned to a commit",
    why: "A tag or branch can be moved, and has been: then code of a stranger runs here, with the secrets \
          of the job, and nothing in the project has changed.",
    fix: "name the whole commit (40 hexadecimal digits), with the version as a comment",
    source: HARDENING,
    settings: "",
    bad: "=== .github/workflows/ci.yml\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/login-action@v3\n",
    good: "=== .github/workflows/ci.yml\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/login-action@0123456789abcdef0123456789abcdef01234567 # v3\n",
};

/// An image that changes under the pipeline.
pub(super) const MUTABLE_IMAGE: Rule = Rule {
    id: "mutable-image",
    aliases: &[],
    severity: Severity::Warning,
    about: "A job runs in an image whose tag moves",
    why: "The same commit is then judged by other tools tomorrow than today.",
    fix: "name a version, or better a digest (`image@sha256:…`)",
    source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    settings: "",
    bad: "=== .gitlab-ci.yml\nimage: node:latest\na:\n  script: npm test\n=== package.json\n{\"scripts\": {\"test\": \"true\"}}\n",
    good: "=== .gitlab-ci.yml\nimage: node:20.19.5-alpine\na:\n  script: npm test\n=== package.json\n{\"scripts\": {\"test\": \"true\"}}\n",
};
