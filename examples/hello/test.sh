#!/usr/bin/env bash
# Tests greet.sh and writes what it saw to report.xml, so that every case is shown by its name.
set -euo pipefail

cases=""
failures=0

check() { # name, expected, command…
    local name=$1 expected=$2 got
    shift 2
    got=$("$@" 2>&1) || true
    if [ "$got" = "$expected" ]; then
        cases+="  <testcase classname=\"greet\" name=\"$name\"/>"$'\n'
    else
        failures=$((failures + 1))
        printf '%s: expected "%s", got "%s"\n' "$name" "$expected" "$got" >&2
        cases+="  <testcase classname=\"greet\" name=\"$name\"><failure message=\"not what was expected\"/></testcase>"$'\n'
    fi
}

check "greets by name" "Hello, Ada!" ./greet.sh Ada
check "keeps a name with spaces" "Hello, Ada Lovelace!" ./greet.sh "Ada Lovelace"
check "asks for a name" "usage: greet.sh NAME" ./greet.sh

printf '<testsuite name="greet" failures="%s">\n%s</testsuite>\n' "$failures" "$cases" >report.xml
[ "$failures" -eq 0 ]
