# What the documents tell a user to type is there: commands, options, models, files; what they quote is said; both languages
# tell the same. usage: test_documents.sh LINCE
lince=$1
catalogue=$(realpath "$(dirname "$lince")")/po/es.po
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" documents
cd "$TEST_SOURCE_DIR" || exit 1

commands=$("$lince" help --lang en | sed -n 's/^  lince \([a-z-]*\) .*/\1/p')
for command in $commands; do "$lince" help "$command" --lang en; done >"$scratch/help"
known=$(grep -oE -- '--[a-z][a-z0-9-]*' "$scratch/help" | sort -u)
models=$(sed -n '/^Models/,$p' "$scratch/help" | tr -s ' \n' '\n')
grep -rIohE '\b(lince|LINCE)_[A-Za-z0-9_]+' src include cli tests CMakeLists.txt | sort -u >"$scratch/names"

# check_commands DOCUMENT: the commands, options and models that it tells a user to type
check_commands() {
    local document=$1 command option model
    for command in $(grep -oE '\blince +[a-z][a-z-]* ' "$document" | awk '{ print $2 }' | sort -u); do
        # "lince trains", "lince is": words, not commands
        grep -qE "(^    |\`|/)(build/)?lince +$command " "$document" || continue
        grep -qx "$command" <<<"$commands" || wrong "$document: there is no command lince $command"
    done
    for option in $(grep -E 'lince +[a-z][a-z-]* |`--|^ +--' "$document" | grep -oE -- '(^|[ `(])--[a-z][a-z0-9-]*' | tr -d ' `(' | sort -u); do
        case $option in --cflags | --libs | --recursive | --args) continue ;;
        --map-by | --bind-to | --mca | --mpi) continue ;; esac # of mpirun and srun
        grep -qx -- "$option" <<<"$known" || wrong "$document: there is no option $option"
    done
    for model in $(grep -oE -- '--model [a-z0-9_]+' "$document" | awk '{ print $2 }' | sort -u); do
        grep -qx "$model" <<<"$models" || wrong "$document: there is no model $model"
    done
}

for document in README*.md CONTRIBUTING.md docs/*.md docs/*/*.md configs/*.yaml; do
    # What docs/adding.md has one type is not there yet: a test of its own does so.
    [ "$document" = docs/adding.md ] || check_commands "$document"
    # Links stand beside the document; files of the project are named from its root.
    for file in $(grep -oE '\]\([^):#]+\)' "$document" | sed 's/^](//; s/)$//' | sort -u); do
        [ -e "$(dirname "$document")/$file" ] || wrong "$document: it links to $file, which is not there"
    done
    for file in $(grep -oE '`(src|tests|include|cli|configs|docs|scripts|bench|po|man)/[A-Za-z0-9_./-]+\.[a-z]+`' "$document" | tr -d '`' | sort -u); do
        [ -e "$file" ] || wrong "$document: there is no $file"
    done
    for name in $(grep -oE '`(lince|LINCE)_[A-Za-z0-9_]+`' "$document" | tr -d '`' | sort -u); do
        grep -qxF "$name" "$scratch/names" || wrong "$document: there is no $name"
    done
    # `function` in `file`, `function` (`file`): it is there
    while read -r name file; do
        [ -e "$file" ] && ! grep -qw "$name" "$file" && wrong "$document: $name is not in $file"
    done < <(tr '\n' ' ' <"$document" | tr -s ' ' | grep -oE '`[a-z0-9_]+` (in |\()`[a-z]+/[^`]+`' | sed -E 's/`([a-z0-9_]+)` (in |\()`([^`]+)`/\1 \3/')
done

# The examples of CONTRIBUTING.md are lines of the files that they are said to be from.
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside { print; next } /From `/ { print "FROM " $0 }' CONTRIBUTING.md >"$scratch/examples"
[ "$(grep -c '^FROM' "$scratch/examples")" -ge 5 ] || wrong "CONTRIBUTING.md has no examples"
files=
while IFS= read -r line; do
    case $line in
    'FROM '*) files=$(grep -oE '`[a-z]+/[A-Za-z0-9_./-]+`' <<<"$line" | tr -d '`') ;;
    ?*) grep -qxF -- "$line" $files || wrong "CONTRIBUTING.md: '$line' is in none of: $files" ;;
    esac
done <"$scratch/examples"

# outline DOCUMENT: its headings and lists by their kind, the rows of its tables, and its commands with their options
outline() {
    sed -nE -e 's/^(#+|-|[0-9]+\.|\|) .*/\1/p' \
        -e '/^    /{ s/ #.*//; s/--lang [a-z]+//; s/^.*lince +([a-z]+)/lince \1 /; s/[^ ]*\.(csv|zip|gz|jpg|png|pth|safetensors|txt)\b/FILE/g; p }' "$1" |
        grep -oE '^(#+|-|[0-9]+\.|\|)$|^lince [a-z]+|--[a-z-]+'
}
for document in README.es.md docs/*.es.md docs/*/*.es.md; do
    diff <(outline "${document%.es.md}.md") <(outline "$document") >"$scratch/out" ||
        { cd "$scratch" && wrong "$document is built otherwise than its English twin:"; cd "$TEST_SOURCE_DIR" || exit 1; }
done
for document in docs/course docs/faq docs/troubleshooting docs/install docs/texts docs/augmentation; do
    for language in md es.md; do
        grep -q "($document.$language)" "README.${language}" || wrong "README.$language does not link to $document.$language"
    done
done

# said DOCUMENT msgid|msgstr: what it quotes in front of an explanation is part of a message; "…" stands for what differs
msgcat --no-wrap "$catalogue" >"$scratch/catalogue"
said() {
    local part
    while read -r part; do
        grep "^$2" "$scratch/catalogue" | grep -qF -- "$part" || wrong "$1: lince never says '$part'"
    done < <(sed -n 's/^\*\*`\([^`]*\)`\*\*.*/\1/p' "$1" | sed 's/ *(\{0,1\}…)\{0,1\} */\n/g' | grep -v '^[,?) ]*$')
}
said docs/troubleshooting.md msgid
said docs/troubleshooting.es.md msgstr
finish
