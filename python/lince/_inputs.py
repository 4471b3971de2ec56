"""What is asked about: which of path, text, bytes and array it is, and arrays as the library reads them."""

from __future__ import annotations

import os
from typing import Any, Sequence

import numpy as np

from . import _errors
from ._language import _
from ._library import Pixels
from ._recordings import Recording


def is_array(thing: Any) -> bool:
    """Also what only becomes one, as a picture of Pillow's."""
    return isinstance(thing, np.ndarray) or hasattr(thing, "__array_interface__") or hasattr(thing, "__array__")


def is_one(thing: Any) -> bool:
    """One input, and not a list of some. Of arrays, a picture has 2 dimensions, or 3 of which the last counts channels."""
    if isinstance(thing, (str, bytes, os.PathLike, Recording)):
        return True
    if not is_array(thing):
        return False
    shape = np.shape(thing)
    return len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3))


def as_list(things: Any) -> Any:
    """What has a length and gives the inputs one by one; an array stays one."""
    if is_one(things):
        return [things]
    if isinstance(things, np.ndarray):
        return things
    try:
        return list(things)
    except TypeError:
        raise _errors.UsageError(_("expected a path, a text, an array, or a list of them, found %s")
                                 % type(things).__name__) from None


def as_picture(thing: Any) -> np.ndarray:
    """[height, width, 3] or [height, width] (grey) of bytes; of floats from 0 to 1 the same. UsageError for another shape
    or type."""
    picture = np.asarray(thing)
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[:, :, 0]
    if picture.dtype == np.bool_ or not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)):
        raise _errors.UsageError(_("a picture: expected an array [height, width, 3] or [height, width], found %s of %s")
                                 % (list(picture.shape), picture.dtype))
    if picture.dtype == np.uint8 or np.issubdtype(picture.dtype, np.floating):
        # What was made larger by repeating (np.broadcast_to) has a stride of 0, which stands for another to the library.
        return picture if all(picture.strides) else np.ascontiguousarray(picture)
    raise _errors.UsageError(_("a picture: expected bytes (uint8) from 0 to 255, or floats from 0 to 1, found %s")
                             % picture.dtype)


def as_pixels(picture: np.ndarray) -> Pixels:
    """The library's view of an array of bytes, of whatever strides; the array must outlive it."""
    grey = picture.ndim == 2
    return Pixels(data=picture.ctypes.data, height=picture.shape[0], width=picture.shape[1], channels=1 if grey else 3,
                  row=picture.strides[0], pixel=picture.strides[1], channel=0 if grey else picture.strides[2])


def as_planes(pictures: Sequence[np.ndarray], height: int, width: int) -> np.ndarray:
    """Float pictures of the network's size as float32 [n, 3, height, width]."""
    planes = np.empty((len(pictures), 3, height, width), np.float32)
    for i, picture in enumerate(pictures):
        if picture.shape[:2] != (height, width):
            raise _errors.UsageError(_("a picture of floats: expected the network's %d x %d pixels, found %d x %d "
                                       "(pictures of bytes may have any size)") % (height, width, *picture.shape[:2]))
        if not (np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1):
            raise _errors.UsageError(_("a picture of floats: expected values from 0 to 1, found %g to %g")
                                     % (picture.min(), picture.max()))
        planes[i] = picture if picture.ndim == 2 else picture.transpose(2, 0, 1)
    return planes
