# What is installed serves: the program, its manual page and completion, and the READMEs' programs, built with the commands
# that they print. usage: test_install.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" install

cmake --install "$(dirname "$lince")" --prefix first >out 2>err || wrong "it cannot be installed:"
mv first prefix # which may lie anywhere
[ "$(prefix/bin/lince version)" = "$("$lince" version)" ] || wrong "the installed program does not run"
[ -s prefix/share/man/man1/lince.1 ] || wrong "there is no manual page"
(. prefix/share/bash-completion/completions/lince && complete -p lince) >/dev/null || wrong "there is no completion"
[ -s prefix/share/zsh/site-functions/_lince ] && [ -s prefix/share/fish/vendor_completions.d/lince.fish ] || wrong "zsh or fish have no completion"

# The run and the picture that the READMEs' first run leaves.
"$lince" synth images shapes --n 120 --seed 1 >/dev/null
done_with train --data shapes --model resnet20 --epochs 1 --batch-size 16 --threads 1 --quiet --out runs/first
ln -s shapes formas
ln -s first runs/primero
answer=$(prefix/bin/lince predict --run runs/first --csv shapes/test/star/0005.png | awk -F , 'NR == 2 { printf "%s %.3f", $2, $3 }')

# printed README: the commands behind its example in C
printed() { sed -n '/^```c$/,/^## /s/^    \(cc \|\.\/\)/\1/p' "$TEST_SOURCE_DIR/$1"; }

# A library with sanitizers needs them in the program, too.
if ldd "$lince" | grep -q asan; then
    mkdir bin
    printf '#!/bin/sh\nexec %s -fsanitize=address,undefined "$@"\n' "$(command -v cc)" >bin/cc
    chmod +x bin/cc
    PATH=$PWD/bin:$PATH
fi
libraries=$(dirname "$(find "$PWD/prefix" -name liblince.so.1)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries
for readme in README.md README.es.md; do
    source=$(printed "$readme" | grep -o '[a-z]*\.c\b')
    sed -n '/^```c$/,/^```$/p' "$TEST_SOURCE_DIR/$readme" | grep -v '^```' >"${source:-none}"
    [ "$(printed "$readme" | wc -l)" -eq 2 ] || wrong "$readme: expected a command that compiles, and one that runs"
    bash -ec "$(printed "$readme")" >out 2>err && [ "$(cat out)" = "$answer" ] ||
        wrong "$readme: its example, built and run as printed, does not answer '$answer':"
    # shellcheck disable=SC2046,SC2086
    cc -x c++ -fsyntax-only -Werror -Wall -Wextra $(pkg-config --cflags lince) $source >out 2>err ||
        wrong "$readme: the example is not C++, too:"
done

# lince within a program, by the command that docs/embedding prints: it runs without the shared library.
command=$(sed -n 's/^    \(cc .*static_libs lince)\)$/\1/p' "$TEST_SOURCE_DIR/docs/embedding.md")
[ -n "$command" ] || wrong "docs/embedding.md: no command with static_libs"
(cd "$TEST_SOURCE_DIR" && bash -ec "${command/-o camera/-o $OLDPWD/camera}") >out 2>err || wrong "$command"
ldd camera | grep -q liblince && wrong "a program with the static library needs the shared one"
env -u LD_LIBRARY_PATH ./camera >out 2>&1
[ $? -ne 127 ] || wrong "it does not run"
finish
