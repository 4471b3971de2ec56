/* The first frame of a GIF, on the canvas that the file states. */
#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <gif_lib.h>
#include <string.h>

/* A code of LZW stands for at most 4096 pixels, and takes three bits or more. */
enum { PIXELS_PER_BYTE = 4096 * 8 / 3 };

typedef struct gif_reader {
    const uint8_t *bytes;
    size_t size, used;
} gif_reader;

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 6 && (!memcmp(bytes, "GIF87a", 6) || !memcmp(bytes, "GIF89a", 6));
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    if (size < 10) return false;
    return lince_upright((uint32_t)bytes[7] << 8 | bytes[6], (uint32_t)bytes[9] << 8 | bytes[8], 1, head);
}

static int pull(GifFileType *gif, GifByteType *out, int count)
{
    gif_reader *reader = gif->UserData;
    size_t left = reader->size - reader->used, n = (size_t)count < left ? (size_t)count : left;
    memcpy(out, reader->bytes + reader->used, n);
    reader->used += n;
    return (int)n;
}

static int damaged(const char *name, const char *why)
{
    return lince_fail(LINCE_EFORMAT, "%s: truncated or damaged GIF: %s", name, why ? why : "?");
}

static int failed(const char *name, int error)
{
    if (error == D_GIF_ERR_NOT_ENOUGH_MEM)
        return lince_fail(LINCE_ENOMEM, "%s: out of memory while reading a GIF", name);
    return damaged(name, error ? GifErrorString(error) : "no frame");
}

/* Passes what stands before the first frame; false: there is none. */
static bool find_frame(GifFileType *gif)
{
    GifRecordType type;
    while (DGifGetRecordType(gif, &type) == GIF_OK) {
        int code;
        GifByteType *block;
        if (type == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_OK;
        if (type != EXTENSION_RECORD_TYPE || DGifGetExtension(gif, &code, &block) != GIF_OK) return false;
        while (block)
            if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
    }
    return false;
}

static void paint(uint8_t *out, const GifByteType *row, int width, const ColorMapObject *map)
{
    for (int x = 0; x < width; x++, out += 3) {
        GifColorType colour = {0};
        if (row[x] < map->ColorCount) colour = map->Colors[row[x]];
        out[0] = colour.Red, out[1] = colour.Green, out[2] = colour.Blue;
    }
}

static int read_rows(GifFileType *gif, GifByteType *row, lince_image *image, const char *name)
{
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2}; /* of the passes of an interlaced frame */
    const GifImageDesc *frame = &gif->Image;
    const ColorMapObject *map = frame->ColorMap ? frame->ColorMap : gif->SColorMap;
    if (!map) return damaged(name, "no colours");
    for (int pass = 0; pass < (frame->Interlace ? 4 : 1); pass++)
        for (int y = frame->Interlace ? first[pass] : 0; y < frame->Height;
             y += frame->Interlace ? step[pass] : 1) {
            if (DGifGetLine(gif, row, frame->Width) != GIF_OK) return failed(name, gif->Error);
            size_t at = (size_t)(frame->Top + y) * (size_t)image->width + (size_t)frame->Left;
            paint(image->pixels + 3 * at, row, frame->Width, map);
        }
    return 0;
}

static int read_picture(GifFileType *gif, lince_image *image, size_t size, const char *name)
{
    const GifImageDesc *frame = &gif->Image;
    if (!find_frame(gif)) return failed(name, gif->Error);
    if (frame->Left < 0 || frame->Top < 0 || frame->Width < 1 || frame->Height < 1 ||
        frame->Width > gif->SWidth - frame->Left || frame->Height > gif->SHeight - frame->Top)
        return damaged(name, "a frame beyond the canvas");
    LINCE_TRY(
        lince_image_claim(image, (size_t)gif->SWidth, (size_t)gif->SHeight, size, PIXELS_PER_BYTE, name));
    GifByteType *row = lince_alloc((size_t)frame->Width, 1);
    int code = row ? read_rows(gif, row, image, name) : LINCE_ENOMEM;
    lince_free(row);
    return code;
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    (void)how;
    gif_reader reader = {.bytes = bytes, .size = size};
    int error = 0;
    GifFileType *gif = DGifOpen(&reader, pull, &error);
    if (!gif) return failed(name, error);
    int code = read_picture(gif, image, size, name);
    DGifCloseFile(gif, &error);
    return code;
}

const lince_codec lince_gif = {
    .name = "GIF", .endings = {".gif"}, .recognise = recognise, .measure = measure, .decode = decode};
