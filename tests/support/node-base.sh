#!/usr/bin/env bash
# Makes a small Node base image out of what this machine has, so that Dockerfiles which say
# `FROM node:…` can be built where no registry can be reached. Used by the tests through a build
# argument; nothing else may depend on it.
#
#   tests/support/node-base.sh TAG            builds the image and prints its id
#   tests/support/node-base.sh --remove TAG   removes it and every image that was built on it
#
# Needs node, npm, a busybox and a Docker engine. The content is a function of those programs and
# of the tag alone: names sorted, times zeroed, owner root. The tag is written into the image, so
# that no two bases share a layer and `--remove` meets only what stands on this one.
set -euo pipefail

die() { printf 'node-base: %s\n' "$*" >&2; exit 1; }

need() { # program, how to get it
    command -v "$1" >/dev/null 2>&1 || die "$1 is not here; $2"
}

# Copies a program's shared libraries to the same paths below the root.
add_libraries() {
    local libraries library
    # A static program has none, and says so by a failure.
    libraries=$(ldd "$1" 2>/dev/null | grep -oE '/[^ ]+') || return 0
    for library in $libraries; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
}

add_node() {
    local node npm
    node=$(readlink -f "$(command -v node)")
    npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
    [ -f "$npm/bin/npm-cli.js" ] || die "npm does not lie in one directory here ($npm); install Node.js from nodejs.org or NodeSource"
    [ -d "$npm/node_modules" ] || die "$npm has no node_modules: a distribution has split npm up; install Node.js from nodejs.org or NodeSource"
    cp "$node" "$root/usr/local/bin/node"
    add_libraries "$node"
    mkdir -p "$root/usr/local/lib/node_modules/npm"
    # The manual is a third of npm's files, and every file costs time.
    tar -C "$npm" --exclude=./man --exclude=./docs -cf - . | tar -C "$root/usr/local/lib/node_modules/npm" -xf -
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
}

add_busybox() {
    local busybox applet
    busybox=$(readlink -f "$(command -v busybox)")
    cp "$busybox" "$root/bin/busybox"
    add_libraries "$busybox"
    for applet in $("$busybox" --list); do
        [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
    done
    ln -s ../../bin/busybox "$root/usr/bin/env"
}

# The users of the upstream image: root, nobody, and node with id 1000.
add_users() {
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' \
        'node:x:1000:1000::/home/node:/bin/sh' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'node:x:1000:' >"$root/etc/group"
    printf '127.0.0.1\tlocalhost\n' >"$root/etc/hosts"
}

# One reproducible tar: everything owned by root but for node's home.
pack() {
    local common=(--sort=name --mtime=@0 --numeric-owner -C "$root")
    tar "${common[@]}" --owner=0 --group=0 --exclude=./home/node -cf "$work/image.tar" .
    tar "${common[@]}" --owner=1000 --group=1000 -rf "$work/image.tar" ./home/node
}

build() {
    need node "install Node.js 20 or later (https://nodejs.org)"
    need npm "it comes with Node.js from nodejs.org or NodeSource"
    need busybox "on Debian: apt-get install busybox-static"
    docker version --format '{{.Server.Version}}' >/dev/null 2>&1 || die "no Docker engine answers; start one or set DOCKER_HOST"

    work=$(mktemp -d "${TMPDIR:-/tmp}/node-base.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    root=$work/root
    mkdir -p "$root"/{bin,etc,home/node,proc,root,sys,usr/bin,usr/local/bin,usr/local/lib,var/tmp}
    install -d -m 1777 "$root/tmp"
    add_node
    add_busybox
    add_users
    printf '%s\n' "$1" >"$root/etc/node-base"
    pack
    docker import \
        --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' \
        --change 'CMD ["node"]' \
        --message 'a Node base image made by tests/support/node-base.sh' \
        "$work/image.tar" "$1"
}

# The ids of all images whose lowest layer is this one. An image that somebody else removes meanwhile
# makes `inspect` complain, and is none of ours.
standing_on() {
    local ids
    ids=$(docker images -aq --no-trunc)
    { sort -u <<<"$ids" | xargs -r docker image inspect -f '{{.Id}} {{json .RootFS}}' 2>/dev/null || true; } |
        awk -v lowest="\"Layers\":[\"$1\"" 'index($0, lowest) { print $1 }'
}

# A build leaves the images of its stages and steps; parents go when their children are gone.
remove() {
    local layer images before=""
    docker image inspect "$1" >/dev/null 2>&1 || return 0
    layer=$(docker image inspect -f '{{index .RootFS.Layers 0}}' "$1")
    images=$(standing_on "$layer")
    while [ -n "$images" ]; do
        [ "$images" != "$before" ] || die "these images cannot be removed: $images"
        before=$images
        xargs docker rmi -f >/dev/null 2>&1 <<<"$images" || true
        images=$(standing_on "$layer")
    done
    if docker image inspect "$1" >/dev/null 2>&1; then die "$1 is still there"; fi
}

case "${1-}" in
    --remove)
        [ $# -eq 2 ] || die "usage: node-base.sh --remove TAG"
        remove "$2"
        ;;
    '' | -*) die "usage: node-base.sh TAG | --remove TAG" ;;
    *)
        [ $# -eq 1 ] || die "usage: node-base.sh TAG | --remove TAG"
        build "$1"
        ;;
esac
