# What a sample is, is asked of its kind's row (src/modality) and of nobody else. The rows' folder, the kinds' own, and what the
# public interface has for programs that were written when there were two kinds, are left out.
# usage: test_rows.sh
cd "$TEST_SOURCE_DIR" || exit 1
grep -rnE 'is_text|is_picture|\.texts|->tokens' src cli include | grep -vE '^src/(modality|picture|text)/|lince_model_is_text|attention' && exit 1
exit 0
