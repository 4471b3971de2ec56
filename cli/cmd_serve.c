#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

/* Options that are whole numbers, as texts, and where they go. */
typedef struct number {
    const char *option, *text;
    int *value;
} number;

static int read_numbers(const number *numbers, size_t count)
{
    int code = 0;
    for (size_t i = 0; !code && i < count; i++)
        if (numbers[i].text && !(code = cli_whole(numbers[i].option, numbers[i].text, numbers[i].value)) &&
            !*numbers[i].value)
            code = cli_error(LINCE_EUSAGE, "--%s: expected 1 or more", numbers[i].option);
    return code;
}

/* The address stands on standard output, for whoever started it to read. */
static int serve(const lince_server_options *options, bool quiet)
{
    lince_server *server;
    cli_catch_signals(false);
    int code = lince_server_open(&server, options, cli_observer(quiet));
    if (code) return code;
    printf("%s\n", lince_server_address(server));
    fflush(stdout);
    code = lince_server_run(server, cli_observer(quiet));
    lince_server_free(server);
    return code;
}

enum { THREADS, BATCH, QUEUE, INPUTS, BODY, SECONDS, CONNECTIONS, AN_ADDRESS, NUMBERS };

static int run_with(int argc, char **argv, const char **at)
{
    lince_server_options o = LINCE_SERVER_OPTIONS_INIT;
    const char *port = "8080";
    bool quiet = false, help = false;
    number numbers[NUMBERS] = {[THREADS] = {"threads", NULL, &o.threads},
                               [BATCH] = {"batch", NULL, &o.batch},
                               [QUEUE] = {"max-queue", NULL, &o.queue},
                               [INPUTS] = {"max-inputs", NULL, &o.inputs},
                               [BODY] = {"max-body-mb", NULL, &o.body_mb},
                               [SECONDS] = {"max-seconds", NULL, &o.seconds},
                               [CONNECTIONS] = {"max-connections", NULL, &o.connections},
                               [AN_ADDRESS] = {"max-per-address", NULL, &o.an_address}};
    const option_spec specs[] = {
        {"port", "N", N_("where it listens; 0: a free one (8080)"), &port, NULL},
        {"listen", "ADDRESS", N_("of this machine; 0.0.0.0: all it has (127.0.0.1: nobody else's)"),
         &o.listen, NULL},
        {"token-file", "FILE", N_("ask for the token in its first line, as Authorization: Bearer"),
         &o.token_file, NULL},
        {"threads", "N", N_("that each model computes on"), &numbers[THREADS].text, NULL},
        {"batch", "N", N_("inputs that are computed together, where so many wait (8)"), &numbers[BATCH].text,
         NULL},
        {"max-queue", "N", N_("questions that wait for one model, before others are sent away (64)"),
         &numbers[QUEUE].text, NULL},
        {"max-inputs", "N", N_("of one question: files or texts (256)"), &numbers[INPUTS].text, NULL},
        {"max-body-mb", "N", N_("of one question, MiB (16)"), &numbers[BODY].text, NULL},
        {"max-seconds", "N", N_("for a question to arrive, and for its answer to leave (30)"),
         &numbers[SECONDS].text, NULL},
        {"max-connections", "N", N_("at a time (256)"), &numbers[CONNECTIONS].text, NULL},
        {"max-per-address", "N", N_("of them from one address (64)"), &numbers[AN_ADDRESS].text, NULL},
        {"quiet", NULL, N_("say nothing where all goes well"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    argument_list given = {.at = at, .most = argc};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_serve, specs);
    if (!given.count) {
        fprintf(cli_err, "%s\n", _("lince serve: expected a run's folder or a weights file, or several"));
        return EXIT_USAGE;
    }
    o.models = at;
    o.count = (size_t)given.count;
    code = cli_whole("port", port, &o.port);
    if (!code) code = read_numbers(numbers, NUMBERS);
    if (!code) code = serve(&o, quiet);
    return code ? cli_fail(code) : EXIT_DONE;
}

static int run(int argc, char **argv)
{
    const char **at = calloc((size_t)argc, sizeof *at);
    int status = at ? run_with(argc, argv, at) : cli_fail(cli_error(LINCE_ENOMEM, "out of memory"));
    free(at);
    return status;
}

const command cmd_serve = {.name = "serve",
                           .arguments = N_("[NAME=]RUN... [--port N]"),
                           .summary = N_("answer over HTTP: a page, and JSON for programs"),
                           .run = run,
                           .examples = "lince serve runs/vgg16\n"
                                       "lince serve cats=runs/vgg16 runs/gru --port 8000\n"
                                       "lince serve runs/vgg16 --listen 0.0.0.0 --token-file token"};
