# Texts on the command line: from a table to predictions. usage: test_texts.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" texts

# prints PATTERN ARGUMENTS...: exit code 0, and that pattern on standard output
prints() {
    local pattern=$1
    shift
    done_with "$@"
    grep -qE -- "$pattern" out || wrong "lince $*: expected '$pattern'"
}

# says PATTERN: on the last command's standard error
says() {
    grep -qE -- "$1" err || wrong "expected on standard error: '$1'"
}

printf '%s\n' 'good,what a lovely day it is' 'bad,what an awful day it is' 'good,what a lovely evening it is' 'odd,?' 'bad,"awful,
truly awful"' 'good,lovely' 'bad,awful things' 'good,a lovely thing' 'bad,such an awful evening' 'silly,x' 'good,lovely' 'bad,' >day.csv
sed -n '/^\(good\|bad\),[a-z]/p' day.csv >other.csv
sed -i '1i label,text' other.csv
small=(--embedding 4 --hidden 4 --epochs 2 --batch-size 2 --threads 1 --lang en)

# a table without a header: columns, rows left out, and what was seen are told
done_with train --data day.csv --drop-label odd --drop-label silly --out day "${small[@]}"
says 'day.csv: csv; classes: 2'
says 'texts from column 2, labels from column 1'
says 'rows left out: 4 of 12; without a text: 1; copies of rows before: 1; of labels that are left out: 2'
grep -q 'drop-label: "odd,silly"' day/config.yaml || wrong "repeated --drop-label does not stand in config.yaml"
prints 'weighted avg +[01]\.[0-9]{2} +[01]\.[0-9]{2} +[01]\.[0-9]{2} +2$' eval --run day --quiet
prints '"n": 7' eval --run day --data other.csv --json --quiet # all of a file that has no parts

# texts of which the model knows little
printf 'label,text\ngood,que tal\nbad,muy mal\n' >foreign.csv
done_with eval --run day --data foreign.csv
says 'warning: words of the training part that are not in the vocabulary, so that they all look the same to the model: 4 of 4'
mkdir strange
printf 'label,text\ngood,a b\nbad,c d\n' >strange/train.csv
printf 'label,text\ngood,x y\nbad,c z\n' >strange/test.csv
done_with train --data strange --out stranger "${small[@]}"
says 'warning: words of the test part that are not in the vocabulary, so that they all look the same to the model: 3 of 4'

# one text, or one a line
prints '^lovely day	(good|bad)	0\.[0-9]{4}$' predict --run day --text 'lovely day'
prints '"text":"q w","class":"(good|bad)".*"words":2,"read":2,"unknown":2' predict --run day --text 'q w' --json
printf '\xef\xbb\xbflovely\tday\n\nawful \xff\nthings\r\nnul\0here\nthe last' >lines.txt
for way in - lines.txt; do
    "$lince" predict --run day --lang en $way >out 2>err <lines.txt
    [ $? -eq 1 ] || wrong "a line that is not UTF-8 does not fail"
    [ "$(cut -f1 out)" = $'lovely day\n\nthings\nthe last' ] || wrong "$way: not each line has an answer or an error"
    says 'line 3: text: byte 0xFF at offset 6 is not UTF-8'
    says 'line 5: text: a NUL byte at offset 3'
    [ "$(wc -l <err)" -eq 2 ] || wrong "$way: other errors:"
done
run predict --run day --json lines.txt
[ "$(grep -c '^{"text":"' out)" -eq 6 ] || wrong "--json has not one line an input:"
grep -q '"text":"","class"' out || wrong "an empty line has no answer:"
grep -q '"text":"nul here","error"' out || wrong "an error has no line:"
done_with predict --run day --text 'lovely day' --text awful --text=things
[ "$(cut -f1 out)" = $'lovely day\nawful\nthings' ] || wrong "several --text are not all answered:"
printf 'caf\xe9\n' >latin.txt
done_with predict --run day latin.txt --encoding latin-1
[ "$(cut -f1 out)" = café ] || wrong "--encoding is not heeded:"

# the rows of a table: in the run's column, with the table's other columns in a CSV
printf 'id,words,label\n1,"a lovely, lovely day",good\n2,such an awful evening,"b""d"\n3,,none\n' >asked.csv
expect 1 'asked.csv: --text-column x: there is no such column' predict --run day asked.csv --text-column 2,x
done_with predict --run day --lang en asked.csv
[ "$(cut -f1 out | head -2)" = $'a lovely, lovely day\nsuch an awful evening' ] || wrong "the texts of a table:"
says 'asked.csv: texts from column 2 .words.'
gzip -k asked.csv
done_with predict --run day --lang en --csv asked.csv.gz
[ "$(wc -l <out)" -eq 4 ] && grep -q '^id,words,label,predicted,probability$' out && grep -qE '^1,"a lovely, lovely day",good,(good|bad),0\.[0-9]{6}$' out &&
    grep -qE '^2,such an awful evening,"b""d",(good|bad),0\.' out && grep -qE '^3,,none,(good|bad),0\.' out || wrong "--csv does not keep the table's columns:"
printf '4,too,many,columns\n' >>asked.csv
run predict --run day --lang en --csv asked.csv
{ [ $code -eq 1 ] && grep -qx '4,too,many,columns,,' out; } || wrong "a row that cannot be asked about has no line: $code"
says 'asked.csv: row 5 .line 5.: columns: 4; expected 3'
expect 2 'json or --csv, not both' predict --run day --json --csv asked.csv

# info reads a table as it is told to
printf 'title,text,label,split\na,one two,x,train\nb,three,y,train\nc,four,x,test\nd,five,y,test\n' >described.csv
prints 'texts in column 1 .title.' info described.csv --text-column title --lang en
prints '^x +1 +0 +1' info described.csv --split-column split --lang en
printf '__label__a hello there\n__label__b bye now\n' >labelled.txt
"$lince" info labelled.txt --lang en 2>&1 | grep 'in column' && wrong "info names columns of lines that have none"
expect 2 'did you mean title?' info described.csv --text-column titel

# a folder or an archive of texts: every file
mkdir -p texts/deeper
printf 'lovely day\nawful day\n' >texts/a.txt
printf 'things\n' >texts/deeper/b.txt
done_with predict --run day texts
[ "$(cut -f1 out)" = $'lovely day\nawful day\nthings' ] || wrong "a folder of texts:"
: >texts/none.txt
printf '\0\1\2\3' >texts/x.bin
tar cjf texts.tar.bz2 texts
run predict --run day --lang en texts.tar.bz2
{ [ $code -eq 1 ] && [ "$(wc -l <out)" -eq 3 ] && [ "$(wc -l <err)" -eq 2 ]; } || wrong "an archive of texts and others: $code"
says 'none.txt: .*an empty file'
: >empty.txt
expect 1 'empty.txt: the file is empty' predict --run day empty.txt
mkdir nothing
expect 1 'nothing: no files in it' predict --run day nothing
expect 1 'no-such' predict --run day no-such
expect 2 'expected --run' predict --run day

# what is wrong is said with its place, and leaves nothing behind
printf 'label,text\na,"one"\nb,"two\n' >unclosed.csv
expect 1 'unclosed.csv: row 3 (line 3), column 2: the quoted field that begins in line 3 has no end' train --data unclosed.csv
expect 2 'quoting some: expected one of auto|none|minimal' train --data unclosed.csv --quoting some
expect 2 'did you mean text? There are: 1 (label), 2 (text)' train --data other.csv --text-column txt
expect 2 '--drop-label god: no row has this label; did you mean good?' train --data other.csv --drop-label god
expect 2 "--encoding" train --data other.csv --encoding ebcdic
expect 2 'is for pictures' train --data other.csv --model vgg16 --batch-size 2
printf 'label,text\na,caf\xe9\nb,two\n' >latin.csv
expect 1 'column 2 (text): byte 0xE9 at offset 3 is not UTF-8; --encoding latin-1' train --data latin.csv
expect 1 'columna 2 (text): el byte 0xE9 en la posición 3 no es UTF-8' train --data latin.csv --lang es
[ -e runs ] && wrong "a refused training left a folder"

# the built-in texts, parts that keep groups together, and those that do not
done_with synth tweets tweets --n 800 --seed 2
prints '"group_column": "2 \(group\)"' info tweets --json
done_with train --data tweets --split-by random --out random "${small[@]}" --batch-size 16
says 'warning: texts of the test part that are also in the training part: '
says "'--split-by group --group-column 2'"
tr -d ' \n' <random/test.json | grep -qE '"seen_in_training":\{"new":\{"n":[0-9]+,"accuracy":[0-9.]+\},"known":\{"n":[1-9]' ||
    wrong "test.json does not tell known texts from new ones"
grep -qE 'Test samples that are also in the training part, as they are or nearly so: [0-9]+, of which [0-9.]+ %' random/report.md || wrong "the report does not say how samples of the training part were classified"
done_with train --data tweets --split-by group --group-column group --out grouped "${small[@]}" --batch-size 16
finish
