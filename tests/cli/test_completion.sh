# bash, zsh and fish offer what may stand where the cursor is. usage: test_completion.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" completion
completions=$TEST_SOURCE_DIR/completions
mkdir -p bin runs/first runs/second runs/folds old/run pictures
touch net.pth net.safetensors net.txt
touch runs/first/config.yaml runs/second/config.yaml runs/folds/cv.yaml old/run/config.yaml
ln -s "$lince" bin/lince
PATH=$PWD/bin:$PATH

# offers_SHELL WORD...: what is offered for the last of the words, one a line; "FILES" where files' names are
offers_bash() {
    bash --norc -c '. "$0"; COMP_WORDS=(lince "$@"); COMP_CWORD=$#; COMPREPLY=(); _lince lince
        [ ${#COMPREPLY[@]} -gt 0 ] && printf "%s\n" "${COMPREPLY[@]}" || echo FILES' "$completions/lince.bash" "$@"
}
offers_zsh() { # the shell's own functions are not there: what is given to them is printed
    zsh -f -c 'compadd() { print -l -- ${(M)values:#${words[CURRENT]}*}; }; _files() { print -l FILES ${~2}; }
        file=$1; shift; words=(lince "$@"); CURRENT=$#words; . $file' zsh "$completions/_lince" "$@"
}
offers_fish() {
    local found
    found=$(fish --no-config -c 'source $argv[1]; complete -C "lince $argv[2..]"' "$completions/lince.fish" "$@" | cut -f1)
    # what fish offers by itself: a folder ends in "/"
    [ "$(grep -v '/$' <<<"$found")" ] && echo "$found" || echo FILES
}

# offers WORDS -- EXPECTED...: each of them is offered; `!` before one: it is not
check() {
    local words=() found expected
    while [ "$1" != -- ]; do words+=("$1") && shift; done
    shift
    found=$("offers_$shell" "${words[@]}" 2>&1)
    for expected; do
        case $expected in
        !*) grep -qxF -- "${expected#!}" <<<"$found" && wrong "$shell: lince ${words[*]}: ${expected#!} is offered: $found" ;;
        *) grep -qxF -- "$expected" <<<"$found" || wrong "$shell: lince ${words[*]}: $expected is not offered: $found" ;;
        esac
    done
}

for shell in bash zsh fish; do
    if ! command -v $shell >/dev/null; then
        echo "skipped: $shell is not installed"
        continue
    fi
    check tr -- train !prune
    check p -- predict prune
    check help co -- compare convert
    check train --mod -- --model !--momentum
    check prune --d -- --dry-run
    check train --model resnet1 -- resnet18 resnet101 !vgg16
    check train --model g -- gru
    check train --optimizer a -- auto adam adamw !sgd
    check train --scheduler one -- onecycle
    check eval --run ru -- runs/first runs/second !old/run
    check predict --run old -- old/run
    check train --resume runs/s -- runs/second !runs/first
    check report r -- runs/first
    check compare runs/first runs/ -- runs/second runs/folds
    check cv --resume runs/ -- runs/folds !runs/first
    check report ru -- runs/first !runs/folds
    check prune ru -- runs/second
    check fetch cifar1 -- cifar10 cifar100 !vgg16
    check synth t -- tweets !images
    check train --data pic -- FILES
    check train --weights net -- net.pth net.safetensors !net.txt
    check convert net -- net.pth !net.txt
    { LC_ALL=es_ES.UTF-8 check train --model vgg1 -- vgg16 vgg19_bn !resnet18; } 2>/dev/null
done
finish
