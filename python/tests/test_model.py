"""lince.open: predicting, measuring, comparing, reporting."""

import shutil
import threading

import numpy as np
import pytest

import lince


@pytest.fixture(scope="session")
def drawn(scratch):
    """A picture that is no square, as a file and as an array."""
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (40, 52, 3), dtype=np.uint8)
    path = scratch / "drawn.ppm"
    path.write_bytes(b"P6\n52 40\n255\n" + picture.tobytes())
    return path, picture


# --- predicting ---------------------------------------------------------------------------------------


def test_a_path_an_array_and_bytes_have_one_answer(pictures, drawn):
    path, picture = drawn
    wide = np.zeros((40, 104, 3), np.uint8)
    wide[:, ::2] = picture
    answers = [pictures.predict(thing) for thing in (path, str(path), path.read_bytes(), picture, [picture],
                                                     picture[None], wide[:, ::2], picture[::-1][::-1])]
    for answer in answers:
        assert len(answer) == 1 and answer.probabilities.shape == (1, len(pictures.classes))
        assert answer.probabilities.dtype == np.float32
        np.testing.assert_allclose(answer.probabilities, answers[0].probabilities, rtol=0, atol=1e-6)
    only = answers[0][0]
    assert only.input == str(path) and only.label == pictures.classes[only.best]
    assert only.probability == pytest.approx(only.probabilities.max()) and only.probabilities.sum() == pytest.approx(1)


def test_negative_strides_are_seen(pictures, drawn):
    _path, picture = drawn
    turned = np.ascontiguousarray(picture[::-1, ::-1])
    np.testing.assert_array_equal(pictures.predict(picture[::-1, ::-1]).probabilities,
                                  pictures.predict(turned).probabilities)


def test_grey_pictures_are_taken(pictures):
    grey = np.arange(36 * 36, dtype=np.uint32).reshape(36, 36).astype(np.uint8)
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    expected = pictures.predict(colour).probabilities
    for thing in (grey, grey[:, :, None], [grey], grey[None]):
        np.testing.assert_array_equal(pictures.predict(thing).probabilities, expected)


def test_what_repeats_itself_is_seen_as_it_is(pictures):
    grey = np.random.default_rng(5).integers(0, 256, (32, 32), dtype=np.uint8)
    repeated = np.broadcast_to(grey[:, :, None], (32, 32, 3))
    assert 0 in repeated.strides
    np.testing.assert_array_equal(pictures.predict(repeated).probabilities, pictures.predict(grey).probabilities)


def test_floats_are_bytes_divided(pictures):
    height, width = pictures.input_size
    picture = np.random.default_rng(2).integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    np.testing.assert_allclose(pictures.predict(picture / 255).probabilities, pictures.predict(picture).probabilities,
                               rtol=0, atol=1e-5)


def test_many_arrays_are_answered_in_order(pictures):
    many = np.random.default_rng(3).integers(0, 256, (300, 32, 32, 3), dtype=np.uint8)
    all_of_them = pictures.predict(many)
    assert len(all_of_them) == 300
    for i in (0, 255, 256, 299):
        np.testing.assert_allclose(all_of_them.probabilities[i], pictures.predict(many[i]).probabilities[0], atol=1e-5)


def test_a_folder_is_all_its_files(pictures, shapes):
    answers = pictures.predict(shapes / "test")
    files = sorted(str(path) for path in (shapes / "test").rglob("*.png"))
    assert sorted(answers.inputs) == files and len(files) == 20
    one_by_one = pictures.predict(answers.inputs)
    assert one_by_one.labels == answers.labels
    np.testing.assert_allclose(one_by_one.probabilities, answers.probabilities, atol=1e-5)


def test_a_list_of_paths_is_answered_in_order(pictures, shapes):
    files = sorted((shapes / "train").rglob("*.png"))[:70]
    answers = pictures.predict(files[:40] + [shapes / "test"] + files[40:])
    inside = answers.inputs[40:60]
    assert answers.inputs[:40] + answers.inputs[60:] == [str(file) for file in files]
    assert inside == pictures.predict(shapes / "test").inputs
    for i in (0, 31, 32, 39, 60, 89):
        np.testing.assert_allclose(answers.probabilities[i], pictures.predict(answers.inputs[i]).probabilities[0], atol=1e-5)
    with pytest.raises(lince.FileError, match="no-such.png"):
        pictures.predict(files[:66] + ["no-such.png"])


def test_a_list_of_nothing_has_no_answers(pictures, texts):
    for model in (pictures, texts):
        answers = model.predict([])
        assert len(answers) == 0 and answers.labels == [] and answers.probabilities.shape == (0, len(model.classes))


def test_texts(texts, tmp_path):
    two = texts.predict(["what a lovely day", "ñandú \U0001f600"])
    assert two.inputs[1] == "ñandú \U0001f600" and len(two.labels) == 2
    # Several together are added up in another order than one alone.
    np.testing.assert_allclose(texts.predict("what a lovely day").probabilities[0], two.probabilities[0], rtol=1e-6)
    np.testing.assert_allclose(texts.predict(np.array(["what a lovely day"])).probabilities, two.probabilities[:1], rtol=1e-6)
    file = tmp_path / "lines.txt"
    file.write_text("what a lovely day\nñandú \U0001f600\n", "utf-8")
    np.testing.assert_array_equal(texts.predict(file).probabilities, two.probabilities)
    assert two[1].unknown >= 1


def test_many_texts_have_the_answers_of_each(texts):
    many = [" ".join("what a lovely day and a dreadful night".split()[:1 + i % 8]) for i in range(71)]
    answers = texts.predict(many)
    assert [answer.input for answer in answers] == many
    for i in (0, 7, 31, 32, 70):
        np.testing.assert_allclose(answers.probabilities[i], texts.predict(many[i]).probabilities[0], rtol=1e-6)


@pytest.mark.parametrize("thing, kind, message", [
    ("no-such.png", lince.FileError, "no-such.png"),
    (b"no picture", lince.FormatError, ""),
    (np.zeros((4, 4, 4), np.uint8)[None], lince.UsageError, r"expected an array \[height, width, 3\]"),
    (np.zeros((1, 8, 8, 3), np.int64), lince.UsageError, "expected bytes"),
    (np.full((1, 32, 32, 3), 2.0), lince.UsageError, "values from 0 to 1"),
    (np.full((1, 32, 32, 3), np.nan), lince.UsageError, "values from 0 to 1"),
    (np.zeros((1, 8, 8, 3)), lince.UsageError, "32 x 32"),
    ([np.zeros((32, 32, 3)), np.zeros((32, 32, 3), np.uint8)], lince.UsageError, "one kind"),
    (7, lince.UsageError, "found int"),
    ([None], lince.UsageError, "found NoneType"),
])
def test_what_is_no_picture_is_refused(pictures, thing, kind, message):
    with pytest.raises(kind, match=message):
        pictures.predict(thing)
    pictures.predict(np.zeros((8, 8, 3), np.uint8))  # and the model goes on


def test_what_is_no_text_is_refused(texts):
    with pytest.raises(lince.UsageError, match="NUL"):
        texts.predict("a\0b")
    with pytest.raises(lince.UsageError):
        texts.predict(np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(UnicodeEncodeError):
        texts.predict("\ud800")


def test_the_first_file_that_cannot_be_read_is_named(pictures, shapes, tmp_path):
    folder = tmp_path / "some"
    shutil.copytree(shapes / "test" / "star", folder)
    (folder / "0000-broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(lince.FormatError, match="0000-broken.png"):
        pictures.predict(folder)


def test_below_a_confidence_there_is_no_label(pictures, drawn):
    found = pictures.min_confidence(1.0)
    assert found.least == 1.0
    answers = pictures.predict(drawn[0])
    assert answers.labels == [None] and answers.unsure.all() and "?" in repr(answers)
    pictures.min_confidence(0)
    assert pictures.predict(drawn[0]).labels != [None]


def test_several_labels(scratch):
    data = lince.synth("images-several", scratch / "several", n=60)
    with lince.train(data, "resnet20", out=scratch / "several-run", epochs=1, threads=1, no_report=True, image_size=16) as m:
        assert m.several
        answers = m.predict(data / "test")
        assert answers.answered.shape == answers.probabilities.shape and answers.answered.dtype == bool
        assert all(isinstance(label, tuple) for label in answers.labels)
        assert "multilabel_confusion_matrix" in m.evaluate() and str(m.test)


# --- opening ------------------------------------------------------------------------------------------


def test_weights_are_opened_from_a_file_and_from_memory(pictures, picture_run, drawn):
    file = picture_run / "weights" / "best.safetensors"
    expected = pictures.predict(drawn[1]).probabilities
    for what in (file, file.read_bytes()):
        with lince.open(what, threads=1) as model:
            assert model.classes == pictures.classes
            np.testing.assert_array_equal(model.predict(drawn[1]).probabilities, expected)
            with pytest.raises(lince.UsageError, match="expected a run's folder"):
                model.history


@pytest.mark.parametrize("path, options, kind", [
    ("no-such-run", {}, lince.FileError),
    (b"not weights", {}, lince.FormatError),
    (b"not weights", dict(model="resnet20"), lince.FormatError),
])
def test_what_is_no_model_is_refused(scratch, path, options, kind):
    with pytest.raises(kind):
        lince.open(path, **options)


def test_a_run_takes_no_options_of_weights(picture_run):
    with pytest.raises(lince.UsageError, match="a run says itself"):
        lince.open(picture_run, normalize="none")


def test_a_closed_model_says_so(picture_run):
    model = lince.open(picture_run)
    model.close()
    model.close()
    with pytest.raises(lince.UsageError, match="closed"):
        model.predict([])
    assert "closed" in repr(model)


def test_threads_take_turns(pictures, drawn):
    expected = pictures.predict(drawn[1]).probabilities
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(pictures.predict(drawn[1]).probabilities)) for _i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and all((answer == expected).all() for answer in answers)


# --- measuring ----------------------------------------------------------------------------------------


def test_evaluation_is_the_runs_test(pictures, shapes, tmp_path):
    found = pictures.evaluate(predictions=tmp_path / "predictions.csv")
    assert found["confusion_matrix"] == pictures.test["confusion_matrix"] and found.accuracy == pictures.test.accuracy
    assert found.confusion_matrix.shape == (10, 10) and len((tmp_path / "predictions.csv").read_text().splitlines()) == 21
    assert pictures.evaluate(shapes, "train")["n"] == 90  # as the run had it
    with pytest.raises(lince.UsageError):
        pictures.evaluate(part="nothing")
    with pytest.raises(lince.FileError):
        pictures.evaluate("no-such-data")


def test_evaluation_shows_scikits_report(pictures):
    lines = str(pictures.evaluate()).splitlines()
    assert lines[0].split() == ["precision", "recall", "f1-score", "support"]
    assert lines[2].split()[0] == pictures.classes[0] and lines[-1].split()[:2] == ["weighted", "avg"]
    assert lines[-3].split()[0] == "accuracy"
    page = pictures.evaluate()._repr_html_()
    assert page.count("<tr>") == 10 + 3 + 1


def test_settings_say_how_data_are_read(pictures, shapes):
    assert pictures.set(classes="disc,star").evaluate(shapes, "test")["n"] == 4
    with pytest.raises(lince.UsageError):
        pictures.set(no_such_setting=1)


def test_comparison(picture_run, shapes, scratch):
    with lince.train(shapes, "resnet20", out=scratch / "other", epochs=1, batch_size=16, image_size=32, threads=1, seed=2,
                     split_seed=1, no_report=True, find_duplicates="no") as other:
        found = lince.compare(picture_run, other, out=scratch / "compared")
    assert found.folder == scratch / "compared" and found.data["n"] == 20 and "McNemar" in found.path.read_text("utf-8")
    assert found.best in (str(picture_run), str(scratch / "other")) and "pictures" in str(found) and "other" in str(found)
    assert found._repr_html_().startswith("<iframe srcdoc=") and "&lt;html" in found._repr_html_()
    with pytest.raises(lince.UsageError):
        lince.compare(picture_run)
    with pytest.raises(lince.FileError):
        lince.compare(picture_run, "no-such-run")


def test_report(picture_run):
    page = lince.report(picture_run, lang="es", author="Ana <Ruiz>")
    html = page._repr_html_()
    assert "Ana &amp;lt;Ruiz&amp;gt;" in html and html.count("<iframe") == 1
    assert "Ana" in page.markdown and "entrenamiento" in page.markdown
    before = page.path.read_bytes()
    with lince.open(picture_run) as model:
        assert model.report().path.read_bytes() == before, "one that is there is shown as it is"
        assert {"loss", "accuracy", "confusion"} <= set(model.figures)
    with pytest.raises(lince.FileError):
        lince.report("no-such-run")


def test_tables_escape_what_they_show(texts):
    page = texts.predict("<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_export(pictures, texts, tmp_path):
    assert "logits" in pictures.export(tmp_path / "model.onnx") or (tmp_path / "model.onnx").stat().st_size
    with pytest.raises(lince.UsageError):
        texts.export(tmp_path / "texts.onnx", preprocessing=True)


def test_info(shapes, picture_run):
    assert lince.info(shapes) and lince.info(picture_run)
    with pytest.raises(lince.FileError):
        lince.info("no-such-file")
