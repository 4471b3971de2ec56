"""The event files that test_log.sh has had made, read by TensorBoard's own reader. In their folder; the exit code is 1 where
something is wrong, which is printed."""
import csv
import glob
import os
import shutil
import sys

from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import backend_context
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.util import tensor_util

EVERYTHING = {event_accumulator.SCALARS: 0, event_accumulator.TENSORS: 0, event_accumulator.IMAGES: 0, event_accumulator.HISTOGRAMS: 0, event_accumulator.COMPRESSED_HISTOGRAMS: 0}
BY_EPOCH = ("train/loss", "train/accuracy", "val/loss", "val/accuracy", "lr")
BY_STEP = ("step/loss", "step/accuracy", "step/lr")


def expect(right, message):
    if not right:
        raise AssertionError(message)


def load(folder):
    reader = event_accumulator.EventAccumulator(folder + "/tensorboard", size_guidance=EVERYTHING)
    reader.Reload()
    return reader


def scalars(reader, tag):
    """step -> value, as often as it is there; of new and old ways of keeping them."""
    if tag in reader.Tags()["scalars"]:
        return [(e.step, e.value) for e in reader.Scalars(tag)]
    return [(e.step, float(tensor_util.make_ndarray(e.tensor_proto))) for e in reader.Tensors(tag)]


def close(a, b):
    return abs(a - b) <= 1e-6 * max(1, abs(b))


def check_scalars():
    reader = load("logged")
    rows = list(csv.DictReader(open("logged/results.csv")))
    for tag in BY_EPOCH:
        found = scalars(reader, tag)
        expect([step for step, _ in found] == [1, 2, 3], f"{tag}: {found}")
        expect(all(close(value, float(row[tag])) for (_, value), row in zip(found, rows)), f"{tag}: {found} is not {rows}")
    steps = scalars(reader, BY_STEP[0])
    batches = len(steps) // 3
    expect(batches > 1 and [step for step, _ in steps] == list(range(1, 3 * batches + 1)), steps)
    # What the steps of an epoch say makes what the epoch says: every batch but the last has as many samples.
    hits = [value for _, value in scalars(reader, "step/accuracy")]
    expect(all(0 <= value <= 1 for value in hits), hits)
    for epoch, row in enumerate(rows):
        low, high = (f(hits[epoch * batches:(epoch + 1) * batches]) for f in (min, max))
        expect(low - 1e-6 <= float(row["train/accuracy"]) <= high + 1e-6, f"epoch {epoch + 1}: {low} to {high}, {row}")
    expect(all(close(value, 0.01) for _, value in scalars(reader, "step/lr")), "step/lr")


def raw_values(folder):
    """The values of all summaries, in order."""
    for path in sorted(glob.glob(folder + "/tensorboard/*")):
        for event in EventFileLoader(path).Load():
            for value in event.summary.value:
                yield event.step, value


def check_histograms_and_pictures():
    histograms, pictures = {}, {}
    for step, value in raw_values("logged"):
        plugin = value.metadata.plugin_data.plugin_name
        if plugin == "histograms":
            histograms.setdefault(value.tag, {})[step] = tensor_util.make_ndarray(value.tensor)
        if plugin == "images":
            pictures.setdefault(value.tag, {})[step] = tensor_util.make_ndarray(value.tensor)
    expect("weights/conv1.weight" in histograms and "weights/linear.bias" in histograms and "weights/bn1.weight" in histograms and not any("running" in tag for tag in histograms), sorted(histograms))
    for tag, steps in histograms.items():
        expect(sorted(steps) == [1, 2, 3], f"{tag}: {sorted(steps)}")
        for buckets in steps.values():
            expect(buckets.shape[1] == 3 and (buckets[:, 0] <= buckets[:, 1]).all() and buckets[:, 2].sum() >= 1, f"{tag}: {buckets}")
    expect(histograms["weights/conv1.weight"][3][:, 2].sum() == 3 * 16 * 9, "not every weight is counted")
    expect(sorted(pictures) == [f"samples/image/{i}" for i in range(8)], sorted(pictures))
    for tag, steps in pictures.items():
        expect(sorted(steps) == [1, 2], f"{tag}: {sorted(steps)}")
        for width, height, png in steps.values():
            expect((width, height) == (b"32", b"32") and png.startswith(b"\x89PNG\r\n"), f"{tag}: {width} x {height}")


def sessions(folder):
    found = []
    for _, value in raw_values(folder):
        if value.metadata.plugin_data.plugin_name == hparams.PLUGIN_NAME:
            found.append((value.tag, value.metadata.plugin_data.content))
    return found


def check_settings():
    found = dict(sessions("logged"))
    start = hparams.parse_session_start_info_plugin_data(found["_hparams_/session_start_info"])
    settings = {key: getattr(value, value.WhichOneof("kind")) for key, value in start.hparams.items()}
    expect(settings["model"] == "resnet20" and settings["lr"] == 0.01 and settings["epochs"] == 3 and settings["nesterov"] is False, settings)
    expect("hidden" not in settings and "stem" not in settings and "threads" not in settings and "out" not in settings, settings)
    end = hparams.parse_session_end_info_plugin_data(found["_hparams_/session_end_info"])
    expect(end.status == 1 and end.end_time_secs >= start.start_time_secs > 1e9, end)
    expect("_hparams_/session_end_info" not in dict(sessions("cut")), "a killed run has ended well")


def check_the_plugin():
    """What the plugin's page asks for, of several runs."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance=EVERYTHING)
    for folder in ("logged", "killed"):
        multiplexer.AddRun(os.path.abspath(folder) + "/tensorboard", folder)
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, ".")
    plugin = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    asked = context.RequestContext()
    found = plugin.hparams_metadata(asked, "")
    expect(set(found) == {"logged", "killed"}, found)
    experiment = plugin.experiment_from_metadata(asked, "", True, found, [])
    names, metrics = {info.name for info in experiment.hparam_infos}, {info.name.tag for info in experiment.metric_infos}
    expect({"val/accuracy", "train/loss"} <= metrics, metrics)
    expect({"lr", "model", "epochs"} <= names, names)


def check_a_killed_run():
    """What is there of it can be read, also where its last record is cut; gone on with, it tells what an uninterrupted one does."""
    reader = load("cut")
    expect(scalars(reader, "train/loss")[0][0] == 1 and len(scalars(reader, "step/loss")) >= 2, reader.Tags())
    path, = glob.glob("cut/tensorboard/*")
    whole = open(path, "rb").read()
    for size in (len(whole) - 1, len(whole) - 5, len(whole) // 2, 30):
        shutil.rmtree("half", ignore_errors=True)
        os.makedirs("half/tensorboard")
        with open("half/tensorboard/" + os.path.basename(path), "wb") as file:
            file.write(whole[:size])
        load("half").Tags()
    one, other = load("logged"), load("killed")
    for tag in BY_EPOCH + BY_STEP:
        wanted, found = scalars(one, tag), scalars(other, tag)
        expect(dict(found) == dict(wanted), f"{tag}: {found} is not {wanted}")
        expect(tag not in BY_STEP or [step for step, _ in found] == [step for step, _ in wanted], f"{tag}: {found}: told twice")


def check_other_kinds():
    """Texts have no pictures, recordings have those of their maps."""
    expect(not any(v.tag.startswith("samples/") for _, v in raw_values("texts")), "pictures of texts")
    expect(any(v.tag.startswith("weights/") for _, v in raw_values("texts")), "no weights")
    expect(any(v.tag.startswith("samples/image/") for _, v in raw_values("sounds")), "no pictures of maps")


failed = False
for name, check in list(globals().items()):
    if not name.startswith("check_"):
        continue
    try:
        check()
    except Exception as error:
        failed = True
        print(f"FAILED: {name}: {type(error).__name__}: {str(error)[:2000]}")
sys.exit(failed)
