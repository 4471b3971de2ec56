# bash completion for lince: the program itself lists its commands, options and their values, so they are never out of
# date.
_lince_words() {
    COMPREPLY=()
    local word
    for word in $1; do [[ $word == "$2"* ]] && COMPREPLY+=("$word"); done
}

_lince_commands() { "$1" help 2>/dev/null | sed -n 's/^  lince \([a-z-]*\) .*/\1/p'; }

# _lince_values PROGRAM COMMAND OPTION: the values of an option that has a list of them
_lince_values() {
    local help
    help=$("$1" help "$2" 2>/dev/null)
    case $3 in
    --model) sed -nE '/^(Models|Modelos)$/,/^$/p' <<<"$help" | sed 1d ;;
    *) sed -nE "s/^  (-[a-z], )?$3 ([a-z0-9-]+(\\|[a-z0-9-]+)+)( .*)?\$/\\2/p" <<<"$help" | tr '|' ' ' ;;
    esac
}

# _lince_files PROGRAM WORD: folders, and files of the formats that weights are written in
_lince_files() {
    local endings file
    endings=$("$1" help convert 2>/dev/null | sed -nE 's/^  (\*\.[^ ]+) .*/\1/p' | tr '\n|' '  ')
    for file in "$2"*; do
        [ -d "$file" ] && echo "$file"
        case " $endings " in *" *.${file##*.} "*) echo "$file" ;; esac
    done
}

# _lince_runs WORD COMMAND: folders of runs and of cross-validations, as the command takes them: below runs/, and where the
# word that is typed leads.
_lince_runs() {
    local file folder files=config.yaml
    case $2 in
    cv) files=cv.yaml ;;
    compare) files='config.yaml cv.yaml' ;;
    esac
    for file in $files; do
        for folder in runs/*/ ${1:+"${1%/}"/ "${1%/}"*/ "${1%/}"/*/}; do
            [ -f "$folder$file" ] && echo "${folder%/}"
        done
    done | sort -u
}

_lince() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    if [ "$COMP_CWORD" -eq 1 ] || [ "$before" = help ]; then
        _lince_words "$(_lince_commands "$1")" "$current"
    elif [[ $current == -* ]]; then
        _lince_words "$("$1" help "$command" 2>/dev/null | grep -oE -- '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+')" "$current"
    elif [[ $before == --run || $before == --resume || ($before != --* && $command =~ ^(report|compare|prune|export|quantize|serve)$) ]]; then
        _lince_words "$(_lince_runs "$current" "$command")" "$current"
    elif [ "$before" = --weights ] || [ "$command" = convert ]; then
        mapfile -t COMPREPLY < <(_lince_files "$1" "$current")
        compopt -o filenames 2>/dev/null
    elif [[ $before == --* ]]; then
        _lince_words "$(_lince_values "$1" "$command" "$before")" "$current"
    elif [ "$command" = fetch ]; then
        _lince_words "$("$1" fetch 2>/dev/null | awk '{ print $1 }')" "$current"
    elif [ "$command" = synth ] && [ "$COMP_CWORD" -eq 2 ]; then
        _lince_words "images sounds tweets" "$current"
    fi
}
complete -o default -F _lince lince
