"""Table IV: inference."""

from reporting import paper
from reporting.blocks import column, missing, section, table
from reporting.estimates import LEVEL
from reporting.read.settings import HEADS


def build(material):
    if not material.inferences:
        return section("inference", "Inference", "", [
            missing("Table IV: no file of `switchyard bench inference --json` was given or could "
                    "be read.")])
    blocks = [_table(result, place) for place, result in enumerate(material.inferences)]
    return section("inference", "Inference", "", blocks)


def _table(result, place):
    data = result.data
    cuda = "cuda" in data["device"].lower()
    rows = [_row(head, "gpu" if cuda else "cpu") for head in data["heads"]]
    columns = [column("model"), column("weights"), column("parameters"),
               column("peak memory", 1, 1e-6, "MB"), column("a batch", 3, 1, "ms"),
               column("95th percentile", 3, 1, "ms"), column("images/s", 1),
               column("/ dense", 3), column("a batch, paper", 2, 1, "ms"),
               column("images/s, paper"), column("/ dense, paper", 3)]
    repeats = len(data["heads"][0]["host"]["times_ms"])
    notes = [f"{data['device']}; {data['ranks']} rank{'s' * (data['ranks'] != 1)}; full batches of "
             f"{data['settings']['batch']} images; width {data['settings'].get('width')}; n = "
             f"{repeats} passes a head. Median with its interval of {_coverage(data['heads'])} by "
             "order statistics. No seeds: the weights change the times only through the routing.",
             f"The paper's: {'an A100, batches of 256' if cuda else 'a CPU, batches of 32'}, "
             "width 64.", *paper.notes("inference")]
    return table("table-4" + (f"-{place + 1}" if place else ""), "Table IV. Inference", columns,
                 rows, [result.file], notes)


def _coverage(heads):
    covered = min(head["host"]["confidence"] for head in heads)
    return f"at least {100 * min(covered, LEVEL):.3g} %"


def _row(head, device):
    host = head["host"]
    published = paper.of_head(head["head"])
    theirs = published and published["inference"][device]
    ratio = head.get("relative_to_dense")
    return [HEADS.get(head["head"], head["head"]), head.get("weights"), head["parameters"],
            head.get("peak_bytes"),
            {"value": host["median_ms"], "interval": host["interval_ms"]}, host["p95_ms"],
            head.get("images_per_second"),
            ratio and {"value": ratio["median"], "interval": ratio["interval"]},
            theirs and theirs["ms"], theirs and theirs["images_per_second"],
            published and paper.time_over_dense(published, device)]
