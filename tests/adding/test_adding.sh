# docs/adding.md does what it says: its examples, added to a copy of the tree, are compiled, and its commands run.
# usage: test_adding.sh LINCE BUILD
#
# A block "```c PATH" is a new file, or lines for one that is there: at the end of a list, or "before TEXT" or "behind TEXT".
# A block "```sh" is run. Only objects that know a file which changed are compiled anew; they are linked before the library,
# of whose members none is taken that has the same functions.
lince=$1
build=$2
source=$TEST_SOURCE_DIR
scratch=$TEST_SCRATCH/adding
tree=$scratch/tree
[ -f "$build/build.ninja" ] && [ -f "$build/liblince.a" ] && command -v ninja >/dev/null || exit 77
rm -rf "$scratch"
mkdir -p "$scratch/blocks" "$scratch/objects" "$scratch/bin" "$scratch/work" "$tree" "$tree/${TEST_SCRATCH#"$source"/}"
cp -r "$source/src" "$source/cli" "$source/include" "$source/tests" "$tree"
# what the build has made of other sources, where it lies within the tree
[ ! -d "$build/generated" ] || [ "${build#"$source"/}" = "$build" ] ||
    ln -s "$build/generated" "$tree/${build#"$source"/}/generated"
cd "$scratch" || exit 1

fail() {
    echo "docs/adding.md: $*"
    exit 1
}

# blocks/N and blocks/N.at, what stands behind the three backquotes
awk -v out=blocks/ '
    /^```/ && file { close(file); file = ""; next }
    /^```(c|sh)/ { file = sprintf("%s%02d", out, ++n); print substr($0, 4) > (file ".at"); close(file ".at"); next }
    file { print > file }' "$source/docs/adding.md"

# add PATH BLOCK [before|behind TEXT]
add() {
    local path=$tree/$1 block=$2 where=${3:-before} text=${4:-#undef}
    if [ ! -f "$path" ]; then
        mkdir -p "$(dirname "$path")"
        cp "$block" "$path"
        return
    fi
    grep -qF -- "$text" "$path" || text='' # a list without an end of its own
    awk -v block="$block" -v where="$where" -v text="$text" '
        function put(line) { while ((getline line < block) > 0) print line }
        !done && text != "" && index($0, text) {
            done = 1
            if (where == "before") put()
            print
            if (where == "behind") put()
            next
        }
        { print }
        END { if (!done) put() }' "$path" >"$path.new" && mv "$path.new" "$path"
}
: >changed
for at in blocks/*.at; do
    read -r language path where text <"$at"
    [ "$language" = c ] || continue
    [ -f "$source/$path" ] && [ -n "$text" ] && ! grep -qF -- "$text" "$source/$path" && fail "$path has no '$text'"
    add "$path" "${at%.at}" $where "$text"
    echo "$path" >>changed
done

# The tests that the page builds.
tests=$(sed -n 's:^ninja -C build tests/::p' blocks/* | paste -sd '|')

# Sources of the build that know a changed file, and new ones.
ninja -C "$build" -t deps | awk -v source="$source/" '
    FNR == NR { changed[$1]; next }
    /^[^ ]/ { object = $1; sub(/:$/, "", object); next }
    NF {
        file = $1
        if (index(file, source) == 1) file = substr(file, length(source) + 1)
        sub(/^(\.\.\/)+/, "", file)
        if (file in changed) print object
    }' changed - | grep -E "^(CMakeFiles/(lince_objects|lince_cli)|tests/CMakeFiles/($tests))\.dir/" | sort -u >stale

# commands: OBJECT TAB COMMAND, from the build's own list, for the copy and quickly: what runs here is small.
awk -F'"' -v source="$source/" -v tree="$tree/" '
    $2 == "command" {
        command = $0
        sub(/^[^:]*: "/, "", command)
        sub(/",?$/, "", command)
        gsub(/\\"/, "\"", command)
        gsub(/\\\\/, "\\", command)
        object = command
        sub(/.* -o /, "", object)
        sub(/ .*/, "", object)
        gsub(/ -O[23]/, " -O0", command)
        printf "%s\t", object
        while (at = index(command, source)) {
            printf "%s%s", substr(command, 1, at - 1), tree
            command = substr(command, at + length(source))
        }
        print command
    }' "$build/compile_commands.json" >commands

# compile OBJECT COMMAND: into objects/
compile() {
    local object=$scratch/objects/${1//\//+}
    (cd "$build" && eval "${2/ -o $1 / -o $object }") >"$object.log" 2>&1 || { cat "$object.log" && return 1; }
}
export -f compile
export scratch build

# A new file is compiled as a neighbour is that stands for all of its kind.
{
    grep -F -f <(sed 's/$/\t/' stale) commands
    while read -r path; do
        [ -f "$source/$path" ] && continue
        case $path in
        *.h) continue ;;
        cli/*) like=cli/main.c ;;
        *) like=src/core/error.c ;;
        esac
        grep -F "/$like.o	" commands | sed "s:$like:$path:g"
    done <changed
} >todo
[ -s todo ] || fail "nothing to compile"
tr '\t\n' '\0\0' <todo | xargs -0 -n 2 -P "$(nproc)" bash -c 'compile "$0" "$1"' >log 2>&1 || { cat log && fail "does not compile"; }

# link TARGET: what the build links, with the objects that are new
link() {
    local command object new=''
    command=$(command ninja -C "$build" -t commands -s "$1" | tail -1)
    for object in $(cut -f1 "$scratch/todo"); do
        case $object in
        *lince_objects*) new+=" $scratch/objects/${object//\//+}" ;;
        *) command=${command// $object / $scratch/objects/${object//\//+} } ;;
        esac
    done
    case $1 in
    lince) for object in "$scratch"/objects/*lince_cli.dir*.o; do [[ $command == *"$object"* ]] || new+=" $object"; done ;;
    esac
    mkdir -p "$(dirname "$scratch/bin/$1")"
    command=${command/ -o $1 / -o $scratch/bin/$1 }
    (cd "$build" && eval "${command/ liblince.a / $new liblince.a }") || fail "$1 is not linked"
}
link "$(basename "$lince")"
ninja() { link "${@: -1}"; } # ninja -C build TARGET, as the page says
ln -s ../bin work/build

PATH=$scratch/bin:$PATH
export XDG_CACHE_HOME=$scratch/cache
cd "$scratch/work" || exit 1
for at in ../blocks/*.at; do
    [ "$(cat "$at")" = sh ] || continue
    (
        set -e # of a pipe its last command decides
        . "${at%.at}"
    ) >../log 2>&1 </dev/null || {
        cat "${at%.at}" ../log
        fail "these commands failed"
    }
done
exit 0
