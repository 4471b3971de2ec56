#include "cli.h"

enum { SECONDS, CONNECTIONS, AN_ADDRESS, NUMBERS };

static int run(int argc, char **argv)
{
    lince_server_options o = LINCE_SERVER_OPTIONS_INIT;
    const char *port = "8081", *folder = NULL;
    lince_server *server;
    bool quiet = false, help = false;
    whole_option numbers[NUMBERS] = {[SECONDS] = {"max-seconds", NULL, &o.seconds},
                                     [CONNECTIONS] = {"max-connections", NULL, &o.connections},
                                     [AN_ADDRESS] = {"max-per-address", NULL, &o.an_address}};
    const option_spec specs[] = {
        {"port", "N", N_("where it listens; 0: a free one (8081)"), &port, NULL},
        {"listen", "ADDRESS", N_("of this machine; 0.0.0.0: all it has (127.0.0.1: nobody else's)"),
         &o.listen, NULL},
        {"token-file", "FILE", N_("ask for the token in its first line, as Authorization: Bearer"),
         &o.token_file, NULL},
        {"max-seconds", "N", N_("for a question to arrive, and for its answer to leave (30)"),
         &numbers[SECONDS].text, NULL},
        {"max-connections", "N", N_("at a time (256)"), &numbers[CONNECTIONS].text, NULL},
        {"max-per-address", "N", N_("of them from one address (64)"), &numbers[AN_ADDRESS].text, NULL},
        {"quiet", NULL, N_("say nothing where all goes well"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    argument_list given = {.at = &folder, .most = 1};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_watch, specs);
    if (!given.count) folder = "runs";
    code = cli_whole("port", port, &o.port);
    if (!code) code = cli_positive(numbers, NUMBERS);
    cli_catch_signals(false);
    if (!code) code = lince_server_watch(&server, folder, &o, cli_observer(quiet));
    if (!code) code = cli_run_server(server, quiet);
    return code ? cli_fail(code) : EXIT_DONE;
}

const command cmd_watch = {.name = "watch",
                           .arguments = N_("[FOLDER] [--port N]"),
                           .summary = N_("a page that shows how runs train, while they do"),
                           .run = run,
                           .examples = "lince watch runs\n"
                                       "lince watch runs --listen 0.0.0.0 --token-file token"};
