//! Fine points of the rules that hadolint has too: a RUN, and whether the rule finds something in it.

use crate::kind::lint::shelf::{Shelf, gate, talk};

/// The lines in which a rule finds something.
pub(super) fn lines(rule: &str, file: &str) -> Vec<u32> {
    let judgement = talk(
        &*gate("dockerfile", "{}"),
        &Shelf::example(file, "Dockerfile"),
    );
    let found = judgement.findings.iter().filter(|one| one.rule == rule);
    found
        .filter_map(|one| one.location.as_ref())
        .map(|at| at.line)
        .collect()
}

/// Each instruction in a file of its own: those in which the rule finds something, and those in which
/// it finds nothing.
pub(super) fn holds(rule: &str, bad: &[&str], good: &[&str]) {
    let finds = |one: &&&str| !lines(rule, &format!("FROM debian:12\n{one}\n")).is_empty();
    let missed: Vec<_> = bad.iter().filter(|one| !finds(one)).collect();
    let false_alarms: Vec<_> = good.iter().filter(finds).collect();
    assert!(missed.is_empty(), "{rule} misses {missed:?}");
    assert!(
        false_alarms.is_empty(),
        "{rule} wrongly finds {false_alarms:?}"
    );
}

#[test]
fn packages_have_versions() {
    holds(
        "DL3008",
        &[
            "RUN apt-get install -y a=1 b",
            "RUN apt-get -t stable install -y b",
            "RUN if x; then apt-get install -y b; fi",
            "RUN x=$(apt-get install -y b)",
            "RUN [\"apt-get\", \"install\", \"b\"]",
            "RUN apt-get install -y $PACKAGES",
            "RUN <<EOF\napt-get install b\nEOF",
        ],
        &[
            "RUN apt-get install -y -t stable a=1",
            "RUN apt-get install -y a/stable /tmp/x.deb ./y.deb",
            "RUN echo apt-get install b",
            "RUN apt-get remove b",
        ],
    );
    holds(
        "DL3018",
        &[
            "RUN apk add a=1 b",
            "RUN apk add a@edge",
            "RUN apk --no-cache add b",
        ],
        &[
            "RUN apk add --virtual .x a=1 'b~2' c~=3",
            "RUN apk add -t .x --root /r --repository https://x a=1",
            "RUN apk add ./a.apk",
            "RUN apk del a",
        ],
    );
    holds(
        "DL3013",
        &[
            "RUN pip install a",
            "RUN pip3.11 install a==1 b",
            "RUN python3 -m pip install a",
            "RUN pip install --upgrade pip",
            "RUN pip install git+https://example.com/x.git",
            "RUN pip install a>=1",
        ],
        &[
            "RUN pip install 'a>=1' b~=2 c[x]==3",
            "RUN pip install -r requirements.txt",
            "RUN pip install -c bounds.txt a",
            "RUN pip install --timeout 30 a==1",
            "RUN pip install . .[dev] ./x -e ./y z.whl",
            "RUN pip install git+ssh://git@example.com/x.git@1.0",
            "RUN pip download a",
            "RUN pipenv install a",
        ],
    );
    holds(
        "DL3016",
        &[
            "RUN npm install a",
            "RUN npm i -g a@1 b",
            "RUN npm install @a/b",
            "RUN npm install a/b",
        ],
        &[
            "RUN npm install",
            "RUN npm ci",
            "RUN npm install @a/b@1 ./x ~/y z.tgz a/b#1",
        ],
    );
}

#[test]
fn packages_of_other_managers_have_versions() {
    holds(
        "DL3028",
        &[
            "RUN gem install a",
            "RUN gem install --no-document a",
            "RUN gem install a -- --with-x",
        ],
        &[
            "RUN gem install a:1",
            "RUN gem install a -v 1",
            "RUN gem install a --version=1",
            "RUN gem install ./a.gem",
        ],
    );
    holds(
        "DL3062",
        &[
            "RUN go install a.b/c@latest",
            "RUN go get a.b/c",
            "RUN go run a.b/c x",
            "RUN go install -v -ldflags=-s a.b/c",
        ],
        &[
            "RUN go install a.b/c@v1",
            "RUN go install ./...",
            "RUN go run main.go",
            "RUN go install -ldflags \"-s -w\" ./c",
        ],
    );
    holds(
        "DL3033",
        &[
            "RUN yum install -y a",
            "RUN yum -y install a-1 b",
            "RUN yum module install -y a",
        ],
        &[
            "RUN yum install -y a-1.2",
            "RUN yum install -y a-$V ./b.rpm",
            "RUN yum module install -y a:1",
        ],
    );
    holds(
        "DL3041",
        &[
            "RUN dnf install -y a-b",
            "RUN microdnf install a",
            "RUN dnf install -y --enablerepo x a",
        ],
        &["RUN dnf install -y a-1", "RUN dnf remove a"],
    );
    holds(
        "DL3037",
        &["RUN zypper in -y a", "RUN zypper -n install a-1"],
        &["RUN zypper in -y a=1 'b>=2' c.rpm", "RUN zypper rm a"],
    );
}

#[test]
fn questions_are_answered() {
    holds(
        "DL3014",
        &["RUN apt-get install a", "RUN apt-get -q install a"],
        &[
            "RUN apt-get -yq install a",
            "RUN apt-get -qq install a",
            "RUN apt-get install --assume-yes a",
            "RUN apt-get -q=2 install a",
        ],
    );
    holds(
        "DL3030",
        &["RUN yum -q install a"],
        &["RUN yum install -qy a", "RUN yum --assumeyes install a"],
    );
    holds(
        "DL3038",
        &["RUN dnf module install a"],
        &["RUN dnf -y install a"],
    );
    holds(
        "DL3034",
        &["RUN zypper rm a", "RUN zypper patch"],
        &[
            "RUN zypper -n rm a",
            "RUN zypper in --no-confirm a",
            "RUN zypper lr",
        ],
    );
}

#[test]
fn what_package_managers_leave_behind_goes_in_the_same_run() {
    holds(
        "DL3009",
        &[
            "RUN apt-get update && apt-get install -y a && apt-get clean",
            "RUN --mount=type=cache,target=/var/cache/apt apt-get update",
            "RUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*",
        ],
        &[
            "RUN apt-get update && rm -rf /var/lib/apt/lists/*",
            "RUN apt-get update && rm -fr /var/lib/apt/lists",
            "RUN --mount=type=cache,target=/var/lib/apt apt-get update",
            "RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update",
            "RUN apt-get install -y a",
        ],
    );
    holds(
        "DL3042",
        &[
            "RUN pip install a",
            "RUN PIP_NO_CACHE_DIR=off pip install a",
            "ENV PIP_NO_CACHE_DIR=0\nRUN pip install a",
        ],
        &[
            "RUN PIP_NO_CACHE_DIR=1 pip install a",
            "RUN export PIP_NO_CACHE_DIR=1 && pip install a",
            "ENV PIP_NO_CACHE_DIR=1\nRUN pip install a",
            "RUN --mount=type=cache,target=/root/.cache/pip pip install a",
            "RUN pip install a && rm -rf /root/.cache",
        ],
    );
    holds(
        "DL3019",
        &["RUN apk add -U a"],
        &[
            "RUN apk add --no-cache a",
            "RUN --mount=type=cache,target=/var/cache/apk apk add a",
        ],
    );
    holds(
        "DL3032",
        &["RUN yum install -y a"],
        &[
            "RUN yum install -y a && yum clean all",
            "RUN yum install -y a && rm -rf /var/cache/yum/*",
            "RUN yum update -y",
        ],
    );
    holds(
        "DL3040",
        &["RUN dnf install -y a", "RUN microdnf install -y a"],
        &[
            "RUN dnf install -y a && dnf clean all",
            "RUN --mount=type=cache,target=/var/cache/dnf dnf install -y a",
        ],
    );
    holds(
        "DL3036",
        &["RUN zypper in -y a"],
        &[
            "RUN zypper in -y a && zypper clean",
            "RUN --mount=type=cache,target=/var/cache/zypp zypper in -y a",
        ],
    );
    holds(
        "DL3060",
        &["RUN yarn install"],
        &[
            "RUN yarn install && yarn cache clean",
            "RUN --mount=type=cache,target=/root/.cache/yarn yarn install",
            "RUN yarn build",
        ],
    );
}

#[test]
fn a_stage_that_nothing_is_built_on_may_keep_what_it_fetches() {
    let file = "FROM debian:12 AS tools\nRUN apt-get update\n\
                FROM debian:12 AS base\nRUN apt-get update\n\
                FROM base\nRUN apt-get update\n";
    assert_eq!(lines("DL3009", file), [4, 6]);
}

#[test]
fn pipes_fail_when_a_part_fails() {
    holds(
        "DL4006",
        &[
            "RUN a | b",
            "RUN x=$(a | b)",
            "RUN a | b && set -o pipefail",
            "SHELL [\"/bin/bash\", \"-c\"]\nRUN a | b",
        ],
        &[
            "RUN a || b",
            "RUN set -euxo pipefail; a | b",
            "RUN echo 'a | b'",
            "RUN case x in a|b) c;; esac",
            "RUN [\"a\", \"|\", \"b\"]",
            "SHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a | b",
            "SHELL [\"powershell\", \"-c\"]\nRUN a | b",
        ],
    );
    let inherited = "FROM debian:12 AS a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nFROM a\nRUN b | c\n";
    assert!(lines("DL4006", inherited).is_empty());
}

#[test]
fn commands_are_seen_wherever_they_stand() {
    holds(
        "DL3003",
        &["RUN (cd /x; y)", "RUN a && cd /x && b"],
        &["RUN echo cd /x", "RUN pushd /x"],
    );
    holds(
        "DL3004",
        &["RUN a | sudo tee b"],
        &["RUN apt-get install -y sudo"],
    );
    holds("DL3001", &["RUN a && kill 1"], &["RUN /etc/init.d/x start"]);
    holds("DL3027", &["RUN apt update"], &["RUN man apt"]);
    holds(
        "DL4005",
        &["RUN ln -sf bash /bin/sh"],
        &["RUN ln -s /bin/sh /bin/x"],
    );
    holds(
        "DL3046",
        &[
            "RUN useradd -mu 1234567 x",
            "RUN useradd --uid=1234567 x",
            "RUN useradd -u $UID x",
        ],
        &["RUN useradd -lu 1234567 x", "RUN useradd -u 999 x"],
    );
    holds(
        "DL3047",
        &["RUN wget -O x https://y"],
        &[
            "RUN wget -qO- https://y",
            "RUN wget -nv https://y",
            "RUN wget --progress=dot:giga https://y",
            "RUN wget -o log https://y",
        ],
    );
}

#[test]
fn one_of_wget_and_curl_is_enough() {
    let file = "FROM debian:12\nRUN wget -q x\nRUN curl y\nRUN true\nRUN wget -q z\nFROM debian:12\nRUN curl x\n";
    assert_eq!(lines("DL4001", file), [3, 5]);
}
