#!/usr/bin/env bash
# Every text of the report is there in Spanish, and the catalogues are in order.
set -euo pipefail
command -v xgettext >/dev/null || exit 77
scratch=$TEST_SCRATCH/translations
rm -rf "$scratch" && mkdir -p "$scratch"
cd "$TEST_SOURCE_DIR"

msgcat --use-first --to-code=UTF-8 -o "$scratch/es.po" po/es.po po/es/*.po
msgfmt --check-format -o /dev/null "$scratch/es.po"

sources=(src/report/*.c src/models/*.c)
xgettext -k_ -kTR -kN_ -kC_:1c,2 -kNC_:1c,2 -kadvise:3 -klince_fail:2 --from-code=UTF-8 \
    -o "$scratch/report.pot" "${sources[@]}"
msgmerge --quiet --no-fuzzy-matching -o "$scratch/merged.po" "$scratch/es.po" "$scratch/report.pot"
missing=$(msgattrib --untranslated --no-obsolete --no-wrap "$scratch/merged.po" | grep -A2 '^#:' || true)
if [ -n "$missing" ]; then
    echo "not in po/es/*.po:"
    echo "$missing"
    exit 1
fi
