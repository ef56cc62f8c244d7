//! Bad files: what is said.

use super::{bad, messages};

const CASES: &[(&str, &str)] = &[
    (
        "unknown_key",
        "version: 1\ngates:\n  lint: { run: x, timeot: 5m }\n",
    ),
    ("misspelt_kind", "version: 1\ngates:\n  lint: { rnu: x }\n"),
    (
        "habit",
        "version: 1\ngates:\n  lint: { run: x, depends_on: y, working-directory: z }\n",
    ),
    ("habit_kind", "version: 1\ngates:\n  lint: { script: x }\n"),
    (
        "later",
        "version: 1\ngates:\n  lint: { run: x, when: { branch: main } }\n",
    ),
    ("top_unknown", "version: 1\ngate:\n  lint: x\n"),
    ("dup", "version: 1\ngates:\n  lint: x\n  lint: y\n"),
    (
        "two kinds",
        "version: 1\ngates:\n  a: { run: x, build: {} }\n",
    ),
    ("no kind", "version: 1\ngates:\n  a: { timeout: 5s }\n"),
    ("list gate", "version: 1\ngates:\n  a: [x, y]\n"),
    ("null gate", "version: 1\ngates:\n  a:\n"),
    ("no gates", "version: 1\n"),
    ("empty gates", "version: 1\ngates: {}\n"),
    ("empty file", "# hi\n"),
    (
        "wrong type",
        "version: 1\ngates:\n  a: { run: x, timeout: 10, retries: many, cost: { cpus: some }, inputs: { a: b } }\n",
    ),
    (
        "bool trap",
        "version: 1\ngates:\n  a: { run: x, stdin: yes }\n  b: { run: x, stdin: \"true\" }\n",
    ),
    (
        "missing",
        "version: 1\ngates:\n  a: { run: x, advisory: { until: 2026-01-01 } }\n",
    ),
    (
        "word",
        "version: 1\ngates:\n  a: { exists: { mode: al, size: 5M } }\n",
    ),
    (
        "flow template",
        "version: 1\nvars: { v: x }\ngates:\n  a: { run: x, env: { A: ${{ vars.v }} } }\n",
    ),
    (
        "alias glob",
        "version: 1\ngates:\n  a: { run: x, inputs: [**/*.rs] }\n",
    ),
    (
        "tag",
        "version: 1\ngates:\n  a: { run: x, inputs: [src/**, !src/gen] }\n",
    ),
    ("braces", "version: 1\ngates:\n  a: { run: {{ x }} }\n"),
    ("tab", "version: 1\ngates:\n\ta: x\n"),
    ("colon", "version: 1\ngates:\n  a: echo a: b\n"),
    ("unclosed", "version: 1\ngates: { a: [x\n"),
    ("two docs", "version: 1\ngates: { a: x }\n---\nversion: 1\n"),
    (
        "injection",
        "version: 1\ngates:\n  a:\n    run: |\n      echo hi\n      deploy ${{ git.branch }}\n",
    ),
    (
        "undefined",
        "version: 1\nvars: { node: x }\ngates:\n  a: \"x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}\"\n  b: \"${{ vars.node\"\n",
    ),
    (
        "not a builder",
        "version: 1\ngates:\n  a: x\n  b: { run: y, in: a }\n  c: \"${{ a.ref }}\"\n",
    ),
    (
        "secret in text",
        "version: 1\ngates:\n  a: { run: \"x ${{ env.TOKEN }}\", secrets: [TOKEN] }\n",
    ),
    (
        "secret and env",
        "version: 1\ngates:\n  a: { run: x, secrets: [TOKEN], env: { TOKEN: x } }\n",
    ),
    (
        "needs",
        "version: 1\ngates:\n  lint: x\n  a: { run: x, needs: [lnit, a, soft] }\n  soft: { run: x, advisory: { reason: r } }\n",
    ),
    (
        "outputs",
        "version: 1\ngates:\n  a: { run: x, outputs: [dist] }\n  b: { run: x, outputs: [dist/b] }\n  c: { run: x, outputs: [./dist] }\n",
    ),
    (
        "path",
        "version: 1\ngates:\n  a: { run: x, cwd: ../other, inputs: [\"[a\", /../x] }\n",
    ),
    (
        "vars",
        "version: 1\nvars:\n  a: { env: NOPE }\n  b: { file: gone.json, path: x }\n  c: { file: package.json, path: versoin }\n  d: \"${{ vars.a }}\"\n  e: {}\ngates: { x: \"${{ vars.a }}\" }\n",
    ),
    (
        "requires",
        "version: 2\nrequires: \">=9\"\ngates: { a: x }\n",
    ),
    ("pack", "version: 1\nuse: [dokcer]\ngates: { a: x }\n"),
    ("name", "version: 1\ngates: { \"a b\": x }\n"),
    (
        "group",
        "version: 1\ngates:\n  g: { shell: sh, gates: { a: { exists: { require: x } } } }\n  h: { gates: {} }\n  i: { run: x, gates: { b: y } }\n",
    ),
    ("scalar root", "hello\n"),
    (
        "three",
        "version: 1\ngates:\n  a: { run: x, timeot: 5m }\n  b: { run: y, needs: [c] }\n  d: { run: z, retries: lots }\n",
    ),
    (
        "pass_env",
        "version: 1\npass_env: [A=b]\ngates: { a: { run: x, pass_env: TOKEN }, b: { run: y, secrets: TOKEN } }\n",
    ),
    (
        "too early",
        "version: 1\nuse: docker\ngates: { a: { run: x, description: \"${{ image.ref }}\" } }\n",
    ),
    (
        "timeout zero",
        "version: 1\ngates: { a: { run: x, timeout: 0s, advisory: { reason: \"\", until: 2027-02-30 } } }\n",
    ),
    ("list for map", "version: 1\ngates: [a, b]\nenv: [A=b]\n"),
    (
        "alias bomb",
        "version: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f]\n",
    ),
];
#[test]
fn look() {
    for (n, t) in CASES {
        println!("######## {n}\n{}", bad(t));
        let _ = messages(t);
    }
}
