"""Compares the table `summary` of a run with what numpy makes of its table `sequences`, and merged summaries with whole ones.

    pip install pyarrow numpy
    python benchmarks/corpus/check_summary.py make --model headlight-demo/model --output corpus --rows 100000
    python benchmarks/corpus/check_summary.py check RESULTS
    python benchmarks/corpus/check_summary.py equal WHOLE_RESULTS MERGED_RESULTS

`make` writes corpus/whole (eight files) and its halves, corpus/half-1 and corpus/half-2 (four of the files each).
`check` and `equal` print what they found and end with 1 if something differs.
"""

import argparse
import collections
import glob
import json
import math
import os
import re
import shutil
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FILES = 8
QUANTILES = {"p05": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
KEYS = ["subset", "attention", "layer", "head", "statistic"]
RELATIVE = 1e-6  # of mean and stddev; count, min, max and highest have to be equal
EXACT_QUANTILES = 512  # values
LEAST_NORMAL = 2.0**-126  # smaller floats have fewer digits
LEAST_BIN = 2.0**-134
LEAST_EXAMPLE_TOKENS = 8


# make

def words(generator, kind, count, first, vocabulary):
    """Token ids; of the kinds of sequences one is much like text, the others show what heads do with copies."""
    every = np.arange(first, vocabulary)
    if kind == "repeated":
        period = generator.integers(3, max(4, count // 2))
        return np.resize(generator.choice(every, period), count)
    if kind == "random":
        return generator.choice(every, count, replace=count > len(every))
    weights = 1 / (np.arange(len(every)) + 2.7)  # Zipf and Mandelbrot
    ids = generator.choice(every, count, p=weights / weights.sum())
    if count > 20:  # a name or a phrase comes again
        length = generator.integers(2, count // 5)
        start, again = generator.integers(0, count // 2 - length), generator.integers(count // 2, count - length)
        ids[again : again + length] = ids[start : start + length]
    return ids


def sequence(generator, number, options, config):
    """Label and ids. Some labels are rare, so that there are subsets with few values; some rows have none."""
    if number % 333 == 1:
        label, count = "single", 1
    elif number % 125 == 2:
        label, count = "short", int(generator.integers(2, 10))
    else:
        label = str(generator.choice(["text", "repeated", "random"], p=[0.5, 0.3, 0.2]))
        count = int(np.clip(48 * math.exp(0.8 * generator.standard_normal()), 10, options.most_tokens))
    first = [] if config.get("bos_token_id") is None else [config["bos_token_id"]]
    ids = words(generator, label, count - len(first), options.first_word, config["vocab_size"])
    return (None if number % 1000 == 3 else label), first + ids.tolist()


def make(options):
    with open(os.path.join(options.model, "config.json")) as file:
        config = json.load(file)
    generator = np.random.default_rng(options.seed)
    whole = os.path.join(options.output, "whole")
    os.makedirs(whole)
    tokens = 0
    for part, numbers in enumerate(np.array_split(np.arange(options.rows), FILES)):
        rows = [sequence(generator, number, options, config) for number in numbers]
        tokens += sum(len(ids) for _, ids in rows)
        table = pa.table({
            "id": [f"sequence-{number:07d}" for number in numbers],
            "label": pa.array([label for label, _ in rows], pa.string()),
            "input_ids": pa.array([ids for _, ids in rows], pa.list_(pa.int32())),
        })
        name = os.path.join(whole, f"part-{part}.parquet")
        pq.write_table(table, name)
        half = os.path.join(options.output, f"half-{1 + 2 * part // FILES}")
        os.makedirs(half, exist_ok=True)
        shutil.copy(name, half)
    print(f"{options.rows:,} sequences of {tokens:,} tokens in {whole}")
    return True


# check

def files(results, table):
    found = sorted(glob.glob(os.path.join(results, table, "*.parquet")))
    if not found:
        sys.exit(f"{results}: expected a table {table}, found no Parquet files")
    return found


def read(results, table, columns=None):
    return pa.concat_tables(pq.read_table(name, columns=columns) for name in files(results, table))


def columns_of(results, array):
    """Path of each column of an array of structs, by name."""
    schema = pq.ParquetFile(files(results, "sequences")[0]).schema
    paths = [schema.column(i).path for i in range(len(schema))]
    return {path.split(".")[-1]: path for path in paths if path.startswith(array + ".")}


def values_of(results, array, paths, statistic):
    """Values of a statistic and numbers of their rows, by attention, layer and head; undefined ones are left out."""
    keys = [key for key in ("attention", "layer", "head") if key in paths]
    found = collections.defaultdict(list)
    before = 0
    for name in files(results, "sequences"):
        for batch in pq.ParquetFile(name).iter_batches(8192, columns=[paths[c] for c in [*keys, statistic]]):
            structs = batch.column(0)
            rows = before + pc.list_parent_indices(structs).to_numpy()
            before += len(structs)
            structs = structs.flatten()
            values = structs.field(statistic).to_numpy(zero_copy_only=False)
            key_table = pa.table({key: structs.field(key) for key in keys})
            places = key_table.group_by(keys).aggregate([]).to_pylist()
            for place in places:
                here = ~np.isnan(values)
                for key in keys:
                    here &= pc.equal(key_table[key], place[key]).to_numpy()
                found[place["attention"], place["layer"], place.get("head")].append((values[here], rows[here]))
    return {key: tuple(np.concatenate(part) for part in zip(*parts)) for key, parts in found.items()}


def expected(values):
    """Of values as they are, in float64: sums are rounded once, deviations are taken from the mean."""
    values = np.sort(values.astype(np.float64))
    count = len(values)
    row = dict.fromkeys(["mean", "stddev", "min", "max", *QUANTILES])
    row["count"] = count
    if count > 0:
        row["mean"] = math.fsum(values.tolist()) / count
        row["min"], row["max"] = values[0], values[-1]
        for name, percent in QUANTILES.items():
            row[name] = values[-(-percent * count // 100) - 1]
    if count > 1:
        row["stddev"] = math.sqrt(math.fsum(((values - row["mean"]) ** 2).tolist()) / (count - 1))
    return row


def expected_highest(values, rows, ids, examples):
    values, rows = values[examples[rows]], rows[examples[rows]]
    if len(values) > 3:
        most = values >= np.partition(values, -3)[-3]
        values, rows = values[most], rows[most]
    order = sorted((-float(value), ids[row].as_py()) for value, row in zip(values, rows))[:3]
    return [{"id": name, "value": -value} for value, name in order]


def limit(column, value, count):
    """How far a number of the summary may be from the value expected."""
    if column in ("mean", "stddev"):
        return RELATIVE * abs(value)
    if column in QUANTILES and count > EXACT_QUANTILES:
        return LEAST_BIN if 0 < abs(value) < LEAST_NORMAL else abs(value) / 256
    return 0.0


class Comparison:
    def __init__(self):
        self.rows = self.exact = self.failures = 0
        self.worst = collections.defaultdict(float)

    def fail(self, key, message):
        self.failures += 1
        if self.failures <= 20:
            print("differs:", dict(zip(KEYS, key)), message)

    def compare(self, key, row, want):
        self.rows += 1
        self.exact += want["count"] <= EXACT_QUANTILES
        for column, value in want.items():
            found = row[column]
            if value is None or found is None or column == "highest":
                if value != found:
                    self.fail(key, f"{column}: expected {value}, found {found}")
                continue
            difference = abs(found - value)
            if not difference <= limit(column, value, want["count"]):
                self.fail(key, f"{column}: expected {value}, found {found}")
            if value != 0:
                self.worst[column] = max(self.worst[column], difference / abs(value))


def keyed(table, results):
    rows = {tuple(row[key] for key in KEYS): row for row in table.to_pylist()}
    if len(rows) != table.num_rows:
        sys.exit(f"{results}: expected one row for each of {KEYS}, found some twice")
    return rows


def subset_of(text):
    """A null is the subset null; text that reads null is in quotes, and in further ones if it is already."""
    if text is None:
        return "null"
    return f'"{text}"' if re.fullmatch('("*)null\\1', text) else text


def check(options):
    results = options.results
    with open(os.path.join(results, "run.json")) as file:
        configuration = json.load(file)["configuration"]
    by = configuration["summary-by"]
    sequences = read(results, "sequences", ["id", "n_tokens"] + ([by] if by else []))
    ids, tokens = sequences["id"], sequences["n_tokens"].to_numpy()
    examples = (tokens >= LEAST_EXAMPLE_TOKENS) & (tokens <= configuration["max-attention-tokens"])
    subsets = {None: None}
    if by:
        texts = np.array([subset_of(text) for text in sequences[by].cast(pa.string()).to_pylist()])
        subsets.update({str(text): texts == text for text in np.unique(texts)})
    summary = keyed(read(results, "summary"), results)
    comparison = Comparison()
    for array in ("attention_statistics", "layer_statistics"):
        paths = columns_of(results, array)
        for statistic in [name for name in paths if name not in KEYS]:
            for place, (values, rows) in values_of(results, array, paths, statistic).items():
                for subset, member in subsets.items():
                    inside = slice(None) if member is None else member[rows]
                    key = (subset, *place, statistic)
                    want = expected(values[inside])
                    want["highest"] = expected_highest(values[inside], rows[inside], ids, examples)
                    if key in summary:
                        comparison.compare(key, summary.pop(key), want)
                    else:
                        comparison.fail(key, "not in the summary")
    for key in summary:
        comparison.fail(key, "in the summary, but there are no such values")
    groups = f"; by {by}: {', '.join(list(subsets)[1:])}" if by else ""
    print(f"{len(ids):,} sequences of {int(tokens.sum()):,} tokens{groups}")
    print(f"{comparison.rows:,} rows of the summary compared, {comparison.exact:,} of up to {EXACT_QUANTILES} values")
    for column in ["count", "mean", "stddev", "min", *QUANTILES, "max"]:
        print(f"  {column:6s} worst relative difference {comparison.worst[column]:.2g}")
    print(f"{comparison.failures:,} differences over the limits")
    return comparison.failures == 0


# equal

def equal(options):
    """To the bit: repr tells 0 from -0 and has all digits of a number; arrays and bytes are compared as they are."""
    tables = [read(results, "summary") for results in (options.whole, options.merged)]
    if tables[0].schema.names != tables[1].schema.names:
        print("columns differ:", tables[0].schema.names, tables[1].schema.names)
        return False
    whole, merged = keyed(tables[0], options.whole), keyed(tables[1], options.merged)
    if whole.keys() != merged.keys():
        print(f"{len(whole.keys() - merged.keys())} rows are only in the first, {len(merged.keys() - whole.keys())} in the second")
        return False
    same = True
    for column in tables[0].schema.names:
        differing = [key for key in whole if repr(whole[key][column]) != repr(merged[key][column])]
        if differing:
            same = False
            print(f"{column}: {len(differing)} rows differ, such as {dict(zip(KEYS, differing[0]))}")
    print(f"{len(whole):,} rows, {len(tables[0].schema.names)} columns: {'equal to the bit' if same else 'not equal'}")
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("make")
    command.add_argument("--model", required=True, help="folder with the config.json that has the vocabulary")
    command.add_argument("--output", required=True)
    command.add_argument("--rows", type=int, default=100_000)
    command.add_argument("--most-tokens", type=int, default=600)
    command.add_argument("--first-word", type=int, default=2, help="the first token id that is not a special one")
    command.add_argument("--seed", type=int, default=1949)
    command.set_defaults(run=make)
    command = commands.add_parser("check")
    command.add_argument("results", help="output folder of a run")
    command.set_defaults(run=check)
    command = commands.add_parser("equal")
    command.add_argument("whole")
    command.add_argument("merged")
    command.set_defaults(run=equal)
    options = parser.parse_args()
    sys.exit(0 if options.run(options) else 1)


if __name__ == "__main__":
    main()
