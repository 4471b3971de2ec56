# What the documents tell a user to type is there: commands, options, models, files. usage: test_documents.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" documents
cd "$TEST_SOURCE_DIR" || exit 1

commands=$("$lince" help --lang en | sed -n 's/^  lince \([a-z]*\) .*/\1/p')
for command in $commands; do "$lince" help "$command" --lang en; done >"$scratch/help"
known=$(grep -oE -- '--[a-z][a-z0-9-]*' "$scratch/help" | sort -u)
models=$(sed -n '/^Models/,$p' "$scratch/help" | tr -s ' \n' '\n')

for document in README.md README.es.md docs/course.md docs/course.es.md configs/*.yaml; do
    for command in $(grep -oE '\blince +[a-z]+ ' "$document" | awk '{ print $2 }' | sort -u); do
        # "lince trains", "lince is": words, not commands
        grep -qE "(^    |\`|/)(build/)?lince +$command " "$document" || continue
        grep -qx "$command" <<<"$commands" || wrong "$document: there is no command lince $command"
    done
    for option in $(grep -E 'lince|`--|^ +--' "$document" | grep -oE -- '(^|[ `(])--[a-z][a-z0-9-]*' | tr -d ' `(' | sort -u); do
        case $option in --cflags | --libs | --recursive) continue ;; esac
        grep -qx -- "$option" <<<"$known" || wrong "$document: there is no option $option"
    done
    for model in $(grep -oE -- '--model [a-z0-9_]+' "$document" | awk '{ print $2 }' | sort -u); do
        grep -qx "$model" <<<"$models" || wrong "$document: there is no model $model"
    done
    case $document in README*) continue ;; esac
    for file in $(grep -oE '(configs|docs)/[A-Za-z0-9_./-]+\.(yaml|md|png)' "$document" | sort -u); do
        [ -e "$file" ] || wrong "$document: there is no $file"
    done
done
finish
