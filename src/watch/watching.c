#include "watch/watching.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "watch/places.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

extern const unsigned char lince_watch_page_html[];
extern const size_t lince_watch_page_html_size;

/* Seconds from one look to the next: at runs that train, at others, and for new ones. */
enum { OFTEN = 1, SELDOM = 5 };

lince_watching *lince_watching_of(const lince_server *s)
{
    return s->own;
}

/* --- the list ------------------------------------------------------------------------------------- */

static lince_watched *with_path(const lince_watching *w, const char *path)
{
    for (size_t i = 0; i < w->count; i++)
        if (!strcmp(w->runs[i]->path, path)) return w->runs[i];
    return NULL;
}

static void *find(lince_server *s, const char *id)
{
    lince_watching *w = lince_watching_of(s);
    lince_watched *found = NULL;
    pthread_mutex_lock(&w->mutex);
    for (size_t i = 0; i < w->count && !found; i++)
        if (w->runs[i]->there && !strcmp(w->runs[i]->id, id)) found = w->runs[i];
    pthread_mutex_unlock(&w->mutex);
    return found;
}

static int add(lince_watching *w, const char *path)
{
    lince_watched *run = lince_alloc(1, sizeof *run);
    int code = run ? lince_watched_init(run, w->folder, path, w->secret, sizeof w->secret) : LINCE_ENOMEM;
    pthread_mutex_lock(&w->mutex);
    if (!code) code = lince_grow(&w->runs, &w->capacity, w->count + 1, sizeof *w->runs);
    if (!code) w->runs[w->count++] = run;
    pthread_mutex_unlock(&w->mutex);
    if (!code) return 0;
    if (run) lince_watched_release(run);
    lince_free(run);
    return code;
}

static void set_there(lince_watching *w, lince_watched *run, bool there)
{
    pthread_mutex_lock(&w->mutex);
    run->there = there;
    pthread_mutex_unlock(&w->mutex);
}

static bool holds(const lince_places *places, const char *path)
{
    for (size_t i = 0; i < places->count; i++)
        if (!strcmp(places->paths[i], path)) return true;
    return false;
}

/* --- looking -------------------------------------------------------------------------------------- */

static void take_places(lince_watching *w, const lince_places *places)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->runs[i]->there && !holds(places, w->runs[i]->path)) {
            set_there(w, w->runs[i], false);
            lince_watched_leave(w->runs[i], &w->board);
        }
    for (size_t i = 0; i < places->count; i++) {
        lince_watched *run = with_path(w, places->paths[i]);
        if (run)
            set_there(w, run, true);
        else if (add(w, places->paths[i]))
            return; /* no memory: once more at the next look */
    }
    w->more = places->more;
}

/* A folder that cannot be read now leaves the list as it is. */
static void look_for_runs(lince_watching *w)
{
    lince_places places;
    if (!lince_places_find(&places, w->folder)) take_places(w, &places);
    lince_places_release(&places);
}

static int put_list(lince_watching *w)
{
    json_t *ids = lince_json_pack("[]");
    char *text;
    for (size_t i = 0; i < w->count; i++)
        if (w->runs[i]->there && w->runs[i]->run) lince_json_add(&ids, lince_json_string(w->runs[i]->id));
    LINCE_TRY(
        lince_json_text(lince_json_pack("{s:o, s:b}", "runs", ids, "more", w->more), JSON_COMPACT, &text));
    lince_board_put(&w->board, &w->list, "list", text);
    return 0;
}

/* What lacks memory is looked at again. */
static void look_at_runs(lince_watching *w, bool all)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->runs[i]->there && (all || w->runs[i]->state == LINCE_RUN_TRAINING))
            (void)lince_watched_look(w->runs[i], w->folder, &w->board);
    (void)put_list(w);
}

static void wait_for(lince_watching *w, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)seconds;
    pthread_mutex_lock(&w->mutex);
    int code = 0;
    while (!w->closed && code != ETIMEDOUT) code = pthread_cond_timedwait(&w->wake, &w->mutex, &until);
    pthread_mutex_unlock(&w->mutex);
}

static bool is_closed(lince_watching *w)
{
    pthread_mutex_lock(&w->mutex);
    bool closed = w->closed;
    pthread_mutex_unlock(&w->mutex);
    return closed;
}

static void *work(void *context)
{
    LINCE_PLAIN_LOCALE;
    lince_watching *w = context;
    lince_voice_use(w->voice);
    for (int turn = 0; !is_closed(w); turn++) {
        bool all = turn % SELDOM == 0;
        if (all) look_for_runs(w);
        look_at_runs(w, all);
        lince_board_beat(&w->board);
        wait_for(w, OFTEN);
    }
    return NULL;
}

/* --- the service ---------------------------------------------------------------------------------- */

static int begin(lince_server *s)
{
    lince_watching *w = lince_watching_of(s);
    w->voice = lince_voice_now();
    w->running = !pthread_create(&w->thread, NULL, work, w);
    return w->running ? 0 : lince_fail(LINCE_ENOMEM, "a thread could not be started");
}

static void finish(lince_server *s)
{
    lince_board_close(&lince_watching_of(s)->board);
}

static void end(lince_server *s)
{
    lince_watching *w = lince_watching_of(s);
    if (!w->running) return;
    pthread_mutex_lock(&w->mutex);
    w->closed = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    w->running = false;
}

static void release(lince_server *s)
{
    lince_watching *w = lince_watching_of(s);
    if (!w) return;
    for (size_t i = 0; i < w->count; i++) {
        lince_watched_release(w->runs[i]);
        lince_free(w->runs[i]);
    }
    lince_free(w->runs);
    lince_free(w->folder);
    lince_free(w->list.text);
    lince_board_release(&w->board);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->mutex);
    lince_free(w);
}

static const lince_route routes[] = {
#define ROUTE(method, path, guarded, function) {method, path, guarded, function},
#include "watch/routes.def"
#undef ROUTE
};

const lince_service lince_service_of_runs = {
    .routes = {routes, sizeof routes / sizeof *routes},
    .nowhere = N_("there is nothing at this address; the page is at /, what it shows at /v1/runs"),
    .nobody = N_("there is no such run (any more); /v1/runs lists them"),
    .find = find,
    .begin = begin,
    .finish = finish,
    .end = end,
    .release = release};

/* Not to be guessed by who has no token; elsewhere the same at every start, so that links to reports stay. */
static int draw_secret(lince_watching *w)
{
    ssize_t got;
    while ((got = getrandom(w->secret, sizeof w->secret, 0)) < 0 && errno == EINTR) continue;
    return got == (ssize_t)sizeof w->secret ? 0 : lince_fail(LINCE_EIO, "the system has no random numbers");
}

static int open_folder(lince_server *s, const void *folder, const lince_server_options *o,
                       const lince_observer *observer)
{
    (void)o;
    (void)observer;
    lince_watching *w = s->own = lince_alloc(1, sizeof *w);
    if (!w) return LINCE_ENOMEM;
    lince_board_init(&w->board);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->wake, NULL);
    if (!(w->folder = lince_strdup(folder))) return LINCE_ENOMEM;
    if (s->guard.asks) LINCE_TRY(draw_secret(w));
    int fd = lince_folder_open(w->folder, "", false);
    if (fd < 0) return fd;
    close(fd);
    return 0;
}

int lince_server_watch(lince_server **server, const char *folder, const lince_server_options *options,
                       const lince_observer *observer)
{
    LINCE_NEED(server);
    LINCE_NEED(folder);
    LINCE_PLAIN_LOCALE;
    const lince_opened opened = {&lince_service_of_runs, lince_watch_page_html, lince_watch_page_html_size,
                                 folder, open_folder};
    return lince_server_new(server, &opened, options, observer);
}
