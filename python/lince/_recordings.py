"""Recordings in memory."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from . import _errors
from ._language import _

_INTEGERS, _FLOATS = 1, 3  # WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT


class Recording:
    """Sound in memory, for ``Model.predict`` and ``lince.save_data``.

    ``samples`` [n] or [n, channels]: floats from -1 to 1, or int16; ``rate``: so many a second.
    """

    def __init__(self, samples: Any, rate: int) -> None:
        array = np.asarray(samples)
        if array.ndim not in (1, 2) or not (array.dtype == np.int16 or np.issubdtype(array.dtype, np.floating)):
            raise _errors.UsageError(_("a recording: expected floats or int16, [n] or [n, channels], found %s of %s")
                                     % (list(array.shape), array.dtype))
        self.samples = array
        self.rate = rate

    def __repr__(self) -> str:
        return "<lince.Recording: %s of %s, %d a second>" % (list(self.samples.shape), self.samples.dtype, self.rate)

    def wav(self) -> bytes:
        """The content of a WAV file that holds it: int16 exactly, floats as 32 bits."""
        whole = self.samples.dtype == np.int16
        data = self.samples.astype("<i2" if whole else "<f4").tobytes()
        channels, width = self.samples.shape[1] if self.samples.ndim == 2 else 1, 2 if whole else 4
        try:
            about = struct.pack("<HHIIHH", _INTEGERS if whole else _FLOATS, channels, self.rate,
                                self.rate * channels * width, channels * width, 8 * width)
            return (b"RIFF" + struct.pack("<I", 4 + 8 + len(about) + 8 + len(data)) + b"WAVE"
                    b"fmt " + struct.pack("<I", len(about)) + about + b"data" + struct.pack("<I", len(data)) + data)
        except struct.error as error:
            raise _errors.UsageError(_("a recording: no WAV file holds it (samples: %d, channels: %d, a second: %d)")
                                     % (len(self.samples), channels, self.rate)) from error
