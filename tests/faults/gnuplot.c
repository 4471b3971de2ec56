/* In place of gnuplot, which takes a tenth of a second a figure and is not what is looked at: a figure is its script.
 * usage: gnuplot -e "svg = '/dev/fd/7'; png = '/dev/fd/8'; " SCRIPT */
#include <stdio.h>
#include <string.h>

static int copy(const char *from, const char *to)
{
    char bytes[1 << 16];
    FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
    for (size_t n; out && (n = fread(bytes, 1, sizeof bytes, in));) fwrite(bytes, 1, n, out);
    int failed = !out || ferror(in) || ferror(out);
    if (out && fclose(out)) failed = 1;
    if (in) fclose(in);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc != 4, quoted = 0;
    for (char *part = argc == 4 ? strtok(argv[2], "'") : NULL; part && !failed;
         part = strtok(NULL, "'"), quoted = !quoted)
        if (quoted) failed = copy(argv[3], part);
    return failed;
}
