#!/bin/sh
# Builds the plugin into picode.wasm and writes down which sources it was made from.
#
# With rustup the target wasm32-wasip1 is used, and added where it is missing. Elsewhere Debian's packages do:
#     apt-get install rustc-web cargo-web rust-web-src wasi-libc lld binaryen
set -eu
cd "$(dirname "$0")"
target=wasm32-wasip1

has_target() {
    command -v rustup >/dev/null 2>&1 && rustup target list --installed 2>/dev/null | grep -qx "$target"
}

add_target() {
    command -v rustup >/dev/null 2>&1 && rustup target add "$target"
}

# the built plugin is committed: it is to name no directory of whoever built it
remap="--remap-path-prefix=$PWD=plugin"
(cd plugin && cargo fetch --locked --quiet --target "$target")
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    remap="$remap --remap-path-prefix=$registry=crates"
done

by_rustup() {
    (cd plugin && RUSTFLAGS="$remap" cargo build --locked --release --target "$target")
}

by_debian() {
    missing=
    for package in rustc-web cargo-web rust-web-src wasi-libc lld binaryen; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        echo "The plugin needs rustup's target $target, or Debian's packages. Missing:$missing" >&2
        echo "Install rustup (https://rustup.rs), or run: apt-get install$missing" >&2
        return 1
    fi
    # given here and not in the crate's own configuration, which rustup's cargo would read as well
    flags='"-Clink-self-contained=no", "-Clink-arg=-L/usr/lib/wasm32-wasi"'
    flags="$flags, \"-Clink-arg=/usr/lib/wasm32-wasi/crt1-command.o\""
    for flag in $remap; do flags="$flags, \"$flag\""; done
    (cd plugin && RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo build --locked --release \
        --target "$target" -Zbuild-std=std,panic_abort \
        --config "target.$target.linker=\"wasm-ld\"" --config "target.$target.rustflags=[$flags]")
}

if has_target || add_target; then
    by_rustup
else
    by_debian
fi
built="${CARGO_TARGET_DIR:-plugin/target}/$target/release/picode.wasm"
cp "$built" picode.wasm.new
chmod 644 picode.wasm.new
mv picode.wasm.new picode.wasm
./sources-hash.sh >picode.wasm.sources
echo "Built zellij-plugin/picode.wasm: $(wc -c <picode.wasm) bytes."
