#!/usr/bin/env python3
"""Holds the kind `dockerfile` against hadolint: file, line and rule of every finding.

    tests/oracles/hadolint.py [FILE...]       what agrees, what only we say, what only hadolint says
    tests/oracles/hadolint.py --record        writes hadolint's answers beside the corpus anew

Needs a built `prove` (PROVE, else target/debug/prove) and hadolint (HADOLINT, else the one in PATH).
Without hadolint it says so and ends with 0: the answers that are kept beside the corpus are what the
tests hold us to. ShellCheck's rules (SC…) and files that hadolint cannot read are left out.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests/corpus/dockerfiles"
ANSWERS = CORPUS / "hadolint.txt"


def theirs(hadolint, files):
    """(file, line, rule) by hadolint, and the files that it cannot read."""
    run = subprocess.run(
        [hadolint, "--no-fail", "-f", "json", *map(str, files)],
        capture_output=True, text=True, check=False, cwd=tempfile.gettempdir(),
    )
    found, unread = set(), set()
    for one in json.loads(run.stdout):
        name, rule = one["file"], one["code"]
        if rule == "DL1000":
            unread.add(name)
        elif rule.startswith("DL"):
            found.add((name, one["line"], rule))
    return found, unread


def ours(prove, files):
    """(file, line, rule) by prove, and the files that it cannot judge."""
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        gates, names = [], {}
        for number, file in enumerate(files):
            (home / str(number)).mkdir()
            shutil.copy(file, home / str(number) / "Dockerfile")
            gates.append(f"  g{number}: {{ dockerfile: {number}/Dockerfile }}")
            names[f"{number}/Dockerfile"] = str(file)
        gate_file = "version: 1\ngates:\n" + "\n".join(gates) + "\n"
        (home / "prove.yml").write_text(gate_file)
        subprocess.run(
            [prove, "run", "--report", "json=report.json"],
            capture_output=True, check=False, cwd=home,
        )
        lines = (home / "report.json").read_text().splitlines()
        report = [json.loads(line) for line in lines]
    found = set()
    for finding in findings(report):
        at = finding.get("location")
        if at and at["path"] in names and not finding.get("waived"):
            found.add((names[at["path"]], at["line"], finding["rule"]))
    return found


def findings(value):
    """Every finding, wherever it stands in the report."""
    if isinstance(value, dict):
        if "rule" in value and "location" in value:
            yield value
        for inner in value.values():
            yield from findings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from findings(inner)


def short(file):
    return pathlib.Path(file).name


def main():
    args = sys.argv[1:]
    hadolint = os.environ.get("HADOLINT") or shutil.which("hadolint")
    if not hadolint:
        print("skipped: no hadolint here")
        return 0
    record = "--record" in args
    files = [pathlib.Path(arg).resolve() for arg in args if arg != "--record"]
    files = files or sorted(CORPUS.glob("*.Dockerfile"))
    said, unread = theirs(hadolint, files)
    if record:
        lines = sorted(f"{short(file)}:{line} {rule}" for file, line, rule in said)
        ANSWERS.write_text("\n".join(lines) + "\n")
        print(f"{len(lines)} answers; not read by hadolint: {sorted(map(short, unread))}")
        return 0
    prove = os.environ.get("PROVE") or str(ROOT / "target/debug/prove")
    mine = ours(prove, [file for file in files if str(file) not in unread])
    known = subprocess.run(
        [prove, "rules", "dockerfile"], capture_output=True, text=True, check=False
    ).stdout
    mine = {one for one in mine if one[2].startswith("DL")}
    rules = sorted({one[2] for one in mine | said})
    print(f"{'rule':8} {'both':>5} {'ours':>5} {'theirs':>6}")
    total = collections.Counter()
    for rule in rules:
        a = {one for one in mine if one[2] == rule}
        b = {one for one in said if one[2] == rule}
        row = (len(a & b), len(a - b), len(b - a))
        total.update(both=row[0], ours=row[1], theirs=row[2])
        note = "" if not known or rule in known else "  (no rule of ours)"
        print(f"{rule:8} {row[0]:5} {row[1]:5} {row[2]:6}{note}")
    print(f"{'all':8} {total['both']:5} {total['ours']:5} {total['theirs']:6}")
    for word, only in (("only ours", mine - said), ("only theirs", said - mine)):
        for file, line, rule in sorted(only):
            print(f"{word}: {short(file)}:{line} {rule}")
    if unread:
        print(f"not read by hadolint: {', '.join(sorted(map(short, unread)))}")
    return 0


sys.exit(main())
