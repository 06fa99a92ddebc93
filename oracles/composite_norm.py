"""Bounds in the composite norm ``sqrt(|A|_1 |A|_inf)`` of Dong, Cordonnier and Loukas (2021), from the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oracles.self_attention import softmax

Rows = Sequence[Sequence[Any]]


def column_norm(mp: Any, matrix: Rows, widths: Sequence[Any]) -> Any:
    """The largest column sum of absolute values; row s stands for ``widths[s]`` equal rows."""
    columns = zip(*matrix, strict=True)
    return mp.maximum([mp.fsum(w * abs(x) for w, x in zip(widths, column, strict=True)) for column in columns])


def composite_norm(mp: Any, matrix: Rows, rows: Sequence[Any], columns: Sequence[Any]) -> Any:
    """The root of the product of the largest column and the largest row sum; entries stand for blocks of the given widths."""
    transposed = [list(column) for column in zip(*matrix, strict=True)]
    return mp.sqrt_of_squares(column_norm(mp, matrix, rows) * column_norm(mp, transposed, columns))


def separate_norm(mp: Any, matrices: Sequence[Rows], rows: Sequence[Any], columns: Sequence[Any]) -> Any:
    """The root of the largest column sum of all matrices times the largest row sum of all of them."""
    transposed = [[list(column) for column in zip(*matrix, strict=True)] for matrix in matrices]
    high = mp.maximum([column_norm(mp, matrix, rows) for matrix in matrices])
    wide = mp.maximum([column_norm(mp, matrix, columns) for matrix in transposed])
    return mp.sqrt_of_squares(high * wide)


def two_token_residual(mp: Any, first: Sequence[Any], second: Sequence[Any], widths: Sequence[Any]) -> Any:
    """The residual of two tokens, less their midpoint.

    No shift does better: in every column the two absolute values add up to at least their distance, and so do the row sums.
    """
    half = [(x - y) / 2 for x, y in zip(first, second, strict=True)]
    return composite_norm(mp, [half, [-x for x in half]], [1, 1], widths)


def grouped_heads(mp: Any, heads: Mapping[str, Any], k: int) -> dict[str, Any]:
    """One layer on two tokens: both softmax rows of every head, the two outputs, and the norms of all weights."""
    tokens = [heads["first"], heads["second"]]
    inputs, outputs, root = heads["input_width"], heads["output_width"], mp.sqrt(k)
    weighted = [[w * x for w, x in zip(inputs, token, strict=True)] for token in tokens]
    composites = [composite_norm(mp, value, inputs, outputs) for value in heads["value"]]
    keys = [column_norm(mp, key, inputs) for key in heads["key"]]
    products = [key * norm for key, norm in zip(keys, composites, strict=True)]
    total = [[mp.fsum(entries) for entries in zip(*rows, strict=True)] for rows in zip(*heads["value"], strict=True)]

    def after() -> Any:
        out = [[mp.mpf(0)] * len(outputs) for _ in tokens]
        for key, value in zip(heads["key"], heads["value"], strict=True):
            values = [_times(mp, token, value) for token in weighted]
            for i, query in enumerate(weighted):
                row = softmax(mp, [mp.fdot(_times(mp, query, key), other) / root for other in weighted])
                for j, share in enumerate(row):
                    out[i] = [x + share * y for x, y in zip(out[i], values[j], strict=True)]
        return two_token_residual(mp, *out, outputs)

    return {
        "residual": two_token_residual(mp, *tokens, inputs),
        "residual_after": after,
        "residual_mapped": lambda: abs(heads["slope"]) * after(),
        "slope": lambda: abs(heads["slope"]),
        "strength": mp.maximum(products),
        "separate_strength": lambda: mp.maximum(keys) * separate_norm(mp, heads["value"], inputs, outputs),
        "composite_of_sum": lambda: composite_norm(mp, total, inputs, outputs),
        "sum_of_composites": lambda: mp.fsum(composites),
    }


def _times(mp: Any, row: Sequence[Any], matrix: Rows) -> list[Any]:
    return [mp.fdot(row, column) for column in zip(*matrix, strict=True)]


# one output column -----------------------------------------------------------------------------------------------------


def column_residual(mp: Any, entries: Sequence[Any], counts: Sequence[Any]) -> Any:
    """The least composite norm of a column over its shifts; entry i occurs ``counts[i]`` times.

    The product of the sum and the largest of the distances is least at an entry or in the middle of the range: between
    two such places both factors fall, both rise, or one falls while the other rises, and then the product is concave.
    """
    middle = (mp.maximum(entries) + mp.minimum(entries)) / 2
    products = []
    for shift in [*entries, middle]:
        apart = [abs(entry - shift) for entry in entries]
        products.append(mp.fsum(n * x for n, x in zip(counts, apart, strict=True)) * mp.maximum(apart))
    return mp.sqrt_of_squares(mp.minimum(products))


def planted_head(mp: Any, head: Mapping[str, Any]) -> dict[str, Any]:
    """The planted head by its softmax rows, the equal weights of a row counted, not added up."""
    counts = [mp.mpf(1), head["diagonal"], head["idle"]]
    seen, own, size = mp.exp(head["seen"]), mp.exp(head["own"]), head["size"]
    weights = [
        [(1, seen), (counts[1], 1), (counts[2], 1)],
        [(1, seen), (1, own), (counts[1] - 1, 1), (counts[2], 1)],
        [(1, seen), (counts[1], 1), (counts[2], 1)],
    ]
    column = [size * seen / mp.fsum(count * weight for count, weight in row) for row in weights]
    return {
        "tokens": mp.fsum(counts),
        "residual": size,
        "strength": head["own"] / (size * size),
        "residual_after": column_residual(mp, column, counts),
    }


def drawn_head(mp: Any, head: Mapping[str, Any]) -> dict[str, Any]:
    """A head given by matrices: softmax rows from the definition, norms of the shifted tokens and of the weights."""
    X, key, value = head["tokens"], head["key"], head["value"]
    n, d = X.rows, X.cols
    logits = X * key * X.T
    carried = [mp.fdot([X[j, c] for c in range(d)], value) for j in range(n)]
    column = [mp.fdot(softmax(mp, [logits[i, j] for j in range(n)]), carried) for i in range(n)]
    rest = [[X[i, c] - head["shift"][c] for c in range(d)] for i in range(n)]
    return {
        "residual": composite_norm(mp, rest, [1] * n, [1] * d),
        "strength": column_norm(mp, key.tolist(), [1] * d) * composite_norm(mp, [[v] for v in value], [1] * d, [1]),
        "residual_after": column_residual(mp, column, [1] * n),
    }
