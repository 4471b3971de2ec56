#include "cli.h"

#include <stdlib.h>

enum { THREADS, BATCH, QUEUE, INPUTS, BODY, PICTURE, SECONDS, CONNECTIONS, AN_ADDRESS, NUMBERS };

static int run_with(int argc, char **argv, const char **at)
{
    lince_server_options o = LINCE_SERVER_OPTIONS_INIT;
    const char *port = "8080";
    lince_server *server;
    bool quiet = false, help = false;
    whole_option numbers[NUMBERS] = {[THREADS] = {"threads", NULL, &o.threads},
                                     [BATCH] = {"batch", NULL, &o.batch},
                                     [QUEUE] = {"max-queue", NULL, &o.queue},
                                     [INPUTS] = {"max-inputs", NULL, &o.inputs},
                                     [BODY] = {"max-body-mb", NULL, &o.body_mb},
                                     [PICTURE] = {"max-picture-mb", NULL, &o.picture_mb},
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
        {"max-picture-mb", "N", N_("of one picture's pixels, 3 bytes each, MiB (192)"),
         &numbers[PICTURE].text, NULL},
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
    if (!code) code = cli_positive(numbers, NUMBERS);
    cli_catch_signals(false);
    if (!code) code = lince_server_open(&server, &o, cli_observer(quiet));
    if (!code) code = cli_run_server(server, quiet);
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
                           .computes = true,
                           .examples = "lince serve runs/vgg16\n"
                                       "lince serve cats=runs/vgg16 runs/gru --port 8000\n"
                                       "lince serve runs/vgg16 --listen 0.0.0.0 --token-file token"};
