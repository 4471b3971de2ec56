/* Answers to what a camera sees: frames in memory, as most cameras leave them (blue, green, red and an unused
 * byte a pixel, rows from the top, each padded to 64 bytes). The camera of this example draws a disc or a
 * square.
 *
 *     camera RUN [FRAMES]
 *
 * It is C and C++. */
#include <lince/lince.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 100, HEIGHT = 75, ROW = (4 * WIDTH + 63) / 64 * 64 };

/* A white thing on a dark ground, a little further to the right in each frame. */
static void take_frame(unsigned char *frame, int number)
{
    memset(frame, 40, HEIGHT * ROW);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            int dx = x - 40 - number, dy = y - HEIGHT / 2, square = number % 2;
            if (square ? abs(dx) < 20 && abs(dy) < 20 : dx * dx + dy * dy < 20 * 20)
                memset(frame + y * ROW + 4 * x, 230, 3);
        }
}

static int answer(lince_model *model, const unsigned char *frame, int number)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    lince_pixels pixels = LINCE_PIXELS_INIT;
    pixels.data = frame + 2; /* red is the third byte, */
    pixels.channel = -1;     /* and the others lie before it */
    pixels.pixel = 4;
    pixels.row = ROW;
    pixels.width = WIDTH;
    pixels.height = HEIGHT;
    int code = lince_model_predict_pixels(model, &pixels, 1, &p);
    if (!code) printf("frame %d: %s %.3f\n", number, lince_model_class(model, p.best), p.probability[p.best]);
    lince_prediction_release(&p);
    return code;
}

int main(int argc, char **argv)
{
    static unsigned char frame[HEIGHT * ROW];
    lince_model *model;
    int code, frames = argc > 2 ? atoi(argv[2]) : 4;
    if (argc < 2) return fprintf(stderr, "usage: camera RUN [FRAMES]\n"), 2;
    code = lince_model_open(&model, argv[1]);
    for (int i = 0; !code && i < frames; i++) {
        take_frame(frame, i);
        code = answer(model, frame, i);
    }
    if (code) fprintf(stderr, "%s: %s\n", lince_error_name(code), lince_error());
    lince_model_free(model);
    return code != 0;
}
