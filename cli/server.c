/* What commands share that serve over HTTP. */
#include "cli.h"

int cli_run_server(lince_server *server, bool quiet)
{
    /* Where the address could not be written nobody would know whom to ask, or whom to stop: main says why it ends. */
    bool told = printf("%s\n", lince_server_address(server)) >= 0 && !fflush(stdout);
    int code = told ? lince_server_run(server, cli_observer(quiet)) : 0;
    lince_server_free(server);
    return code;
}
