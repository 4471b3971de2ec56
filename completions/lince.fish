# fish completion for lince: the program itself lists its commands, options and their values.
function __lince_commands
    lince help 2>/dev/null | string match -rg '^  lince ([a-z-]+)'
end

function __lince_models
    lince help train 2>/dev/null | sed -nE '/^(Models|Modelos)$/,/^$/p' | sed 1d | string split -n ' '
end

# Folders of runs and of cross-validations, as the command takes them: below runs/, and where the word that is typed leads.
function __lince_runs -a command
    set -l typed (string trim -r -c / -- (commandline -ct))
    set -l files config.yaml
    test "$command" = cv; and set files cv.yaml
    test "$command" = compare; and set files config.yaml cv.yaml
    for file in $files
        set -l found runs/*/$file
        test -n "$typed"; and set -a found $typed/$file $typed*/$file $typed/*/$file
        for path in $found
            test -f $path; and string replace /$file '' -- $path
        end
    end | sort -u
end

# The values of an option that has a list of them.
function __lince_values -a command option
    set -l name (string escape --style=regex -- $option)
    lince help $command 2>/dev/null | string match -rg -- "^  (?:-[a-z], )?$name ([a-z0-9-]+(?:\|[a-z0-9-]+)+)" | string split '|'
end

# Folders, and files of the formats that weights are written in.
function __lince_files
    set -l endings (lince help convert 2>/dev/null | string match -rg -- '^  (\*\.\S+) ' | string split '|')
    for file in (string replace -r '^~' ~ -- (commandline -ct))*
        test -d $file; and echo $file/
        contains -- '*.'(string split -r -m1 . -- $file)[-1] $endings; and echo $file
    end
end

# What may stand where the cursor is; nothing: a file's name.
function __lince_candidates
    set -l words (commandline -opc)
    set -l command $words[2]
    if test (count $words) -eq 1
        __lince_commands
    else if string match -q -- '-*' (commandline -ct)
        lince help $command 2>/dev/null | string match -rg -- '^  (?:-[a-z], )?(--[a-z0-9-]+)'
    else
        switch $words[-1]
            case --model
                __lince_models
            case --run --resume
                __lince_runs $command
            case --weights
                __lince_files
            case '--*'
                __lince_values $command $words[-1]
            case '*'
                switch $command
                    case convert
                        __lince_files
                    case report compare prune export quantize serve
                        __lince_runs $command
                    case fetch
                        lince fetch 2>/dev/null | string match -rg '^(\S+)'
                    case help
                        __lince_commands
                    case synth
                        test (count $words) -eq 2; and printf '%s\n' images sounds tweets
                end
        end
    end
end

complete -c lince -n 'count (__lince_candidates) >/dev/null' -f -a '(__lince_candidates)'
