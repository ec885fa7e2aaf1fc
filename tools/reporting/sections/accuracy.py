"""Table II: accuracies with their spread over seeds, and tests between models."""

from itertools import combinations

from reporting import paper
from reporting.blocks import (column, figure, mean_cell, missing, panel, percent, samples_of,
                              section, table)
from reporting.estimates import paired, share_interval, summary
from reporting.read import data_set

MEASURES = [("test", "test accuracy"), ("max_validation", "highest validation accuracy"),
            ("max_train", "highest training accuracy")]
TEXT = ("Of several seeds: the mean, its 95 % interval by Student's t, cut to [0, 100 %], and the "
        "standard deviation of single runs. Of one seed no spread over seeds is known; its "
        "interval, marked *, is that of the test images alone (Wilson), and says nothing of other "
        "seeds.")


def build(material):
    finished = finished_runs(material)
    if not finished:
        return section("accuracy", "Accuracy", "", [
            missing("Table II: no run has a summary.json (no training has finished).")])
    blocks = [_table(finished, material), _points(finished, material), _epochs(finished)]
    tests = [_paired(a, b, finished) for a, b in combinations(finished, 2)]
    if tests:
        blocks.append(_tests([row for row in tests if row], finished)
                      or missing("Paired tests: no two models share a seed."))
    return section("accuracy", "Accuracy", TEXT, blocks)


def finished_runs(material):
    """By model."""
    found = {label: [run for run in material.of(label) if run.summary] for label in material.labels}
    return {label: runs for label, runs in found.items() if runs}


def accuracies(runs, measure):
    return [run.summary[measure]["accuracy"] for run in runs]


def _table(finished, material):
    rows, notes = [], set()
    for label, runs in finished.items():
        row = [label, len(runs), ", ".join(str(run.seed) for run in runs)]
        for measure, _ in MEASURES:
            values = summary(accuracies(runs, measure), 0, 1)
            cell, note = (test_cell(runs, material) if measure == "test"
                          else (mean_cell(values), None))
            notes |= {note} - {None}
            row.append(cell)
            if measure != "max_train":
                row.append(values["deviation"])
        published = paper.of_head(runs[0].head)
        rows.append([*row, *(published and published[measure]["accuracy"]
                             for measure, _ in MEASURES)])
    columns = [column("model"), column("n"), column("seeds"), percent("test"),
               percent("deviation of test"), percent("validation, highest"),
               percent("deviation of validation"), percent("training, highest"),
               percent("test, paper"), percent("validation, paper"),
               percent("training, paper")]
    return table("table-2", "Table II. Accuracy", columns, rows, _sources(finished),
                 [*sorted(notes), "Test: of the checkpoint with the highest validation accuracy. "
                  "The paper's test accuracies are those of its artefacts, not in its Table II."])


def test_cell(runs, material):
    """Test accuracy: the mean with its interval, of one run with that of its test images, and then
    a note."""
    cell = mean_cell(summary(accuracies(runs, "test"), 0, 1))
    if len(runs) > 1:
        return cell, None
    images, note = test_images(runs[0], material)
    return {**cell, "interval": images and share_interval(cell["value"], images),
            "mark": images and "*"}, note


def test_images(run, material):
    """How many there were, and a note: from a routing analysis of a run on the same data, or from
    the data's folder."""
    for routing in material.routings:
        if routing.run and routing.data["split"] == "test" and \
                routing.run.settings.get("data") == run.settings.get("data"):
            return routing.data["samples"], f"* On {routing.data['samples']} test images."
    images = data_set.test_images(run.settings)
    if images:
        return images, f"* On {images} test images."
    return None, "The number of test images is not known, so that one seed has no interval."


def _points(finished, material):
    panels = []
    for measure, name in MEASURES:
        lines = []
        for place, (label, runs) in enumerate(finished.items()):
            style = material.labels.index(label)
            values = accuracies(runs, measure)
            spread = summary(values, 0, 1)["interval"]
            lines.append({"label": label, "style": style, "points": True, "hollow": True,
                          "x": [place - 0.12] * len(values), "y": values})
            if spread:
                lines.append({"label": f"{label}: mean, 95 %", "style": style, "points": True,
                              "x": [place + 0.12], "y": [summary(values)["mean"]],
                              "low": spread[:1], "high": spread[1:]})
        panels.append(panel(f"accuracy-{measure.replace('_', '-')}", "lines", name.capitalize(),
                            _sample(finished), {
            "x": {"label": "model", "names": list(finished)},
            "y": {"label": name, "unit": "%", "scale": 100}, "lines": lines}))
    return figure("accuracy-points", "Accuracy of every seed", panels, _sources(finished),
                  ["Hollow: single runs. Filled: mean with its 95 % interval."])


def _epochs(finished):
    rows = []
    for label, runs in finished.items():
        published = paper.of_head(runs[0].head)
        rows.append([label, len(runs), *(summary([run.summary[m]["epochs_to_threshold"]
                                                  for run in runs])["mean"]
                                         for m in ("max_validation", "max_train")),
                     *(published and published[m]["epoch"]
                       for m in ("max_validation", "max_train"))])
    columns = [column("model"), column("n"), column("validation", 1), column("training", 1),
               column("validation, paper"), column("training, paper")]
    return table("epochs-to-threshold", "Epoch of the highest accuracy (mean over seeds)", columns,
                 rows, _sources(finished))


def _paired(first, second, finished):
    by_seed = [{run.seed: run.summary["test"]["accuracy"] for run in finished[label]}
               for label in (first, second)]
    seeds = sorted(by_seed[0].keys() & by_seed[1].keys())
    if not seeds:
        return None
    result = paired(*([accuracy[seed] for seed in seeds] for accuracy in by_seed))
    return [f"{second} \u2212 {first}", len(seeds), ", ".join(map(str, seeds)),
            mean_cell(result), result["p_t"], result["p_sign_flip"]]


def _tests(rows, finished):
    if not rows:
        return None
    columns = [column("difference of test accuracy"), column("n"), column("seeds"),
               column("mean", 2, 100, "points"), column("p, paired t", "2g"),
               column("p, sign flips", "2g")]
    return table("paired-tests", "Paired tests between models", columns, rows,
                 _sources(finished),
                 ["Pairs are runs of the same seed; the interval is a 95 % t interval of the mean "
                  "difference. One pair has no test. Of n pairs the exact sign-flip test (two "
                  "sides) has no p below 2 / 2^n, so that fewer than 6 cannot reach 0.05."
                  + (f" p values are not corrected for there being {len(rows)} pairs of models."
                     if len(rows) > 1 else "")])


def _sample(finished):
    return samples_of((label, [run.seed for run in runs]) for label, runs in finished.items())


def _sources(finished):
    return [run.folder / "summary.json" for runs in finished.values() for run in runs]
