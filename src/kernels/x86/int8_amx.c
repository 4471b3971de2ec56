/* Products of bytes by matrix tiles (AMX-INT8). Of a block the pixels' bytes are tile A as they lie in memory, row by row, and a
 * panel's weights tile B: [four][output][4]. */
#include "kernels/x86/int8.h"
#include "kernels/x86/int8_finish.h"

enum {
    PANEL = 16,
    TILE = 16,
    ROW = 64,
    PANELS = 2
}; /* ROW: bytes of 16 outputs, of sums and of four weights each */

/* Tiles 0 to 3 are sums, 4 and 5 of A, 6 and 7 of B. */
static void begin(lince_int8_tile tile)
{
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } config = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        bool of_a = i == 4 || i == 5;
        config.bytes[i] = (uint16_t)(of_a ? 4 * tile.fours : ROW);
        config.rows[i] = (uint8_t)(i < 6 ? tile.pixels : tile.fours);
    }
    __asm__ volatile("" : : "m"(config)); /* compilers do not see that the instruction reads all of it */
    _tile_loadconfig(&config);
}

static void end(void)
{
    _tile_release();
}

/* Two blocks and two panels, or one of either. */
INLINE void multiply(lince_int8_tile tile, bool two_blocks, bool two_panels, const lince_int8_row *first,
                     const lince_int8_row *second)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    const int8_t *w = first->w;
    for (size_t run = 0; run < first->runs; run++) {
        const uint8_t *x0 = first->x + run * first->x_run, *x1 = second->x + run * second->x_run;
        for (size_t four = 0; four < first->fours; four += tile.fours, w += tile.fours * ROW) {
            _tile_loadd(6, w, ROW);
            _tile_loadd(4, x0 + 4 * four, first->x_pixel);
            _tile_dpbusd(0, 4, 6);
            if (two_blocks) {
                _tile_loadd(5, x1 + 4 * four, first->x_pixel);
                _tile_dpbusd(1, 5, 6);
            }
            if (two_panels) {
                _tile_loadd(7, w + first->w_panel, ROW);
                _tile_dpbusd(2, 4, 7);
            }
            if (two_blocks && two_panels) _tile_dpbusd(3, 5, 7);
        }
    }
}

static void sum(lince_int8_tile tile, size_t panels, const lince_int8_row *first,
                const lince_int8_row *second, int32_t *sums)
{
    int32_t *others = sums + LINCE_INT8_TILE_SUMS / 2;
    size_t pitch = panels * ROW;
    if (panels == 2 && second)
        multiply(tile, true, true, first, second);
    else if (panels == 2)
        multiply(tile, false, true, first, first);
    else
        multiply(tile, true, false, first, second ? second : first);
    _tile_stored(0, sums, pitch);
    _tile_stored(1, others, pitch);
    if (panels < 2) return;
    _tile_stored(2, sums + PANEL, pitch);
    _tile_stored(3, others + PANEL, pitch);
}

static void finish_block(lince_int8_tile tile, size_t panels, const lince_int8_row *first,
                         const lince_int8_row *second, const int32_t *sums)
{
    finish(first, sums, tile.pixels, panels);
    if (second) finish(second, sums + LINCE_INT8_TILE_SUMS / 2, tile.pixels, panels);
}

static const lince_int8_tiles tiles = {begin, sum, finish_block, end};
const lince_int8_simd lince_int8_simd_amx = {.panels = {2, 1}, .usual = 1, .tiles = &tiles};
