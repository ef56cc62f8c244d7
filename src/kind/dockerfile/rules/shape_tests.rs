//! Fine points of the rules on stages, files and values.

use super::hadolint_tests::{holds, lines};

#[test]
fn runs_of_one_command_belong_together() {
    let file = "FROM debian:12\nRUN a\nRUN b\nRUN c && d\nRUN e\nCOPY x /y\nRUN f\n\
                RUN --mount=type=cache,target=/c g\nRUN --mount=type=cache,target=/c h\n";
    assert_eq!(lines("DL3059", file), [3, 9]);
}

#[test]
fn files_are_copied_to_places_that_are_clear() {
    holds(
        "DL3020",
        &["ADD a /b", "ADD a.tar.gz b /c/", "ADD a.zip /b"],
        &[
            "ADD https://x/y /z",
            "ADD a.tar.xz /b",
            "ADD git@x:y /z",
            "ARG U=https://x/y\nADD $U /z",
        ],
    );
    holds(
        "DL3021",
        &[
            "COPY a b /c",
            "COPY a b .",
            "COPY [\"a\", \"b\", \"/c\"]",
            "ENV C=/c\nCOPY a b $C",
        ],
        &["COPY a b /c/", "COPY a b \"/c/\"", "COPY a /c"],
    );
    holds(
        "DL3045",
        &["COPY a b", "COPY a ./"],
        &[
            "COPY a /b",
            "WORKDIR /x\nCOPY a b",
            "COPY a $X",
            "COPY a C:\\x",
        ],
    );
    holds(
        "DL3010",
        &[
            "COPY a.tar.gz /x/\nRUN tar -xf /x/a.tar.gz",
            "COPY a.tgz /b.tgz\nRUN tar xzf b.tgz",
        ],
        &[
            "COPY a.tar.gz /x/\nRUN tar -tf /x/b.tar.gz",
            "COPY a.zip /x/\nRUN unzip /x/a.zip",
        ],
    );
    let inherited = "FROM debian:12 AS a\nWORKDIR /x\nFROM a\nCOPY b c\n";
    assert!(lines("DL3045", inherited).is_empty());
}

#[test]
fn values_are_what_they_should_be() {
    holds(
        "DL3000",
        &["WORKDIR a", "WORKDIR 'a'", "WORKDIR ~/a"],
        &[
            "WORKDIR /a",
            "WORKDIR $A",
            "WORKDIR \"/a\"",
            "WORKDIR C:\\a",
        ],
    );
    holds(
        "DL3011",
        &["EXPOSE 65536", "EXPOSE 80 70000/tcp", "EXPOSE 8000-70000"],
        &["EXPOSE 65535", "EXPOSE $PORT", "EXPOSE 80-90/udp"],
    );
    holds(
        "DL3044",
        &["ENV A=1 B=$A", "ENV A=1 B=\"${A}/x\""],
        &[
            "ENV A=1\nENV A=2 B=$A",
            "ENV A=$A",
            "ENV PATH=/x:$PATH B=$PATH",
            "ENV A=1 B='$A'",
            "ENV A=1 B=$AB",
        ],
    );
    holds(
        "DL3048",
        &["LABEL A=b", "LABEL a..b=c", "LABEL io.docker.x=y"],
        &["LABEL a.b-c=d", "LABEL a1=b", "LABEL a_b=c"],
    );
    holds("ExposeInvalidFormat", &["EXPOSE 80:80"], &["EXPOSE 80/tcp"]);
}

#[test]
fn from_names_an_image_without_arguments() {
    let from = |text: &str| !lines("InvalidDefaultArgInFrom", text).is_empty();
    assert!(from("ARG TAG\nFROM debian:$TAG\n"));
    assert!(from("ARG IMAGE\nFROM $IMAGE\n"));
    assert!(!from("ARG VARIANT\nFROM debian:12$VARIANT\n"));
    assert!(!from("ARG TAG\nFROM debian:${TAG:-12}\n"));
    assert!(!from("FROM debian:$TAG\n"));
}
