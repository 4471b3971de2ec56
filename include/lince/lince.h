/* lince: train, evaluate and explain neural classifiers. All of the public interface, version 1.
 *
 * Functions return 0 or a negative code (lince/error.h), unless they say otherwise. Texts are UTF-8; numbers
 * in texts have a decimal point, and letters are those of ASCII, whatever locale the program has set.
 *
 * NULL where a header does not say what it stands for is a mistake that is told: LINCE_EUSAGE, or where there is no code
 * to return nothing, "" or 0. What frees or releases takes NULL. What was freed, or never begun with its macro, cannot be
 * recognised.
 *
 * Structs that a caller fills, or that are filled for it, begin with their size: declare them as in
 *     lince_observer observer = LINCE_OBSERVER_INIT;
 * so that a program that was compiled with this version goes on with a library that knows of further fields.
 * What is opaque (lince_settings, lince_model) is made and freed by the library alone.
 *
 * Threads. Any thread may call the library, and many at a time. A model and settings are one thread's at a
 * time: threads that predict open a model each, be it of the same file. Message (lince_error) and language
 * (lince_language_set) are each thread's own. Inside, a call computes on threads that it has to itself (the
 * setting `threads`, lince_model_threads) and waits for them before it returns. After fork(2) the child has copies of what
 * the calling thread had opened, and goes on with them; what other threads had is lost to it. */
#ifndef LINCE_H
#define LINCE_H

#include <lince/cv.h>
#include <lince/describe.h>
#include <lince/error.h>
#include <lince/export.h>
#include <lince/fetch.h>
#include <lince/language.h>
#include <lince/machine.h>
#include <lince/model.h>
#include <lince/observer.h>
#include <lince/onnx.h>
#include <lince/processes.h>
#include <lince/quantize.h>
#include <lince/report.h>
#include <lince/serve.h>
#include <lince/settings.h>
#include <lince/synth.h>
#include <lince/text.h>
#include <lince/train.h>
#include <lince/tune.h>
#include <lince/version.h>

#endif
