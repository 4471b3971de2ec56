# bash completion for lince (and zsh's, through bashcompinit): the program itself lists its commands, options and their
# values, so they are never out of date.
_lince_words() {
    COMPREPLY=()
    local word
    for word in $1; do [[ $word == "$2"* ]] && COMPREPLY+=("$word"); done
}

# _lince_values PROGRAM COMMAND OPTION: the values of an option that has a list of them
_lince_values() {
    local help
    help=$("$1" help "$2" 2>/dev/null)
    case $3 in
    --model) awk '/^ *resnet|^ *vgg|^  [a-z0-9_]+( [a-z0-9_]+)+$/ && models { print } /^(Models|Modelos)$/ { models = 1 } /^(Examples|Ejemplos)$/ { exit }' <<<"$help" ;;
    *) sed -nE "s/^  (-[a-z], )?$3 ([a-z0-9-]+(\\|[a-z0-9-]+)+)( .*)?\$/\\2/p" <<<"$help" | tr '|' ' ' ;;
    esac
}

# Folders of finished runs, for commands that take them.
_lince_runs() {
    local config
    for config in runs/*/config.yaml "${1%/}"/config.yaml "${1%/}"/*/config.yaml; do [ -f "$config" ] && echo "${config%/config.yaml}"; done
}

_lince() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    if [ "$COMP_CWORD" -eq 1 ]; then
        _lince_words "$("$1" help 2>/dev/null | sed -n 's/^  lince \([a-z]*\) .*/\1/p')" "$current"
    elif [[ $current == -* ]]; then
        _lince_words "$("$1" help "$command" 2>/dev/null | grep -oE -- '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+')" "$current"
    elif [[ $before == --run || $before == --resume || $command == report || $command == compare ]]; then
        _lince_words "$(_lince_runs "$current")" "$current"
    elif [[ $command == fetch && $before == fetch ]]; then
        _lince_words "$("$1" fetch 2>/dev/null | awk '{ print $1 }')" "$current"
    elif [[ $before == --* ]]; then
        _lince_words "$(_lince_values "$1" "$command" "$before")" "$current"
    fi
}
complete -o default -F _lince lince
