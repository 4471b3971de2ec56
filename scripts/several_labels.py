#!/usr/bin/env python3
"""Every number of `lince eval --json` of a model of several labels against scikit-learn's, to the last printed digit, and
the report against classification_report, to the letter.

    scripts/several_labels.py EVAL.json PREDICTIONS.csv [REPORT.txt]

EVAL.json is what `lince eval --json --predictions PREDICTIONS.csv` prints, REPORT.txt what it prints without --json.
Exit status 77: scikit-learn is
missing.
"""

import csv
import json
import sys

try:
    import numpy as np
    from sklearn import metrics
except ImportError:
    print("skipped: there is no scikit-learn")
    sys.exit(77)

wrong = 0


def digits(value):
    return "%.9g" % value


def check(name, found, wanted):
    global wrong
    if digits(found) != digits(wanted):
        print(f"{name}: lince {digits(found)}, scikit-learn {digits(wanted)}")
        wrong += 1


def check_scores(name, found, true, answered, average):
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(true, answered, average=average, zero_division=0)
    for key, value in (("precision", precision), ("recall", recall), ("f1-score", f1)):
        check(f"{name} {key}", found[key], value)
    check(f"{name} support", found["support"], true.sum())


def main():
    evaluation = json.load(open(sys.argv[1]))
    rows = list(csv.DictReader(open(sys.argv[2], newline="")))
    classes = evaluation["classes"]
    sets = lambda key: np.array([[c in row[key].split("|") for c in classes] for row in rows], dtype=int)
    true, answered = sets("true"), sets("predicted")
    probability = np.array([[float(row[c]) for c in classes] for row in rows])
    thresholds = np.array([evaluation["thresholds"][c] for c in classes])
    clear = np.abs(probability - thresholds) > 1e-6
    if ((probability >= thresholds) != answered)[clear].any():
        print("what is answered is not what reaches its threshold")
        return 1
    check("n", evaluation["n"], len(rows))
    check("accuracy", evaluation["accuracy"], metrics.accuracy_score(true, answered))
    check("hamming_loss", evaluation["hamming_loss"], metrics.hamming_loss(true, answered))
    for average in ("micro", "macro", "weighted", "samples"):
        check_scores(f"{average} avg", evaluation[f"{average} avg"], true, answered, average)
    matrices = metrics.multilabel_confusion_matrix(true, answered)
    each = metrics.precision_recall_fscore_support(true, answered, average=None, zero_division=0)
    for c, name in enumerate(classes):
        for key, values in zip(("precision", "recall", "f1-score", "support"), each):
            check(f"{name} {key}", evaluation["per_class"][name][key], values[c])
        for found, wanted in zip(np.ravel(evaluation["multilabel_confusion_matrix"][c]), matrices[c].ravel()):
            check(f"{name} confusion", found, wanted)
        if not true[:, c].any():
            if evaluation["average precision"][name] is not None:
                print(f"{name}: an average precision without a sample")
                return 1
            continue
        check(f"{name} average precision", evaluation["average precision"][name],
              metrics.average_precision_score(true[:, c], probability[:, c]))
        if not true[:, c].all():
            check(f"{name} roc auc", evaluation["roc auc"][name], metrics.roc_auc_score(true[:, c], probability[:, c]))
    there = [c for c in range(len(classes)) if true[:, c].any()]
    check("mean average precision", evaluation["average precision"]["macro avg"],
          metrics.average_precision_score(true[:, there], probability[:, there], average="macro"))
    if evaluation.get("criterion", {"name": "binary-cross-entropy"})["name"] == "binary-cross-entropy":
        log_loss = np.mean([metrics.log_loss(true[:, c], probability[:, c], labels=[0, 1]) for c in range(len(classes))])
        if abs(log_loss - evaluation["loss"]) > 1e-4 * max(1, log_loss):
            print(f"loss: lince {evaluation['loss']}, scikit-learn {log_loss}")
            return 1
    if len(sys.argv) > 3:
        report = metrics.classification_report(true, answered, target_names=classes, zero_division=0)
        if not open(sys.argv[3]).read().startswith(report):
            print("the report is not classification_report's")
            return 1
    print(f"{len(rows)} samples, {len(classes)} classes: equal but for {wrong} numbers")
    return wrong > 0


sys.exit(main())
