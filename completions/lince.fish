# fish completion for lince: the program itself lists its commands, options and their values.
function __lince_command
    set -l words (commandline -opc)
    test (count $words) -gt 1; and echo $words[2]
end

function __lince_options
    lince help (__lince_command) 2>/dev/null | string match -rg -- '^  (?:-[a-z], )?(--[a-z0-9-]+)'
end

function __lince_values
    set -l words (commandline -opc)
    set -l option (string escape --style=regex -- $words[-1])
    lince help (__lince_command) 2>/dev/null | string match -rg -- "^  (?:-[a-z], )?$option ([a-z0-9-]+(?:\|[a-z0-9-]+)+)" | string split '|'
end

complete -c lince -n 'test -z (__lince_command)' -f -a "(lince help 2>/dev/null | string match -rg '^  lince ([a-z]+)')"
complete -c lince -n 'test -n (__lince_command)' -a '(__lince_options)'
complete -c lince -n 'string match -q -- "--*" (commandline -opc)[-1]' -a '(__lince_values)'
