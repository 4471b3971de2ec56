#include "train/loop/features.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "train/measure/evaluate.h"
#include "train/measure/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A file of `bytes` whose blocks are there (so that no page of the mapping can fail) and whose name is
 * not. */
static int open_file(const char *folder, size_t bytes)
{
    char beside[LINCE_FILE_NAME_MAX];
    struct statvfs disk;
    if (statvfs(folder, &disk) || bytes / disk.f_frsize >= disk.f_bavail / 2)
        return lince_fail(LINCE_ENOMEM, "%s: no room for %zu MiB of features", folder, bytes >> 20);
    int within = lince_folder_open(folder, "", false);
    if (within < 0) return within;
    int file = lince_beside_open(within, "features", beside);
    int error = errno;
    if (file >= 0) unlinkat(within, beside, 0);
    close(within);
    if (file < 0) return lince_fail(LINCE_EIO, "%s: cannot write: %s", folder, lince_reason(error));
    int reason = posix_fallocate(file, 0, (off_t)bytes);
    if (!reason) return file;
    close(file);
    return lince_fail(LINCE_ENOMEM, "%s: no room for %zu MiB of features: %s", folder, bytes >> 20,
                      lince_reason(reason));
}

int lince_features_init(lince_features *f, size_t samples, size_t row, size_t memory, const char *folder)
{
    *f = (lince_features){.row = row};
    size_t floats;
    if (!lince_mul(samples, row, &floats) || !lince_mul(floats, sizeof(float), &f->bytes))
        return lince_fail(LINCE_ENOMEM, "%zu samples of %zu features do not fit in memory", samples, row);
    f->in_file = f->bytes > memory;
    int file = f->in_file ? open_file(folder, f->bytes) : -1;
    if (f->in_file && file < 0) return file;
    void *rows = mmap(NULL, f->bytes, PROT_READ | PROT_WRITE,
                      f->in_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, file, 0);
    if (file >= 0) close(file);
    if (rows == MAP_FAILED)
        return lince_fail(LINCE_ENOMEM, "no memory for %zu MiB of features: %s", f->bytes >> 20,
                          lince_reason(errno));
    f->rows = rows;
    return 0;
}

void lince_features_release(lince_features *f)
{
    if (f->rows) munmap(f->rows, f->bytes);
    *f = (lince_features){0};
}

int lince_features_compute(lince_features *f, lince_net *net, int last, lince_loader *loader,
                           const lince_observer *o)
{
    const lince_device *device = lince_net_exec(net)->device;
    lince_batch batch;
    lince_progress progress = {.size = sizeof progress,
                               .phase = LINCE_COMPUTING_FEATURES,
                               .steps = lince_loader_batches(loader),
                               .eta = -1};
    double start = lince_now(), seen = 0;
    int code = lince_loader_start_whole(loader);
    while (!code && (code = lince_loader_next(loader, &batch)) > 0) {
        lince_feed(net, &batch);
        const float *rows = lince_net_compute(net, last, batch.n);
        for (int i = 0; i < batch.n; i++)
            device->download(device, f->rows + batch.index[i] * f->row, rows + (size_t)i * f->row,
                             f->row * sizeof *rows);
        progress.step++;
        progress.samples_per_second = (seen += batch.n) / (lince_now() - start + 1e-9);
        if (o && o->progress) o->progress(o->context, &progress);
        code = lince_observer_stops(o);
    }
    return code;
}
