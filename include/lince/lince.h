/* lince: train, evaluate and explain neural classifiers. All of the public interface. */
#ifndef LINCE_H
#define LINCE_H

#include <lince/cv.h>
#include <lince/error.h>
#include <lince/fetch.h>
#include <lince/language.h>
#include <lince/model.h>
#include <lince/settings.h>
#include <lince/train.h>
#include <lince/tune.h>

#endif
