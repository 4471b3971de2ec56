# The READMEs' first run is as printed: its commands run one after the other, with fewer pictures and epochs.
# usage: test_tour.sh LINCE
lince=$(realpath "$1")
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" tour

# tour README HEADING: the commands below the heading, continued lines joined, comments cut
tour() {
    sed -n "/^## $2/,/^## /s/^    //p" "$TEST_SOURCE_DIR/$1" | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' -e 's/  *#.*//'
}

# follow README HEADING RUN
follow() {
    local readme=$1 heading=$2 command
    mkdir -p "$readme/build" && cd "$readme" && ln -s "$lince" build/lince || exit 1
    tour "$readme" "$heading" >commands
    [ "$(wc -l <commands)" -ge 8 ] || wrong "$readme: no commands below '$heading'"
    while read -r command; do
        case $command in
        *" synth "*) command="$command --n 120" ;;
        *" train "*) command="$command --epochs 1 --threads 1" ;;
        *" compare "*) command="$command --out compared" ;;
        esac
        bash -c "$command" >out 2>err </dev/null || wrong "$readme: $command"
    done <commands
    [ -s "$3/report.html" ] && [ -s compared/compare.html ] || wrong "$readme: no report or no comparison"
    cd ..
}

follow README.md 'The first run' runs/first

# The Spanish page's are the same, but for the names of folders and the languages.
tour README.es.md 'El primer entrenamiento' | sed -e 's/formas/shapes/g; s/primero/first/g; s/segundo/second/g; s/pliegues/folds/g' \
    -e 's/ --lang [a-z]*//' >spanish
tour README.md 'The first run' | sed 's/ --lang [a-z]*//' | diff - spanish >out || wrong "README.es.md begins with other commands"
finish
