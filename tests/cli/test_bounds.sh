# Files that were made to take all memory or time (tests/bounds/bombs.py): each is refused within seconds, with the option that
# allows more, or read as if nothing were the matter; and the options do what they say.
# usage: test_bounds.sh LINCE [SHARE]   (SHARE 1: the whole ones; `make bombs`)
lince=$1
share=${2:-0.03}
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" bounds

python3 "$TEST_SOURCE_DIR/tests/bounds/bombs.py" . "$share" || exit 77
make_tiny_runs

# within SECONDS ARGUMENTS...: lince in 2 GiB of memory and so many seconds of a processor (others may have it meanwhile), in ./out and
# ./err, with the exit code in $code
within() {
    local seconds=$1
    shift
    (ulimit -v 2500000 && ulimit -t "$seconds" && exec timeout $((20 * seconds)) "$lince" "$@" --lang en) >out 2>err </dev/null
    code=$?
}

# --- archives ---
ratio='[0-9]* MiB or more come out of .*--max-ratio allows more'
slow=zeros.tar.bz2 # to unpack: left to the whole ones
[ "$share" = 1 ] || slow=
for archive in zeros.tar.gz zeros.tar.xz $slow many.tar.gz hidden.tar.gz many.zip; do
    refuses "$archive: $ratio" info $archive
done
# Every command opens data in the same way: what the directory of a .zip says is refused without unpacking.
for command in 'predict --run shapes' 'predict --run texts' 'eval --run shapes --data' "train --model resnet20 $tiny --out new --data"; do
    refuses "many.zip: $ratio" $command many.zip
done
refuses "overlapping.zip: \\($ratio\\|its files overlap\\)" info overlapping.zip
refuses 'many.tar.gz: more than 16 MiB when unpacked.*--max-archive-mb' info many.tar.gz --max-ratio 2000 --max-archive-mb 16
refuses 'many.tar.gz: 8388609 bytes or more; at most 8388608 of one file are read (--max-file-mb' info many.tar.gz --max-file-mb 8
refuses 'many.tar.gz: no other file was found in it for 0.001 seconds (--max-wait' info many.tar.gz --max-wait 0.001
refuses 'entries.zip: more than 1000 files (--max-files' info entries.zip --max-files 1000
refuses 'headers.tar.gz: more than 1000 files (--max-files' info headers.tar.gz --max-files 1000
refuses 'pictures: more than 20 files (--max-files' info pictures --max-files 20
refuses 'little.zip: its files overlap: they take' info little.zip
within 60 predict --run shapes tail.zip --max-file-mb 1
grep -q 'tail.zip: train/a/0.png: .*--max-file-mb' err || wrong "a file above --max-file-mb: $code:"
[ "$(wc -l <out)" -eq 7 ] || wrong "the other files are answered:"

# --- tables ---
refuses 'table.csv.gz.*: [0-9]* bytes or more; at most .*--max-file-mb' info table.csv.gz --max-file-mb 100
refuses 'table.csv.gz: .*--max-file-mb' predict --run texts table.csv.gz --max-file-mb 100
for table in blanks.csv marks.csv upper.csv; do
    for command in info 'predict --run texts' 'info --duplicates'; do
        within 30 $command $table
        [ $code -eq 0 ] || wrong "lince $command $table: found $code:"
    done
done

# --- YAML ---
for file in aliases braces brackets indents; do
    refuses "$file.yaml:1: " train --config $file.yaml --data tweets $tiny
    refuses "$file.yaml:1: " tune --space $file.yaml --data tweets --out new
done

# --- pictures ---
done_with predict --run shapes plain.png
answer=$(cut -f2- out)
for file in behind interlaced text profile; do
    within 20 predict --run shapes $file.png
    { [ $code -eq 0 ] && [ "$(cut -f2- out)" = "$answer" ]; } || wrong "predict $file.png: expected '$answer', found $code:"
done
finish
