# bash completion for lince: the program itself lists its commands and options, so they are never out of date.
_lince() {
    local current=${COMP_WORDS[COMP_CWORD]}
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$1" help 2>/dev/null | sed -n 's/^  lince \([a-z]*\) .*/\1/p')" -- "$current")
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "$("$1" help "${COMP_WORDS[1]}" 2>/dev/null | grep -oE -- '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+')" -- "$current")
    fi
}
complete -o default -F _lince lince
