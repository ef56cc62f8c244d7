#!/usr/bin/env bash
# Greets whoever is named.
set -euo pipefail

name=${1:-}
if [ -z "$name" ]; then
    echo "usage: greet.sh NAME" >&2
    exit 64
fi
printf 'Hello, %s!\n' "$name"
