#!/usr/bin/env bash
# Every text of the program is there in Spanish, and the catalogues are in order.
set -euo pipefail
command -v xgettext >/dev/null || exit 77
scratch=$TEST_SCRATCH/translations
rm -rf "$scratch" && mkdir -p "$scratch"
cd "$TEST_SOURCE_DIR"

msgcat --use-first --to-code=UTF-8 -o "$scratch/es.po" po/es.po po/es/*.po
msgfmt --check-format -o /dev/null "$scratch/es.po"

# texts OUTPUT SOURCES...: all that can be translated
texts() {
    local output=$1
    shift
    xgettext -k_ -kTR -kN_ -kC_:1c,2 -kNC_:1c,2 -kadvise:3 -klince_fail:2 -kcli_error:2 \
        --language=C --from-code=UTF-8 -o "$output" "$@"
}

# Nothing is left untranslated but what has no words of its own ("%s: %s").
texts "$scratch/all.pot" $(find src cli -name '*.[ch]' -o -name '*.def')
xgettext -k_ -kN_ --language=Python --from-code=UTF-8 --join-existing -o "$scratch/all.pot" python/lince/*.py
msgmerge --quiet --no-fuzzy-matching -o "$scratch/merged.po" "$scratch/es.po" "$scratch/all.pot"
missing=$(msgattrib --untranslated --no-obsolete --no-wrap "$scratch/merged.po" | sed -n '/^#:/,$p' |
    awk -v RS= '{ words = $0; gsub(/#[^\n]*\n|msgid|msgstr|msgctxt|byte|zip|%[.*]*[a-z]+/, "", words) } words ~ /[A-Za-z]/')
if [ -n "$missing" ]; then
    echo "not in po/es/*.po:"
    echo "$missing"
    exit 1
fi

# A per cent sign that is printed is %% in a format: "25 % más" would be the directive "% m".
formats=$(msgcat --no-wrap "$scratch/es.po" | awk '
    /^msg(id|str) "/ { text = $0; gsub(/%%/, "", text) }
    /^msgid "/ { format = text ~ /%[-0-9.*]*[a-z]/ }
    /^msgstr "/ && format && text ~ /% / { print }')
if [ -n "$formats" ]; then
    echo "% that should be %%:"
    echo "$formats"
    exit 1
fi

# A number that may be 1 stands behind what it counts: "pictures: 1", never "1 pictures" (src/core/i18n.h). Bounds are no
# counts, and some things are told only where there are several.
number='%(zu|d|ld|lld|llu|\.0f)'
counts='pictures|files|rows|texts|folders|tables|words|columns|lines|tensors|parameters|epochs|samples|batches|steps|layers'
counts+='|trials|threads|folds|runs|bytes behind|operations|degrees|times|bits'
bounds='at most|more than|up to|expected|to|into'
several='hold folders|a field of %zu lines|With %d words|those with %d words|^Texts become words|of the %zu parameters'
several+='|vocabulary.s|batches of|PED-ANOVA|range test of %zu steps|begin lower|occurs %zu times|were divided|over %zu folds'
several+='|with k = %zu folds|elements of %zu bytes|bits a pixel|samples were used|do not fit in memory|behind it: the budget|training loss rose|nothing was learned|layers with weights'
# messages CATALOGUE: each text on one line, also where it has several
messages() {
    msgcat --no-wrap "$1" | awk '/^msgid "/ { sub(/^msgid /, ""); text = ""; inside = 1 } /^msgstr / { if (inside) print text; inside = 0 }
        inside { gsub(/^"|"$/, ""); text = text $0 }'
}
counted=$(messages "$scratch/all.pot" | sed -E "s/\<($bounds) $number//g" |
    grep -E "$number ([a-z-]+ )?($counts)\\b" | grep -vE "$several" || true)
if [ -n "$counted" ]; then
    echo "numbers before what they count:"
    echo "$counted"
    exit 1
fi

# One word for each thing, and none that is a translation word by word. (What is right stands behind each.)
not_said='por defecto|fichero|carpeta de la corrida|orden «|ORDEN|arreglo|muestra de test|parte test|desviación típica|compuerta|cuantil'
#         por omisión|archivo|entrenamiento         |comando     |array  |de prueba                |desviación estándar|puerta |percentil
not_said+='|a lo sumo|ejecución (reanudada|corta|larga)|ejecuciones (cortas|largas)|error esperado de|no queda memoria|cortado\?|\bvideo\b'
#          como máximo|entrenamiento ...                                                    |error de calibración esperado|memoria insuficiente|truncado|vídeo
not_said+='|partición de entrenamiento|partición %s|programa de la tasa|plan de la tasa'
#         parte de ...                       |planificación de la tasa
not_said+='|cuarto más largo|halaga|a lo más |otras tan pocas|ante el texto|multiplicaciones-sumas|de spanish|muy pocos|misma fracción|fracción en |fracción para |por su palabra'
#          el 25 % más largo|infla |como máximo|otras tantas |delante del  |multiplicaciones y sumas|de español|demasiado pocos|proporción ...|hashtag
msgcat --no-wrap "$scratch/es.po" | grep '^msgstr "' >"$scratch/spanish"
cat README.es.md docs/*.es.md docs/reflection/*.es.md >"$scratch/documents"
if grep -nE -- "$not_said" "$scratch/spanish" "$scratch/documents"; then
    echo "words of which there is a better one (tests/cli/test_translations.sh)"
    exit 1
fi
if grep -nE "'[^']+'" "$scratch/spanish"; then
    echo "Spanish quotes are « and »"
    exit 1
fi
