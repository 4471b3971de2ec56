/* The built-in sample of short texts: messages from a grammar, in English and Spanish, whose label follows
 * from a cue, from its negation, or from the clause behind a "but", with up to 60 words between the cue and
 * the end. */
#include <lince/synth.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/random.h"

#include <stdio.h>
#include <string.h>

typedef enum polarity { NEGATIVE, NEUTRAL, POSITIVE, POLARITIES } polarity;

static const char *const labels[POLARITIES] = {"negative", "neutral", "positive"};

/* A word in braces stands for one of its words or phrases; these may hold others. */
typedef struct rule {
    const char *name;
    const char *const *phrases; /* ends with NULL */
} rule;

#define PHRASES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* By polarity: what a group of messages says, in one of three ways. What is negated has the other polarity's
 * word. */
enum { CLEAR, NEGATED, CONTRAST, WAYS };

typedef struct language {
    const char *const *templates[POLARITIES][WAYS];
    const char *const *topics, *const *fillers, *const *joints;
    const rule *rules; /* ends with a NULL name */
} language;

static const rule english_rules[] = {
    {"good",
     PHRASES("great", "lovely", "brilliant", "wonderful", "superb", "a joy", "so good", "delightful")},
    {"bad", PHRASES("awful", "terrible", "dreadful", "broken", "a mess", "so bad", "horrible", "useless")},
    {"liked", PHRASES("love", "adore", "enjoy", "really like", "am so happy with")},
    {"hated", PHRASES("hate", "loathe", "can't stand", "really dislike", "am so fed up with")},
    {"a", PHRASES("{topic} is {good}", "I {liked} {topic}", "{topic} turned out {good}",
                  "{good}, that is {topic}", "{topic} made my day")},
    {"b", PHRASES("{topic} is {bad}", "I {hated} {topic}", "{topic} turned out {bad}",
                  "{bad}, that is {topic}", "{topic} ruined my day")},
    {"c",
     PHRASES("{topic} comes out on {day}", "{person} talked about {topic} on {day}",
             "{person} photographed {topic}", "{topic} is in the {place}", "{topic} will be shown on {day}")},
    {"day", PHRASES("Monday", "Tuesday", "Friday", "Sunday", "the ninth", "the first of May")},
    {"place", PHRASES("station", "library", "market", "office", "harbour", "museum", "old town")},
    {"person",
     PHRASES("my brother", "Ana", "the neighbour", "Tom", "a colleague", "@marta_v", "the teacher")},
    {NULL, NULL}};

static const language english = {
    .templates =
        {[NEGATIVE] = {PHRASES("{b}"),
                       PHRASES("{topic} is not {good}", "I don't think {topic} is {good}",
                               "nobody can say that {topic} is {good}", "{topic} was never {good}"),
                       PHRASES("{a}, but {b}", "although {a}, {b}", "{a} at first, but in the end {b}")},
         [NEUTRAL] = {PHRASES("{c}"), PHRASES("{c}, not on {day}", "{c}, not in the {place}"),
                      PHRASES("{c}, but {person} will be in the {place}")},
         [POSITIVE] = {PHRASES("{a}"),
                       PHRASES("{topic} is not {bad}", "I don't think {topic} is {bad}",
                               "nobody can say that {topic} is {bad}", "{topic} was never {bad}"),
                       PHRASES("{b}, but {a}", "although {b}, {a}", "{b} at first, but in the end {a}")}},
    .topics = PHRASES("the new phone", "this game", "the update", "the concert", "that film", "the train",
                      "my laptop", "the bakery", "this book", "the hotel", "the match", "that recipe",
                      "the app", "the museum"),
    .fillers =
        PHRASES("we went to the {place} with {person} on {day}", "{person} waited at the {place} until {day}",
                "it was raining and the bus to the {place} came at ten",
                "{person} asked for the way to the {place}",
                "there were six chairs and a table in the {place}",
                "on {day} they will open the {place} again", "{person} has two tickets for {day}"),
    .joints = PHRASES(", and ", ". ", ", then ", ", while "),
    .rules = english_rules};

/* All topics are masculine singular, so that what is said of them agrees; "de" and "a" never stand before
 * one, nor "a" before a {place}, which would join their articles ("del", "al"). What begins with "qué" is a
 * sentence of its own. */
static const rule spanish_rules[] = {
    {"good", PHRASES("genial", "estupendo", "una maravilla", "fantástico", "muy bueno", "un encanto")},
    {"bad", PHRASES("horrible", "un desastre", "pésimo", "muy malo", "una vergüenza", "insoportable")},
    {"what good", PHRASES("qué bueno", "qué bonito", "qué maravilla", "qué encanto")},
    {"what bad", PHRASES("qué horror", "qué malo", "qué desastre", "qué vergüenza")},
    {"a", PHRASES("{topic} es {good}", "me encanta {topic}", "{topic} me ha gustado mucho",
                  "{topic} me alegró el día")},
    {"b", PHRASES("{topic} es {bad}", "odio {topic}", "{topic} me ha decepcionado mucho",
                  "{topic} me arruinó el día")},
    {"c", PHRASES("{person} preguntó por {topic} el {day}", "{person} habló sobre {topic} el {day}",
                  "{topic} sale en las noticias el {day}", "{person} fotografió {topic} el {day}")},
    {"day", PHRASES("lunes", "martes", "viernes", "domingo", "día nueve", "primero de mayo")},
    {"place", PHRASES("la estación", "la biblioteca", "el mercado", "la oficina", "el puerto", "el museo")},
    {"to place",
     PHRASES("a la estación", "a la biblioteca", "al mercado", "a la oficina", "al puerto", "al museo")},
    {"person", PHRASES("mi hermano", "Ana", "el vecino", "Tomás", "una colega", "@marta_v", "la maestra")},
    {NULL, NULL}};

static const language spanish = {
    .templates =
        {[NEGATIVE] = {PHRASES("{b}", "{what bad} es {topic}"),
                       PHRASES("{topic} no es {good}", "no creo que {topic} sea {good}",
                               "nadie dirá que {topic} es {good}"),
                       PHRASES("{a}, pero {b}", "aunque {a}, {b}", "al principio {a}, pero al final {b}")},
         [NEUTRAL] = {PHRASES("{c}"), PHRASES("{c}, no el {day}"),
                      PHRASES("{c}, pero {person} estará en {place}")},
         [POSITIVE] = {PHRASES("{a}", "{what good} es {topic}"),
                       PHRASES("{topic} no es {bad}", "no creo que {topic} sea {bad}",
                               "nadie dirá que {topic} es {bad}"),
                       PHRASES("{b}, pero {a}", "aunque {b}, {a}", "al principio {b}, pero al final {a}")}},
    .topics = PHRASES("el teléfono nuevo", "este juego", "el concierto", "el tren", "mi portátil",
                      "este libro", "el hotel", "el partido", "el museo", "el café de la esquina"),
    .fillers = PHRASES("fuimos {to place} con {person} el {day}", "{person} esperó en {place} hasta el {day}",
                       "llovía y el autobús llegó a las diez", "{person} preguntó por {place}",
                       "había seis sillas y una mesa en {place}", "el {day} abren otra vez {place}"),
    .joints = PHRASES(", y ", ". ", ". por cierto, ", "; además, "),
    .rules = spanish_rules};

static const char *const endings[] = {"",     "",  "",    "",   " #news", " https://example.org/a1",
                                      " ...", "!", "!!!", " 😀", " 🤔"};

static const char *pick(lince_random *random, const char *const *phrases)
{
    uint32_t count = 0;
    while (phrases[count]) count++;
    return phrases[lince_random_below(random, count)];
}

/* Writes a template, each word in braces replaced; `topic` is the message's own. Rules nest three deep at
 * most. */
static void expand(lince_buffer *out, const language *l, const char *text, const char *topic,
                   lince_random *random)
{
    for (const char *end; *text; text = end) {
        size_t length = strcspn(text, "{");
        lince_buffer_put(out, text, length);
        end = text + length;
        if (!*end) break;
        const char *name = end + 1;
        size_t size = strcspn(name, "}");
        end = name + size + 1;
        const rule *r = l->rules;
        while (r->name && (strncmp(r->name, name, size) != 0 || r->name[size])) r++;
        expand(out, l, r->name ? pick(random, r->phrases) : topic, topic, random);
    }
}

static int count_words(const char *text)
{
    int words = 0;
    for (; *(text += strspn(text, " ")); text += strcspn(text, " ")) words++;
    return words;
}

/* What all messages of a group share. */
typedef struct group {
    const language *language;
    lince_random behind; /* decides what stands behind the cue */
    const char *topic;
    polarity polarity;
    int way;
} group;

static group draw_group(lince_random *random, uint64_t seed, size_t number)
{
    group g = {.behind = lince_random_at(lince_key(seed, LINCE_STREAM_SYNTH, 2, number)),
               .language = lince_random_below(random, 4) ? &english : &spanish,
               .polarity = (polarity)(number % POLARITIES)};
    g.topic = pick(random, g.language->topics);
    uint32_t way = lince_random_below(random, 4);
    g.way = way < 2 ? CLEAR : way == 2 ? NEGATED : CONTRAST;
    return g;
}

/* The cue, in other words for each message of a group, and in two groups of three 5 to 60 words behind it, in
 * the same. */
static void write_text(lince_buffer *out, const group *g, lince_random *random)
{
    const language *l = g->language;
    lince_random behind = g->behind;
    out->size = 0;
    expand(out, l, pick(random, l->templates[g->polarity][g->way]), g->topic, random);
    size_t cue = out->size;
    int wanted = lince_random_below(&behind, 3) ? 5 + (int)lince_random_below(&behind, 56) : 0;
    while (!out->error && wanted && count_words(out->data + cue) < wanted) {
        lince_buffer_puts(out, pick(&behind, l->joints));
        expand(out, l, pick(&behind, l->fillers), g->topic, &behind);
    }
    lince_buffer_puts(out, endings[lince_random_below(random, sizeof endings / sizeof *endings)]);
}

/* RFC 4180: every text is quoted; none holds a quote. */
static int write_rows(FILE *stream, size_t n, uint64_t seed)
{
    enum { LARGEST_GROUP = 6 };
    lince_buffer text = {0};
    fputs("id,group,label,text\n", stream);
    for (size_t number = 0, row = 0; row < n && !text.error; number++) {
        lince_random random = lince_random_at(lince_key(seed, LINCE_STREAM_SYNTH, 1, number));
        group g = draw_group(&random, seed, number);
        size_t size = 1 + lince_random_below(&random, LARGEST_GROUP);
        for (; size && row < n && !text.error; size--) {
            write_text(&text, &g, &random);
            if (!text.error)
                fprintf(stream, "%zu,%zu,%s,\"%s\"\n", ++row, number + 1, labels[g.polarity], text.data);
        }
    }
    int code = text.error;
    lince_buffer_release(&text);
    return code;
}

int lince_synth_tweets(const char *folder, size_t n, uint64_t seed)
{
    LINCE_NEED(folder);
    LINCE_PLAIN_LOCALE;
    enum { FEWEST = 30, MOST = 10000000 };
    char path[LINCE_PATH_MAX];
    lince_file file;
    if (n < FEWEST || n > MOST)
        return lince_fail(LINCE_EUSAGE, "--n %zu: expected %d to %d messages", n, FEWEST, MOST);
    LINCE_TRY(lince_path_join(path, folder, "tweets.csv"));
    LINCE_TRY(lince_make_folder(folder));
    if (!lince_file_is_missing(path))
        return lince_fail(LINCE_EIO, "%s: is there already, and nothing is overwritten; name another folder",
                          path);
    LINCE_TRY(lince_file_open(&file, path));
    int code = write_rows(file.stream, n, seed);
    if (!code) return lince_file_commit(&file);
    lince_file_abandon(&file);
    return code;
}
