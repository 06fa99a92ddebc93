"""The oracles of pure attention: equality cases, the path sum, the numbers of the specification, float traps and seeded bugs."""

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from oracles import attention_paths, self_attention
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.loader import load
from tests.oracles.seeded import compared, subjects, with_bug

MP = Certifying(bits=192)
FOLDER = Path("claims/isometry")
SUBJECTS = {name: subject for name, subject in subjects("isometry").items() if name.startswith(("attn_", "ln_"))}


def claim(name):
    return load(FOLDER / f"{name}.py")[0]


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def matrix(rows):
    return MP.matrix([numbers(row) for row in rows])


def same(a, b):
    """Whether two numbers agree to within balls that are narrower than 1e-40."""
    return MP.eq(a, b) is not False and MP.radius(a) < 1e-40 and MP.radius(b) < 1e-40


def stack(tokens, key, value, heads=1, layers=1):
    """Equal heads and layers; weights are matrices with the given spectral norms."""
    (key, key_norm), (value, value_norm) = key, value
    return {
        "tokens": matrix(tokens),
        "key": [[matrix(key)] * heads] * layers,
        "value": [[matrix(value)] * heads] * layers,
        "key_norm": [numbers([key_norm]) * heads] * layers,
        "value_norm": [numbers([value_norm]) * heads] * layers,
    }


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluators_agree_with_the_oracles(name):
    """On random and corner instances every quantity of a claim or mutant is the oracle's, up to its rounding."""
    assert compared(SUBJECTS[name], seed=1).compared > 0


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("attn_softmax_perturb", "ratio"),
        ("attn_tanh_contraction_softmax", "distance"),
        ("attn_tanh_contraction", "diameter_after"),
        ("attn_collapse_repaired", "log_diameter_after"),
        ("attn_paths", "paths"),
        ("attn_paths", "constant"),
        ("attn_dong_single_printed", "residual_after"),
        ("attn_dong_multi_printed", "strength"),
        ("attn_skip_mlp_printed", "residual_mapped"),
        ("attn_skip_mlp", "log_lipschitz"),
        ("attn_skip_mlp_skip", "diameter_skip"),
        ("attn_ln_role_printed", "log_residual_after"),
        ("attn_ln_role", "second"),
        ("ln_geometry", "smoothed_square"),
        ("ln_jacobian", "jacobian"),
        ("ln_selectable", "margin"),
        ("ln_selectable_printed", "inner"),
    ],
)
def test_a_seeded_bug_is_caught(name, quantity):
    """One part in a million in one quantity of the oracle is a disagreement."""
    with pytest.raises(Disagreement):
        compared(with_bug(claim(name), quantity), instances=12)


@pytest.mark.parametrize("name", ["attn_dong_single", "attn_dong_multi", "attn_ln_role", "attn_skip_mlp", "ln_selectable"])
def test_printed_statements_are_violated_where_the_document_says(name):
    """Every replayed instance of a false statement is certified, and the corrected claim exists and expects to survive."""
    subject = claim(f"{name}_printed")
    assert [Judge(subject).rule(instance).outcome for instance in subject.replay] == ["violated"] * len(subject.replay)
    assert subject.replay
    assert claim(subject.corrected_by.split("/")[1]).expect == "survived"


@pytest.mark.parametrize("reach", [Fraction(1, 100), Fraction(1), Fraction(7)])
def test_two_mirrored_atoms_attain_the_hyperbolic_tangent(reach):
    """p = 1/(1 + e^{delta/2}) and a shift by delta have the total variation tanh(delta/4), which the other constants miss."""
    found = self_attention.tilted_row(MP, {"logits": numbers([-reach / 2, 0]), "shift": numbers([reach, 0])})
    assert same(found["distance"](), found["contraction"]())
    assert found["distance"]() > found["contraction_5"]()


def test_threshold_of_the_perturbation_lemma():
    """e^d <= 1 + 2d up to d = 1.25643..., so a rare raised token stays below at 1.256 and exceeds at 1.257."""
    found = {}
    for reach in (Fraction(1256, 1000), Fraction(1257, 1000)):
        row = {"logits": numbers([-40, 0]), "shift": numbers([reach, 0])}
        found[reach] = self_attention.tilted_row(MP, row)["ratio"]()[0] > 1 + 2 * MP.mpf(reach)
    assert list(found.values()) == [False, True]


@pytest.mark.parametrize("tokens", [3, 5])
def test_ratios_of_rows_lie_between_the_exponentials(tokens):
    """P_j / p_j is at most e^osc and at least e^-osc, and the masses of both rows add up to 1."""
    shift = [Fraction(j * j, 7) for j in range(tokens)]
    found = self_attention.tilted_row(MP, {"logits": numbers([1] * tokens), "shift": numbers(shift)})
    assert all(MP.exp(-found["oscillation"]) < ratio < MP.exp(found["oscillation"]) for ratio in found["ratio"]())
    assert same(MP.fsum(found["ratio"]()) / tokens, MP.mpf(1))


@pytest.mark.parametrize("k", [1, 2, 9])
def test_opposite_tokens_attain_the_contraction(k):
    """Tokens v and -v, W_QK = w I and W_V = c I: the diameter after one head is c tanh(w diam^2 / (4 sqrt d_qk)) diam."""
    pair = stack([[1, 2], [-1, -2]], ([[3, 0], [0, 3]], 3), ([[5, 0], [0, 5]], 5))
    found = self_attention.one_layer(MP, pair, k)
    assert same(found["diameter_after"](), found["value_norm"] * found["contraction"]() * found["diameter"])


def test_two_layers_compose():
    """For opposite tokens each of two layers of two heads multiplies v by 2 tanh(w |v|^2), exactly the recursion."""
    pair = stack([[1], [-1]], ([[Fraction(1, 8)]], Fraction(1, 8)), ([[1]], 1), heads=2, layers=2)
    size = MP.mpf(1)
    for _ in range(2):
        size = 2 * MP.tanh(size * size / 8) * size
    assert same(self_attention.collapse(MP, pair, 1)["log_diameter_after"](), MP.log(2 * size))


def test_maps_act_token_by_token():
    """slope * phi(x U + b): ReLU cuts a negative entry off, the absolute value turns it."""
    maps = {"turn": [MP.eye(2)], "shift": [numbers([1, -1])], "slope": numbers([-2])}
    X = matrix([[-3, 4]])
    found = {phi: self_attention.mapped(MP, X, {**maps, "activation": phi}, 0).tolist()[0] for phi in ("identity", "relu")}
    turned = self_attention.mapped(MP, X, {**maps, "activation": "absolute value"}, 0).tolist()[0]
    assert [found["identity"], found["relu"], turned] == [[4, -6], [0, -6], [-4, -6]]


def network(skip, heads=2, layers=2):
    """Two tokens in two dimensions whose weights do not commute, with rational attention."""
    weights = [[matrix([[1, h + 1], [a, 2]]) for h in range(heads)] for a in range(layers)]
    return {
        "tokens": matrix([[1, 0], [Fraction(1, 2), -1]]), "key": weights, "value": [row[::-1] for row in weights],
        "bias": [numbers([1, a]) for a in range(layers)], "kernel": "1 + logit^2", "skip": skip,
    }  # fmt: skip


@pytest.mark.parametrize("skip", [False, True])
def test_path_decomposition_in_rationals(skip):
    """The output is the path sum plus the shared row, exactly; paths of their own attention and reversed weights miss it."""
    for variant, holds in (("printed", True), ("reversed", False), ("separate", False)):
        found = attention_paths.path_sum(variant)(MP, network(skip))
        rests = [
            found["output"][i][c] - found["paths"]()[i][c] - found["constant"][c]
            for i, c in itertools.product(range(2), range(2))
        ]
        assert all(MP.is_exact(rest) for rest in rests)
        assert all(rest == 0 for rest in rests) is holds


@pytest.mark.parametrize(("skip", "counts"), [(True, [1, 6, 12, 8]), (False, [0, 0, 0, 8])])
def test_number_of_paths_through_each_number_of_heads(skip, counts):
    """With skip connections binom(3, l) 2^l words of heads pass through l heads; without, all of them through three."""
    found = attention_paths.path_sum()(MP, network(skip, heads=2, layers=3))
    assert found["through"] == found["counted"] == counts


def attention_instance(tokens, key, value, **sizes):
    """An instance of equal heads w I and c I."""
    (n, d), layers, heads = (len(tokens), len(tokens[0])), sizes.get("L", 1), sizes.get("H", 1)
    raw = {"stack.tokens": exact(tokens)}
    for kind, size in (("key", key), ("value", value)):
        raw[f"stack.{kind}"] = exact([[[size] * d] * heads] * layers)
        raw[f"stack.{kind}_turns"] = exact([[[[[0] * d] * d] * 2] * heads] * layers)
    return Instance({"N": n, "d": d, "k": 1, **sizes}, {}, raw)


@pytest.mark.parametrize("away", [0, 10**8, 2**60])
def test_common_components_are_no_counterexample(away):
    """Tokens with a large common component, whose differences float64 loses in the attention, still contract."""
    tokens = [[away + 1], [away - 1], [away]]
    assert Judge(claim("attn_tanh_contraction")).rule(attention_instance(tokens, Fraction(1, 64), 1)).outcome == "holds"


@pytest.mark.parametrize("weight", [Fraction(1, 1 << 20), Fraction(1, 64), Fraction(1 << 12)])
def test_deep_collapse_is_no_counterexample(weight):
    """Three layers with tiny weights, where the diameter is below 1e-80, and with saturated softmax."""
    instance = attention_instance([[1], [-1]], weight, 1, L=3, H=2)
    assert Judge(claim("attn_collapse_repaired")).rule(instance).outcome == "holds"


def test_equality_of_one_layer_is_a_tie():
    """Opposite tokens attain the contraction: balls shrink around an equality that they cannot decide."""
    assert Judge(claim("attn_tanh_contraction")).rule(attention_instance([[1], [-1]], 1, 1)).outcome == "tie"
