//! The keys of the language: those of the file, those of every gate, those of environments.
//! Tables only; kinds add their own.

use super::shape::{Field, Shape};
use crate::model::{Stage, limits};

/// `env`, for kinds whose gates have an environment.
pub const ENV: Field = Field::new(
    "env",
    Shape::TEXT_MAP,
    "Variables that are set. Values keep their source text; merged over the file's and the groups'.",
);
/// `pass_env`.
pub const PASS_ENV: Field = Field::new(
    "pass_env",
    Shape::TEXTS,
    "Names, or patterns with `*`, of variables that are let through from the caller's environment.",
)
.default("[]");
/// `require_env`.
pub const REQUIRE_ENV: Field = Field::new(
    "require_env",
    Shape::TEXTS,
    "Variables that are let through and must be set: without them the run is undecided before anything starts.",
)
.default("[]");
/// `secrets`.
pub const SECRETS: Field = Field::new(
    "secrets",
    Shape::TEXTS,
    "Variables of the caller that are secret: masked in every output, handed to these gates only, required.",
)
.default("[]");

const DAY: Field = Field::new(
    "until",
    Shape::Date,
    "The last day on which this holds; without it, it holds until it is taken away.",
);
const TIMEOUT: Field = Field::new(
    "timeout",
    Shape::Duration,
    "The longest that one attempt may take, without queueing.",
)
.default("10m");
const RETRIES: Field = Field::new(
    "retries",
    Shape::OneOf(&[
        TIMES,
        Shape::Record(&[
            Field::new("times", TIMES, "Attempts after the first.").required(),
            Field::new("backoff", Shape::Duration, "Pause before each of them.").default("0s"),
            Field::new(
                "on_exit",
                Shape::OneOrMany(&Shape::Integer { min: 0, max: 255 }),
                "Only after these exit codes.",
            )
            .default("any"),
        ]),
    ]),
    "Attempts after the first. A pass after one of them is flaky, and that is said.",
)
.default("0");
const TIMES: Shape = Shape::Integer { min: 0, max: 100 };

const CELLS: Shape = Shape::List(&Shape::TEXT_MAP);
const MATRIX: &[Field] = &[
    Field::new(
        "include",
        CELLS,
        "More values for the cells that agree with the axes named here; where none does, one more cell, which names every axis.",
    )
    .default("[]"),
    Field::new("exclude", CELLS, "Cells to leave out: all that agree with the axes named here.").default("[]"),
];
/// `matrix`.
pub(super) const OF_MATRIX: Field = Field::new(
    "matrix",
    Shape::OneOf(&[
        Shape::GateRef,
        Shape::Open(MATRIX, &Shape::List(&Shape::Text)),
    ]),
    "Multiplies the gate: a cell for each combination of the axes' values, found as `${{ matrix.AXIS }}`. A gate's name takes the cells of that gate. References between gates are joined on the axes that both have.",
);

/// The facts of `when`.
const WHEN: &[Field] = &[
    Field::new(
        "branch",
        Shape::TEXTS,
        "Branches, as globs: `main`, `release/*`. A detached HEAD and a pull request have none.",
    ),
    Field::new(
        "tag",
        Shape::TEXTS,
        "Tags at this commit, as globs: `v*`. A pull request has none.",
    ),
    Field::new(
        "pull_request",
        Shape::Bool,
        "Whether the CI says that this is a pull request; without a CI it is none.",
    ),
    Field::new(
        "os",
        Shape::OneOrMany(&Shape::Word(&["linux", "macos", "windows"])),
        "The system that prove runs on.",
    ),
    Field::new(
        "env",
        Shape::OneOf(&[Shape::TEXTS, Shape::Map(&Shape::TEXTS)]),
        "Variables of the caller: names that must be set and not empty, or names with globs for their values.",
    ),
    Field::new(
        "reason",
        Shape::Text,
        "Why it is not required elsewhere; said with it.",
    ),
];

/// The keys of every gate and every group.
pub(super) const COMMON: &[Field] = &[
    Field::new("description", Shape::Text, "What the gate is for; shown in reports."),
    Field::new(
        "needs",
        Shape::OneOrMany(&Shape::GateRef),
        "Gates or groups that must pass first: looked for in the own group, then from the top. A group stands for its required members.",
    )
    .default("[]"),
    Field::new(
        "when",
        Shape::OneOrMany(&Shape::Record(WHEN)),
        "When it is required: every key of a map must hold, of a list one map. Where it is not, the gate is not applicable: that is said, and what needs it goes on. A fact that cannot be had is an error.",
    )
    .default("always"),
    Field::new(
        "stages",
        Shape::OneOrMany(&Shape::Word(&Stage::WORDS)),
        "The occasions on which it runs: `prove run --stage ci` takes the gates that have `ci` here, and all that they wait for. Without `--stage` every gate runs.",
    )
    .default("all"),
    Field::new(
        "advisory",
        Shape::Record(&[
            Field::new("reason", Shape::Text, "Why its outcome does not decide.").required(),
            DAY,
        ]),
        "The gate is run and reported but never decides; nothing may need it.",
    ),
    OF_MATRIX,
    TIMEOUT,
    RETRIES,
    Field::new("locks", Shape::TEXTS, "Gates that share a lock never run at the same time.").default("[]"),
    Field::new(
        "cost",
        Shape::Record(&[
            Field::new(
                "cpus",
                Shape::OneOf(&[Shape::Integer { min: 1, max: 4096 }, Shape::Word(&["all"])]),
                "CPUs that it uses; `all` runs alone.",
            )
            .default("1"),
            Field::new("memory", Shape::Size, "Memory that it uses: it waits until so much of the machine's is free of other gates; what is more than there is runs when no other uses any."),
        ]),
        "What it takes from the machine while it runs.",
    ),
    Field::new("cwd", Shape::Path, "The directory that the gate's paths start from, seen from the project's root.").default("."),
    Field::new("inputs", Shape::GLOBS, "The files that its outcome depends on.").default("[]"),
    Field::new("outputs", Shape::GLOBS, "The files that it makes.").default("[]"),
    Field::new(
        "allow_empty",
        Shape::Record(&[Field::new("reason", Shape::Text, "Why that is right.").required()]),
        "Nothing found or nothing tested is a pass here, for this reason. A mistake where nothing can come out empty; in a group it is meant for the members that can, and there must be one.",
    ),
];

/// A group has these besides; its other keys are its members' defaults.
pub(super) const GROUP: &[Field] = &[Field::new(
    "gates",
    Shape::Gates,
    "The members of a group; its other keys are their defaults.",
)
.required()];

const GATES: Field = Field::new(
    "gates",
    Shape::Gates,
    "What is to be proved: names and their gates.",
)
.required();

/// The keys of the file.
pub(super) const TOP: &[Field] = &[
    Field::new("version", Shape::Integer { min: 1, max: 1 }, "Version of the gate-file language.").required(),
    Field::new("requires", Shape::Text, "Which versions of prove can read this file, such as `>=0.1`."),
    Field::new("project", Shape::Text, "The project's name.").default("the directory's name"),
    Field::new(
        "use",
        Shape::OneOrMany(&Shape::OneOf(&[Shape::Text, Shape::Record(USE)])),
        "Packs of gates: those that come with prove by name, others by path. A gate of the same name in this file overrides the pack's, key by key.",
    )
    .default("[]"),
    Field::new(
        "defaults",
        Shape::Record(&[
            TIMEOUT,
            RETRIES,
            Field::new("shell", Shape::Text, "The shell for texts that need one."),
        ]),
        "What holds for every gate that does not say otherwise.",
    ),
    ENV,
    PASS_ENV,
    REQUIRE_ENV,
    SECRETS,
    Field::new(
        "vars",
        Shape::Map(&VAR),
        "Values for `${{ vars.NAME }}`.",
    ),
    GATES,
    Field::new(
        "keep_runs",
        Shape::Integer {
            min: 1,
            max: limits::MOST_RUNS,
        },
        "How many runs stay recorded in `.prove/runs`, this one included; older ones go when a run starts, or by `prove clean`.",
    )
    .default("20"),
    Field::new(
        "reports",
        Shape::Record(&[
            Field::new("junit", Shape::Path, "JUnit XML, for dashboards of tests: a suite for each gate."),
            Field::new("sarif", Shape::Path, "SARIF 2.1.0, for code review: what was found, where it is written."),
            Field::new("html", Shape::Path, "A page for a browser that holds all of the run, logs included."),
            Field::new("markdown", Shape::Path, "Markdown for a comment on a pull request."),
            Field::new("json", Shape::Path, "The events of the run, a line of JSON each; `prove schema --of events` describes them."),
            Field::new("gitlab", Shape::Path, "GitLab's Code Quality report, for the merge request."),
            Field::new("prometheus", Shape::Path, "Prometheus's text format, for the textfile collector of node_exporter."),
            Field::new("plain", Shape::Path, "What a terminal shows, without colours."),
        ]),
        "Report files that every run writes: where, seen from the project's root. Folders that are not there are made.",
    ),
];

/// The keys of a pack that is used with more than its name.
const USE: &[Field] = &[
    Field::new(
        "pack",
        Shape::Text,
        "The name of a pack that comes with prove.",
    ),
    Field::new(
        "path",
        Shape::Text,
        "A pack that is a file, seen from the project's root.",
    ),
    Field::new(
        "digest",
        Shape::Text,
        "`sha256:…` of that file's content; required when it lies outside of the project.",
    ),
    Field::new(
        "with",
        Shape::TEXT_MAP,
        "Values for the pack's variables, read as if they stood in its text; `prove packs NAME` says which it has.",
    ),
    Field::new(
        "without",
        Shape::TEXTS,
        "Gates of the pack that are left out.",
    ),
];

/// The keys of a pack.
pub(super) const PACK: &[Field] = &[
    TOP[0],
    Field::new("description", Shape::Text, "What the pack is for."),
    Field::new(
        "vars",
        Shape::Map(&VAR),
        "Its parameters: `${{ vars.NAME }}` in it, `with: { NAME: … }` for whoever uses it.",
    ),
    GATES,
    Field::new(
        "cases",
        Shape::Gates,
        "Canned answers and the verdicts that they must bring: the pack's own tests.",
    ),
];

const VAR: Shape = Shape::OneOf(&[
    Shape::Text,
    Shape::Record(&[
        Field::new(
            "env",
            Shape::Text,
            "A variable of the caller's environment.",
        ),
        Field::new("default", Shape::Text, "Its value when that is not set."),
        Field::new(
            "file",
            Shape::Path,
            "A JSON, TOML or YAML file of the project.",
        ),
        Field::new(
            "path",
            Shape::Text,
            "Where in that file: names and list positions joined by dots.",
        ),
        Field::new("description", Shape::Text, "What it is for."),
        Field::new("one_of", Shape::TEXTS, "The values that it may have."),
    ]),
]);
