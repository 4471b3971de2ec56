/* What commands share that serve over HTTP. */
#include "cli.h"

int cli_run_server(lince_server *server, bool quiet)
{
    printf("%s\n", lince_server_address(server));
    fflush(stdout);
    int code = lince_server_run(server, cli_observer(quiet));
    lince_server_free(server);
    return code;
}
