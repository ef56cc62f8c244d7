//! The keys of the language: those of the file, those of every gate, those of environments.
//! Tables only; kinds add their own.

use super::shape::{Field, Shape};

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
        "advisory",
        Shape::Record(&[
            Field::new("reason", Shape::Text, "Why its outcome does not decide.").required(),
            DAY,
        ]),
        "The gate is run and reported but never decides; nothing may need it.",
    ),
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
            Field::new("memory", Shape::Size, "Memory that it uses."),
        ]),
        "What it takes from the machine while it runs.",
    ),
    Field::new("cwd", Shape::Path, "The directory that the gate's paths start from, seen from the project's root.").default("."),
    Field::new("inputs", Shape::GLOBS, "The files that its outcome depends on.").default("[]"),
    Field::new("outputs", Shape::GLOBS, "The files that it makes.").default("[]"),
    Field::new(
        "allow_empty",
        Shape::Record(&[Field::new("reason", Shape::Text, "Why that is right.").required()]),
        "Nothing found or nothing tested is a pass here, for this reason.",
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
    Field::new("use", Shape::TEXTS, "Packs of gates that come with prove. A gate of the same name in this file overrides the pack's, key by key.").default("[]"),
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
        "reports",
        Shape::Record(&[
            Field::new("junit", Shape::Path, "Where the JUnit XML report is written."),
            Field::new("json", Shape::Path, "Where the JSON report is written."),
        ]),
        "Report files that every run writes.",
    ),
];

/// The keys of a pack.
pub(super) const PACK: &[Field] = &[
    TOP[0],
    Field::new("vars", Shape::Map(&VAR), "Values for `${{ vars.NAME }}`."),
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
    ]),
]);
