# Every command and option stands in the manual page, and the shell completion offers it. usage: test_manual.sh LINCE
lince=$1
failures=0
page=$(sed 's/\\-/-/g; s/\\f[BIR]//g' "$TEST_SOURCE_DIR/man/lince.1")

missing() {
    echo "$1 is missing in $2"
    failures=$((failures + 1))
}

complete() { :; }
. "$TEST_SOURCE_DIR/completions/lince.bash"

# offered WORD...: what completion offers for the last of the words
offered() {
    COMP_WORDS=("$lince" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _lince "$lince"
    printf '%s\n' "${COMPREPLY[@]}"
}

# Values of options that have a list of them, models, and runs.
offered train --optimizer ad | grep -qx adamw || missing "--optimizer adamw" "the completion"
offered train --model resnet | grep -qx resnet18 || missing "--model resnet18" "the completion"
offered eval --split t | grep -qx test || missing "--split test" "the completion"
(
    cd "$(mktemp -d)" && mkdir -p runs/first && touch runs/first/config.yaml && offered eval --run ru | grep -qx runs/first
) || missing "--run runs/first" "the completion"

commands=$("$lince" help | sed -n 's/^  lince \([a-z-]*\) .*/\1/p')
[ -n "$commands" ] || missing "the list of commands" "lince help"
for command in $commands; do
    grep -qx -- ".B $command" <<<"$page" || missing "$command" lince.1
    offered "${command:0:1}" | grep -qx -- "$command" || missing "$command" "the completion"
    section=$(awk -v heading=".SS lince $command" '/^\.S[SH]/ { inside = $0 == heading } inside' <<<"$page")
    while read -r option values; do
        [[ $values != *"|"* ]] || grep -qF -- "$option $values" <<<"$section" || missing "$command $option $values" lince.1
        grep -qE -- "(^|, )$option( |\$)" <<<"$section" || missing "$command $option" lince.1
        offered "$command" "$option" | grep -qx -- "$option" || missing "$command $option" "the completion"
    done < <("$lince" help "$command" | sed -nE 's/^  (-[a-z], )?(--[a-z0-9-]+)( ([^ ]+))?.*/\2 \4/p')
done
exit $((failures > 0))
