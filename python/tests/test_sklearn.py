"""The classifiers for scikit-learn."""

import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

from sklearn.base import clone, is_classifier  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer  # noqa: E402
from sklearn.utils import estimator_checks  # noqa: E402

import lince  # noqa: E402
from lince.sklearn import LinceImageClassifier, LinceTextClassifier  # noqa: E402


def some_pictures(n, seed=0):
    """Two classes that a network tells apart at once: bright above, or below; labels are numbers."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2 * 5 - 2
    pictures = rng.integers(0, 80, (n, 16, 16, 3), dtype=np.uint8)
    pictures[labels > 0, :8] += 150
    pictures[labels < 0, 8:] += 150
    return pictures, labels


def some_texts(n):
    words = [["good", "lovely", "fine"], ["bad", "awful", "poor"]]
    texts = ["number %d is %s" % (i, words[i % 2][i % 3]) for i in range(n)]
    return texts, np.array(["liked", "not liked"])[np.arange(n) % 2]


def of_pictures(**changes):
    return LinceImageClassifier(**{**dict(epochs=3, batch_size=8, lr=1e-3, optimizer="adamw", threads=1), **changes})


def of_texts(**changes):
    return LinceTextClassifier(**{**dict(epochs=8, batch_size=8, lr=1e-2, optimizer="adam", hidden=8, embedding=8, threads=1),
                                  **changes})


@pytest.fixture(scope="module")
def fitted(scratch):
    return of_pictures().fit(*some_pictures(64))


def test_pictures_are_learned(fitted):
    pictures, labels = some_pictures(20, seed=1)
    assert list(fitted.classes_) == [-2, 3] and fitted.n_iter_ == 3
    assert fitted.score(pictures, labels) > 0.9
    probabilities = fitted.predict_proba(pictures)
    assert probabilities.shape == (20, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(fitted.predict(pictures), fitted.classes_[probabilities.argmax(axis=1)])


def test_texts_are_learned(scratch):
    texts, labels = some_texts(120)
    model = of_texts().fit(texts, labels)
    assert list(model.classes_) == ["liked", "not liked"]
    assert model.score(texts, labels) > 0.9
    assert model.predict_proba(np.array(texts[:3], dtype=object)).shape == (3, 2)


def test_what_was_learned_is_pickled(fitted):
    pictures, _labels = some_pictures(6, seed=2)
    expected = fitted.predict_proba(pictures)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(pictures), expected)
    np.testing.assert_array_equal(fitted.predict_proba(pictures), expected)


def test_the_same_seed_learns_the_same(fitted):
    assert clone(fitted).fit(*some_pictures(64)).weights_ == fitted.weights_
    other = of_pictures(random_state=2).fit(*some_pictures(64))
    assert other.weights_ != fitted.weights_


def test_parameters_and_further_options(scratch):
    model = of_pictures(options={"label_smoothing": 0.1})
    assert is_classifier(model) and model.get_params()["options"] == {"label_smoothing": 0.1}
    assert model.set_params(epochs=1).fit(*some_pictures(16)).n_iter_ == 1
    with pytest.raises(lince.UsageError, match="did you mean"):
        of_pictures(options={"label_smothing": 0.1}).fit(*some_pictures(16))


def test_before_fit_it_answers_nothing():
    for model in (of_pictures(), of_texts()):
        with pytest.raises(NotFittedError):
            model.predict(["x"])


def test_labels_of_every_kind(scratch):
    pictures, labels = some_pictures(24)
    for kinds in ([True, False], [1.0, -1.0], ["a/b", ".c"], ["A", "a"]):
        y = np.array(kinds)[(labels > 0).astype(int)]
        model = of_pictures(epochs=1).fit(pictures, y)
        assert set(model.predict(pictures)) <= set(kinds) and model.classes_.dtype == y.dtype


def test_what_cannot_be_learned_is_refused(scratch):
    pictures, labels = some_pictures(12)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        of_pictures().fit(pictures, labels[:-1])
    with pytest.raises(ValueError, match="class"):
        of_pictures().fit(pictures, np.zeros(12, int))
    with pytest.raises(lince.UsageError, match="expected an array"):
        of_pictures().fit(np.zeros((12, 5)), labels)
    with pytest.raises(lince.UsageError, match="uint8"):
        of_pictures().fit(pictures / 255, labels)
    with pytest.raises(ValueError, match="(?i)unknown label type"):
        of_pictures().fit(pictures, np.linspace(0, 1, 12))
    with pytest.raises(lince.UsageError, match="a list of them"):
        of_texts().fit("one text", ["a"])
    with pytest.raises(lince.UsageError, match="found int"):
        of_texts().fit([1, 2], ["a", "b"])


def test_cross_validation_search_and_pipeline(scratch):
    pictures, labels = some_pictures(36)
    assert cross_val_score(of_pictures(epochs=1), pictures, labels, cv=2).shape == (2,)
    texts, names = some_texts(40)
    search = GridSearchCV(of_texts(epochs=1), {"hidden": [4, 8]}, cv=2).fit(texts, names)
    assert search.best_params_["hidden"] in (4, 8) and len(search.predict(texts)) == 40
    lower = FunctionTransformer(lambda X: [x.lower() for x in X])
    assert make_pipeline(lower, of_texts(epochs=1)).fit(texts, names).predict(["GOOD"]).shape == (1,)


@pytest.mark.parametrize("estimator", [of_pictures(), of_texts()], ids=["pictures", "texts"])
def test_scikits_own_checks(scratch, estimator):
    """Those that apply to what takes no table of numbers; which they are, scikit-learn chooses by the tags."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        applied = [check for _model, check in estimator_checks.check_estimator(estimator, generate_only=True)] \
            if not hasattr(estimator_checks, "estimator_checks_generator") \
            else [check for _model, check in estimator_checks.estimator_checks_generator(estimator)]
        assert applied
        for check in applied:
            check(clone(estimator))


class OfRows(LinceImageClassifier):
    """One that takes scikit-learn's tables of numbers: a row becomes a picture, a column's values shades of grey between
    the least and the greatest that fit has seen. So checks run that are for tables alone."""

    def _options(self):
        return {**super()._options(), "image_size": 8, "fit": "squash"}

    def fit(self, X, y):
        X = np.asarray(X, float)
        self._low, self._high = X.min(axis=0), X.max(axis=0)
        return super().fit(self._shades(X), y)

    def _shades(self, X):
        span = np.where(self._high > self._low, self._high - self._low, 1)
        shades = np.clip((np.asarray(X, float) - self._low) / span * 255, 0, 255).astype(np.uint8)
        return np.repeat(shades[:, None, :], 4, axis=1)

    def predict_proba(self, X):
        self._model()
        return super().predict_proba(self._shades(X))


@pytest.mark.parametrize("name", [
    "check_no_attributes_set_in_init", "check_estimators_overwrite_params", "check_dont_overwrite_attributes",
    "check_estimators_fit_returns_self", "check_dict_unchanged", "check_fit_idempotent", "check_get_params_invariance",
    "check_set_params", "check_estimators_unfitted", "check_classifiers_classes", "check_estimator_get_tags_default_keys",
    "check_methods_subset_invariance", "check_methods_sample_order_invariance", "check_estimators_pickle",
])
def test_checks_for_tables(scratch, name):
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip("this version of scikit-learn has no such check")
    model = OfRows(epochs=4, batch_size=8, lr=3e-3, optimizer="adamw", threads=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check("OfRows", model)


def test_nothing_is_said_of_a_test_part_that_nobody_asked_for(scratch):
    with warnings.catch_warnings():
        warnings.simplefilter("error", lince.Warning)
        of_pictures(epochs=1).fit(*some_pictures(32))
