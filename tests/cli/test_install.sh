# What is installed serves: the program, its manual page and completion, and the README's ten lines, compiled against the
# library as pkg-config describes it. usage: test_install.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" install

cmake --install "$(dirname "$lince")" --prefix first >out 2>err || wrong "it cannot be installed:"
mv first prefix # which may lie anywhere
[ "$(prefix/bin/lince version)" = "$("$lince" version)" ] || wrong "the installed program does not run"
[ -s prefix/share/man/man1/lince.1 ] || wrong "there is no manual page"
(. prefix/share/bash-completion/completions/lince && complete -p lince) >/dev/null || wrong "there is no completion"

# A run and a picture by the names that the READMEs use.
"$lince" synth images data --n 120 --seed 1 >/dev/null
done_with train --data data --model resnet20 --epochs 1 --batch-size 16 --threads 1 --quiet --out runs/cats
cp data/test/disc/0005.png cat.png
ln -s cats runs/gatos
ln -s cat.png gato.png

flags=-Werror
ldd "$lince" | grep -q asan && flags="$flags -fsanitize=address,undefined"
export PKG_CONFIG_PATH=$PWD/prefix/lib/pkgconfig:$PWD/prefix/lib/$(cc -print-multiarch)/pkgconfig
for language in c c++; do
    for readme in README.md README.es.md; do
        # shellcheck disable=SC2016
        lines=$(sed -n '/^```c$/,/^```$/p' "$TEST_SOURCE_DIR/$readme" | grep -v '^```')
        [ -n "$lines" ] || wrong "$readme: no example in C"
        {
            echo '#include <stdio.h>'
            grep '^#include' <<<"$lines"
            printf 'int main(void)\n{\n'
            grep -v '^#include' <<<"$lines"
            printf 'return 0;\n}\n'
        } >cats.c
        # shellcheck disable=SC2046,SC2086
        if cc -x $language $flags cats.c -x none -o cats $(pkg-config --cflags --libs lince) >out 2>err; then
            ./cats >out 2>err
            [ "$(cat out)" = "$(prefix/bin/lince predict --run runs/cats cat.png | awk -F '\t' '{ printf "%s %.3f", $2, $3 }')" ] ||
                wrong "$readme: the example does not answer as lince does:"
        else
            wrong "$readme: the example does not compile as $language:"
        fi
    done
done
finish
