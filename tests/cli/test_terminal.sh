# What a person sees on a terminal, and what a pipe or a file gets. usage: test_terminal.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" terminal

# Small pictures, and no figures: a run takes half a second.
mkdir bin && printf '#!/bin/sh\n' >bin/gnuplot && chmod +x bin/gnuplot
PATH=$PWD/bin:$PATH
"$lince" synth images data --n 90 --seed 1 >/dev/null
training="train --data data --model resnet20 --image-size 8 --epochs 1 --batch-size 4 --val-split 0 --threads 1 --lang en"
return=$(printf '\r') escape=$(printf '\033')

# on_terminal COLUMNS ARGUMENTS: lince on a terminal of its own, with all it prints in ./out
on_terminal() {
    local columns=$1
    shift
    TERM=xterm script -qec "stty cols $columns; $lince $* 2>&1 >/dev/null" /dev/null </dev/null >out 2>err
}

has() { grep -q -- "$1" "${2:-out}" || wrong "$3: '$1' is missing"; }
hasnt() { ! grep -q -- "$1" "${2:-out}" || wrong "$3: '$1' is there"; }

if command -v script >/dev/null; then
    on_terminal 100 "$training --out live"
    has "$return$escape\[J"'preparing \[#*\]  80/80' out "a live line"
    has 'training 1/1 \[#*\.* *\].*loss [0-9.]*  acc [0-9.]* %  [0-9]*/s  ETA [0-9]:[0-9][0-9]' out "a live line"
    has "$escape\[1;33mwarning:$escape\[0m" out "a warning in colour"
    has "$return$escape\[Jreport: live/report.html" out "the end of a training: remnants of the live line"
    on_terminal 40 "$training --out narrow"
    [ "$(sed "s/$escape\[J//g" out | tr '\r' '\n' | grep '^training' | awk '{ print length }' | sort -n | tail -1)" -le 40 ] ||
        wrong "a line is longer than a narrow terminal"
    has 'training 1/1.*ETA' out "a narrow terminal"
    tr -d '\r' <out | grep -qE '^ +1/1 +[0-9.]+ +- +[0-9:]+' || wrong "the table of epochs on a narrow terminal: $(cat out)"
    NO_COLOR=1 on_terminal 100 "$training --out plain"
    hasnt "$escape\[[0-9;]*m" out "NO_COLOR"
    has 'warning: there is no validation part' out "NO_COLOR"
    on_terminal 100 "$training --quiet --out quiet"
    hasnt 'training' out "--quiet"
    on_terminal 60 "tune ${training#train} --val-split 0.2 lr=1e-3,1e-2 label-smoothing=0,0.1 --trials 2 --out tuned"
    has '^ \{37\}label-smoothing=0' out "settings of a trial that do not fit in a line"
fi

# no terminal: lines, nothing that moves
# shellcheck disable=SC2086
done_with $training --out lines
[ "$(cat out)" = lines ] || wrong "standard output holds more than the run's folder"
hasnt "$return" err "a pipe"
hasnt "$escape" err "a pipe"
grep -qE '^ +1/1 +[0-9.]+ +[0-9.]+ % +- +- ' err || wrong "no line for the epoch"

# titles end where their columns end, with accents too
done_with $training --out columns --no-report --lang es
widths=$(grep -E '^ *época|^ +1/1' err | sed 's/ \*$//' | while IFS= read -r line; do LC_ALL=C.UTF-8 wc -L <<<"$line"; done | sort -u | wc -l)
[ "$widths" -eq 1 ] || wrong "titles and columns are not aligned: $(cat err)"
# shellcheck disable=SC2086
done_with $training --quiet --out silent
[ "$(wc -l <err)" -le 1 ] || wrong "--quiet prints more than warnings:"

# shellcheck disable=SC2086
done_with $training --quiet --out reportless --no-report
[ ! -e reportless/report.html ] || wrong "--no-report: there is one"
done_with report reportless
[ -s reportless/report.html ] || wrong "a run's report, later: there is none"

# readers that go away
for command in "help train" "info data --json" "info lines"; do
    # shellcheck disable=SC2086
    "$lince" $command 2>err | head -1 >/dev/null
    code=${PIPESTATUS[0]}
    { [ "$code" -eq 0 ] || [ "$code" -eq 141 ]; } && [ ! -s err ] || wrong "lince $command | head -1: $code"
done
# shellcheck disable=SC2086
"$lince" $training --out deaf 2>&1 | head -1 >/dev/null
[ -s deaf/test.json ] || wrong "a training ended because nobody read its progress"

# every command explains itself, in both languages, and in the one asked for
for command in train eval predict report info synth; do
    done_with help $command --lang en
    has "lince $command" out "help"
    cp out english
    done_with $command --help --lang es
    has "lince $command" out "help in Spanish"
    has 'esta ayuda' out "help in Spanish"
    cmp -s out english && wrong "$command: the same help in both languages"
done
expect 2 '¿quiso decir --epochs?' train --epoch 3 --lang es
expect 2 'did you mean --epochs' train --epoch 3 --lang=en
expect 2 'expected en, es or auto' info data --lang fr
finish
