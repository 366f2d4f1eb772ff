#!/bin/sh
# Prints the SHA-256 over what the plugin is built from: each file's name and content, in a fixed order.
# The built plugin carries it beside it (picode.wasm.sources), so a stale build is seen without building.
set -eu
cd "$(dirname "$0")"
find core/src plugin/src core/Cargo.toml plugin/Cargo.toml plugin/Cargo.lock -type f |
    LC_ALL=C sort |
    while IFS= read -r file; do
        printf '%s ' "$file"
        sha256sum <"$file" | cut -d ' ' -f 1
    done |
    sha256sum | cut -d ' ' -f 1
