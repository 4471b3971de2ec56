/* HEIC and AVIF, where libheif is there: the primary picture, upright as the container's own properties say
 * (which count, not Exif's orientation), as 8-bit RGB. */
#include "core/error.h"
#include "picture/decode/codec.h"

#include <assert.h>
#include <string.h>

/* A box "ftyp" lists the brands that the file keeps to. */
static bool recognise(const uint8_t *bytes, size_t size)
{
    static const char *const brands[] = {"heic", "heix", "heim", "heis", "hevc",
                                         "hevx", "mif1", "msf1", "avif", "avis"};
    for (size_t i = 0; size >= 12 && i < sizeof brands / sizeof *brands; i++)
        if (!memcmp(bytes + 4, "ftyp", 4) && !memcmp(bytes + 8, brands[i], 4)) return true;
    return false;
}

#ifdef LINCE_HEIF
#include "core/library.h"

#include <libheif/heif.h>

enum { MISSING = false };

/* The library's decoders take longer to load than all that is needed otherwise. */
#define FUNCTIONS(F)                         \
    F(get_version)                           \
    F(context_alloc)                         \
    F(context_free)                          \
    F(context_read_from_memory_without_copy) \
    F(context_get_primary_image_handle)      \
    F(image_handle_get_width)                \
    F(image_handle_get_height)               \
    F(image_handle_release)                  \
    F(decode_image)                          \
    F(image_get_plane_readonly)              \
    F(image_get_primary_width)               \
    F(image_get_primary_height)              \
    F(image_release)

typedef union functions {
    struct {
#define POINTER(name) __typeof__(&heif_##name) name;
        FUNCTIONS(POINTER)
    };
    void (*all[13])(void);
} functions;

static int load(functions *heif)
{
#define NAME(name) "heif_" #name,
    static const char *const names[] = {FUNCTIONS(NAME)};
    static_assert(sizeof *heif == sizeof heif->all && sizeof names / sizeof *names == 13, "one pointer each");
    return lince_library_open("libheif.so.1", names, heif->all, sizeof names / sizeof *names);
}

const char *lince_heif_version(void)
{
    functions heif;
    return load(&heif) ? NULL : heif.get_version();
}

typedef struct opened_heif {
    functions heif;
    struct heif_context *context;
    struct heif_image_handle *primary;
    struct heif_image *picture;
} opened_heif;

static void release(opened_heif *r)
{
    if (r->picture) r->heif.image_release(r->picture);
    if (r->primary) r->heif.image_handle_release(r->primary);
    if (r->context) r->heif.context_free(r->context);
}

static struct heif_error open_primary(opened_heif *r, const uint8_t *bytes, size_t size)
{
    r->context = r->heif.context_alloc();
    if (!r->context) return (struct heif_error){.code = heif_error_Memory_allocation_error, .message = ""};
    struct heif_error e = r->heif.context_read_from_memory_without_copy(r->context, bytes, size, NULL);
    return e.code ? e : r->heif.context_get_primary_image_handle(r->context, &r->primary);
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    opened_heif r = {0};
    if (load(&r.heif)) return false;
    bool opened = !open_primary(&r, bytes, size).code &&
                  lince_upright((uint32_t)r.heif.image_handle_get_width(r.primary),
                                (uint32_t)r.heif.image_handle_get_height(r.primary), 1, head);
    release(&r);
    return opened;
}

static int damaged(struct heif_error e, const char *name)
{
    if (e.code == heif_error_Memory_allocation_error)
        return lince_fail(LINCE_ENOMEM, "%s: out of memory while reading a HEIC or AVIF", name);
    return lince_fail(LINCE_EFORMAT,
                      "%s: truncated or damaged HEIC or AVIF, or of a kind that is not read: %s", name,
                      e.message);
}

static int copy_rows(const opened_heif *r, lince_image *image, const char *name)
{
    int stride = 0;
    const uint8_t *rows = r->heif.image_get_plane_readonly(r->picture, heif_channel_interleaved, &stride);
    if (!rows || r->heif.image_get_primary_width(r->picture) != image->width ||
        r->heif.image_get_primary_height(r->picture) != image->height)
        return lince_fail(LINCE_EFORMAT,
                          "%s: damaged HEIC or AVIF: its picture is not of the size that its header says",
                          name);
    for (int y = 0; y < image->height; y++)
        memcpy(image->pixels + (size_t)y * (size_t)image->width * 3, rows + (size_t)y * (size_t)stride,
               (size_t)image->width * 3);
    return 0;
}

static int read_picture(opened_heif *r, const uint8_t *bytes, size_t size, lince_image *image,
                        const char *name)
{
    struct heif_error e = open_primary(r, bytes, size);
    if (e.code) return damaged(e, name);
    int width = r->heif.image_handle_get_width(r->primary),
        height = r->heif.image_handle_get_height(r->primary);
    LINCE_TRY(lince_image_claim(image, width > 0 ? (size_t)width : 0, height > 0 ? (size_t)height : 0, size,
                                0, name));
    e = r->heif.decode_image(r->primary, &r->picture, heif_colorspace_RGB, heif_chroma_interleaved_RGB, NULL);
    return e.code ? damaged(e, name) : copy_rows(r, image, name);
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    opened_heif r = {0};
    (void)how;
    if (load(&r.heif))
        return lince_fail(LINCE_EUNSUPPORTED,
                          "%s: HEIC or AVIF, and libheif, which reads them, cannot be opened: %s; install it "
                          "(Debian: libheif1), or save the picture as JPEG (heif-convert)",
                          name, lince_error());
    int code = read_picture(&r, bytes, size, image, name);
    release(&r);
    return code;
}

#else

enum { MISSING = true };

const char *lince_heif_version(void)
{
    return NULL;
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    (void)bytes, (void)size, (void)head;
    return false;
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    (void)image, (void)bytes, (void)size, (void)how;
    return lince_fail(
        LINCE_EUNSUPPORTED,
        "%s: HEIC or AVIF, and this lince was built without libheif, which reads them: install it "
        "(Debian: libheif-dev) and build lince again, or save the picture as JPEG (heif-convert)",
        name);
}

#endif

const lince_codec lince_heif = {.name = "HEIC, AVIF",
                                .endings = {".heic", ".heif", ".avif"},
                                .missing = MISSING,
                                .recognise = recognise,
                                .measure = measure,
                                .decode = decode};
