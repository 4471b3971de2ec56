"""Training."""

from __future__ import annotations

import ctypes
from typing import Any, Optional

from ._library import PATH_MAX, given_path, lib, text
from ._listen import Callback
from ._model import Model, open_model
from ._options import command, training, without_none


def train(data: Optional[Any] = None, model: Optional[str] = None, *, config: Optional[Any] = None,
          callback: Callback = None, **options: Any) -> Model:
    """Trains, tests once, writes the run's folder with its report, and opens the best weights.

    - ``data``: a folder, a .zip or .tar, CIFAR's batches, a table of texts, ... (README.md); what lies in arrays is
      written by ``lince.save_data`` first
    - ``model``: the architecture, as ``"vgg16"``, ``"resnet20"``, ``"gru"``
    - any option of ``lince train``, with underscores for dashes: ``epochs=10``, ``batch_size=32``, ``lr=1e-3``,
      ``optimizer="adamw"``, ``image_size=(160, 224)``, ``out="runs/first"``, ``lang="es"``; ``lince.options()`` lists
      them with their defaults. None: not given. A list is joined by commas
    - ``config``: a YAML file of options; those that are given override it
    - ``resume``: the folder of a run that was interrupted, which goes on as if it had not been; with more ``epochs`` one
      that was finished
    - ``callback``: called with an Epoch after each epoch; or an object with any of the methods ``epoch``, ``progress``
      (a few times a second), ``note``, ``warning`` (lince.Listener; ``lince.Printer()`` prints). Without one, notes go to
      logging's logger "lince", and warnings to the module warnings, as lince.Warning. An exception of its stops training,
      which is saved as after Ctrl-C, and comes out of this function

    Ctrl-C stops after the step that is being computed; the checkpoint is written, and then Interrupted, a
    KeyboardInterrupt, raised, whose ``run`` is what ``resume`` takes. In other threads than the main one an exception of
    the callback is the way to stop.

    UsageError for an option or a value that there is not, FileError, FormatError, DataError for data that cannot be
    read or used, NumericError where training diverges, ...
    """
    values = without_none({"data": data, "model": model, **options})
    folder = ctypes.create_string_buffer(PATH_MAX)
    with training(lib.lince_run_settings, config, values, callback, lambda: folder.value) as (settings, ears):
        lib.lince_train(settings, given_path(command("train", config, values)), ears.observer, folder, PATH_MAX)
    return open_model(text(folder.value))
