/* What the tests of the report ask of its files. */
#ifndef TESTS_REPORT_PAGE_H
#define TESTS_REPORT_PAGE_H

#include "core/file.h"
#include "core/memory.h"
#include "picture/decode/image.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static inline void put_file(const char *folder, const char *name, const char *text)
{
    char path[LINCE_PATH_MAX];
    assert_int_equal(lince_path_join(path, folder, name), 0);
    assert_int_equal(lince_file_write(path, text, strlen(text)), 0);
}

static inline char *get_file(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    assert_int_equal(lince_path_join(path, folder, name), 0);
    assert_int_equal(lince_file_read(path, 64 << 20, &bytes, &size), 0);
    return bytes;
}

static inline size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word)) count++;
    return count;
}

/* Every element is closed in the reverse order of opening; attributes are quoted; no < or > stands
 * elsewhere. */
static inline void assert_well_formed(const char *html)
{
    char open[32][32];
    int depth = 0;
    assert_int_equal(strncmp(html, "<!DOCTYPE html>", 15), 0);
    for (const char *at = html + 15; *at; at++) {
        char name[32] = "";
        if (*at == '>') fail_msg("a stray '>' before: %.40s", at);
        if (*at != '<') continue;
        const char *end = at + 1 + strcspn(at + 1, "<>\"");
        while (*end == '"') { /* attributes hold neither < nor > unescaped, but base64 and text */
            end = strchr(end + 1, '"');
            assert_non_null(end);
            end += 1 + strcspn(end + 1, "<>\"");
        }
        if (*end != '>') fail_msg("a tag without an end: %.40s", at);
        sscanf(at + 1, "%31[/a-z0-9]", name);
        bool is_void = !strcmp(name, "meta") || !strcmp(name, "img") || !strcmp(name, "source");
        if (*name == '/') {
            if (!depth || strcmp(open[depth - 1], name + 1) != 0)
                fail_msg("</%s> closes <%s>: %.60s", name + 1, depth ? open[depth - 1] : "nothing", at);
            depth--;
        } else if (!is_void) {
            assert_true(depth < 32);
            snprintf(open[depth++], sizeof open[0], "%s", name);
        }
        at = end;
        if (!strcmp(name, "style")) at = strstr(at, "</style>") - 1;
    }
    assert_int_equal(depth, 0);
}

/* Every PNG in plots/ decodes, every SVG is whole; how many pairs there are. Those for narrow screens have no
 * PNG. */
static inline int count_figures(const char *folder)
{
    char plots[LINCE_PATH_MAX], path[LINCE_PATH_MAX];
    int count = 0;
    assert_int_equal(lince_path_join(plots, folder, "plots"), 0);
    DIR *directory = opendir(plots);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".svg") != 0 || strstr(entry->d_name, "-narrow.svg")) continue;
        char *svg = get_file(plots, entry->d_name);
        assert_non_null(strstr(svg, "<svg"));
        assert_non_null(strstr(svg, "</svg>"));
        lince_free(svg);
        lince_image image;
        strcpy(dot, ".png");
        assert_int_equal(lince_path_join(path, plots, entry->d_name), 0);
        assert_int_equal(lince_image_load(&image, path, &(lince_decoding){0}), 0);
        lince_image_release(&image);
        count++;
    }
    closedir(directory);
    return count;
}

/* Words that only an English page has. */
static inline void assert_no_english(const char *page)
{
    static const char *const words[] = {
        "the ",       " of ",       "training",   "accuracy",   "learning rate", " loss",   "epoch ",
        "precision ", "recall",     "predicted",  "true class", "samples",       "network", "Checks",
        "figures",    "parameters", "weights of", "validation", "confidence",    "default", "meaning"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *at = page; (at = strstr(at, words[i])); at++) {
            char before = at == page ? ' ' : at[-1];
            if ((before >= 'a' && before <= 'z') || strchr("-/_", before))
                continue; /* in a word, option or file */
            fail_msg("English in the Spanish page: %.60s", at);
        }
}

#endif
