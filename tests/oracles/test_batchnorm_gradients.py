"""Gradients: bounds against real networks, width two against autograd, and what explodes with other weights."""

import math
from fractions import Fraction

import pytest
import torch

from oracles import batchnorm_gradient_means, batchnorm_gradients, batchnorm_plane
from refute.arithmetic import Certifying
from refute.evidence import EProcess
from refute.inputs import Sampler
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.namespace import namespace
from strategies import batchnorm
from strategies.laws import haar
from tests.oracles.seeded import subjects

MP = Certifying(bits=128)
XP = namespace("torch")
SUBJECTS = subjects("batchnorm")
DRAWS = 100_000


def rotations(layers, d, draws=DRAWS, seed=11):
    source, sizes = haar("L", "d", "d"), {"L": layers, "d": d}
    return source.tensor(XP, source.sample(Sampler(seed), "haar", draws, sizes, {}), sizes, {})


def log_gradients(X, W, layer, row_sum=False):
    """``log |grad|`` with respect to one layer for the loss ``(X_L)_11``, ``(draws,)``."""
    draws = W.shape[0]
    G = torch.zeros(draws, X.shape[0], X.shape[1], dtype=torch.float64)
    G[:, 0, 0] = 1
    states, norms = batchnorm.forward(XP, X.expand(draws, *X.shape), W)
    return batchnorm.log_norm(XP, batchnorm.gradients(XP, states[layer:], norms[layer:], W[:, layer:], G)[0])


def bound(d, phi):
    K = 1.63 * d**2 * (1 + d * phi)
    return 0.5 * math.log(d) + 0.5 * (d * phi * (K + 1) + math.sqrt(2 * d * phi) * (2 * K + 1))


@pytest.mark.parametrize(("d", "layers"), [(2, 100), (4, 100), (8, 60)])
def test_gradients_stay_bounded_at_depth(d, layers):
    """With rotations every log-norm in a hundred layers of 500 networks is far below the bound in the mean."""
    a = torch.arange(1, d + 1, dtype=torch.float64)
    lam = d * a / a.sum()
    phi = float(-lam.log().mean())
    W = rotations(layers, d, draws=500)
    for layer in (0, layers // 2, layers - 1):
        logs = log_gradients(torch.diag(lam.sqrt()), W, layer)
        assert float(logs.mean()) < bound(d, phi) / 2
        assert float(logs.max()) < bound(d, phi)


def refuted_mean(values, largest):
    """Whether a betting process on non-negative values refutes at level 1e-9 that their mean is at most ``largest``."""
    process = EProcess(alpha=1e-9)
    process.bet((values.clamp(min=0) / largest).tolist())
    return process.refutes


def test_gaussian_weights_explode():
    """In width 8 with Gaussian weights and an orthogonal input the mean log-norm in layer 60 of 120 exceeds (1/2) log 8."""
    W = torch.randn(1500, 120, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64) / math.sqrt(8)
    identity = torch.eye(8, dtype=torch.float64)
    logs = log_gradients(identity, W, 60)
    assert refuted_mean(logs, bound(8, 0.0))
    assert float(logs.mean()) == pytest.approx(2.20, abs=0.35)
    assert not refuted_mean(log_gradients(identity, rotations(120, 8, draws=500), 60), bound(8, 0.0))


def test_rank_deficient_inputs_explode():
    """In width 6 with rows e_1, e_2, e_3, e_1, e_2, e_3 the mean log-norm grows linearly with the depth."""
    rows = torch.eye(3, dtype=torch.float64).repeat(2, 1)
    means = []
    for layers in (60, 120):
        logs = log_gradients(rows, rotations(layers, 6, draws=1500), 0)
        assert refuted_mean(logs, bound(6, 0.0))
        means.append(float(logs.mean()))
    assert means == [pytest.approx(4.17, abs=0.4), pytest.approx(7.89, abs=0.6)]


@pytest.mark.parametrize("d", [2, 3, 5])
def test_mean_log_gradient_at_isotropy(d):
    """For one layer on the identity the lower bound is the mean: (psi((d-1)/2) - psi(d/2))/2, within five standard errors."""
    logs = log_gradients(torch.eye(d, dtype=torch.float64), rotations(1, d), 0)
    expected = MP.to_float(batchnorm_gradient_means.mean_log_gradient_below(MP, [MP.mpf(1)] * d))
    assert abs(float(logs.mean()) - expected) < 5 * float(logs.std()) / math.sqrt(DRAWS)


@pytest.mark.parametrize("a", [(1, 2), (1, 2, 4), (5, 5, 4, 4)])
def test_enclosures_contain_the_mean(a):
    """The positive part's mean and the lower bound, against a hundred thousand networks of one and three layers."""
    d = len(a)
    lam = d * torch.tensor(a, dtype=torch.float64) / sum(a)
    G = MP.matrix([[int(i == j == 0) for j in range(d)] for i in range(d)])
    values = [MP.mpf(value) for value in a]
    for layers in (1, 3):
        logs = log_gradients(torch.diag(lam.sqrt()), rotations(layers, d), 0)
        excess = logs.clamp(min=0)
        low, high = MP.bounds(batchnorm_gradient_means.layer_gradient_mean(MP, values, G, layers, 0)["excess"])
        error = 5 * float(excess.std()) / math.sqrt(DRAWS) + 1e-12
        assert float(low) - error <= float(excess.mean()) <= float(high) + error
        if layers == 1:
            assert MP.to_float(batchnorm_gradient_means.mean_log_gradient_below(MP, values)) <= float(logs.mean()) + error


@pytest.mark.parametrize("d", [9, 12])
def test_one_layer_with_gaussian_weights(d):
    """The enclosure of E log|grad| for equal rows of G contains the mean over Gaussian layers, and is above log M."""
    G = torch.ones(d, d, dtype=torch.float64)
    W = torch.randn(DRAWS // 4, 1, d, d, generator=torch.Generator().manual_seed(5), dtype=torch.float64) / math.sqrt(d)
    states, norms = batchnorm.forward(XP, torch.eye(d, dtype=torch.float64).expand(DRAWS // 4, d, d), W)
    logs = batchnorm.log_norm(XP, batchnorm.gradients(XP, states, norms, W, G.expand(DRAWS // 4, d, d))[0])
    found = batchnorm_gradient_means.gaussian_gradient_mean(MP, [MP.mpf(1)] * d, exactly(G), 1, 0)
    low, high = MP.bounds(found["log_gradient"])
    error = 5 * float(logs.std()) / math.sqrt(DRAWS // 4)
    assert math.log(d) < float(low) < float(logs.mean()) + error
    assert float(logs.mean()) - error < float(high)


@pytest.mark.parametrize(("rank", "d", "rows"), [(3, 6, 1), (2, 6, 1), (3, 5, 5)])
def test_one_layer_without_rank(rank, d, rows):
    """The enclosure of E log|grad| for a flat input of lower rank contains the mean over rotations; one row makes its low end the mean."""
    G = torch.zeros(d, d, dtype=torch.float64)
    G[:rows, 0] = 1
    lam = torch.tensor([d / rank] * rank + [0.0] * (d - rank), dtype=torch.float64)
    W = rotations(1, d)
    states, norms = batchnorm.forward(XP, torch.diag(lam.sqrt()).expand(DRAWS, d, d), W)
    logs = batchnorm.log_norm(XP, batchnorm.gradients(XP, states, norms, W, G.expand(DRAWS, d, d))[0])
    a = [MP.mpf(int(i < rank)) for i in range(d)]
    low, high = MP.bounds(batchnorm_gradient_means.degenerate_gradient_mean(MP, a, exactly(G), 1, 0)["log_gradient"])
    error = 5 * float(logs.std()) / math.sqrt(DRAWS)
    assert float(low) - error < float(logs.mean()) < float(high) + error
    assert rows > 1 or abs(float(low) - float(logs.mean())) < error


def test_the_decay_matters_for_the_mean_bound():
    """At d = 3, L = 40 the bound holds near isotropy by the decay of the inverse's trace; with every gap at its first it would not."""
    a, G = [MP.mpf(value) for value in (100, 100, 101)], exactly(torch.ones(3, 3))
    found = batchnorm_gradient_means.layer_gradient_mean(MP, a, G, 40, 0)
    s = 3 * MP.to_float(found["phi"])
    largest = bound(3, s / 3) - math.log(3) / 2 + math.sqrt(2 * s) / 2
    assert float(MP.bounds(found["excess"])[1]) < largest < math.sqrt(2 * s) / 2 + 40 * (s + math.sqrt(2 * s)) / 2


def test_jacobian_of_a_known_spectrum():
    """lambda = (1.2, 0.8): -1/2 log lambda_min is 0.1116, and s/2 is 0.0204."""
    X = MP.matrix([[MP.sqrt(MP.mpf("1.2")), 0], [0, MP.sqrt(MP.mpf("0.8"))]])
    found = batchnorm_gradients.jacobian(MP, X, MP.eye(2))
    assert MP.to_float(-found["log_smallest"]() / 2) == pytest.approx(0.1116, abs=1e-4)
    assert MP.to_float(found["excess"] / 2) == pytest.approx(0.0204, abs=1e-4)
    assert MP.to_float(found["log_jacobian"]()) == pytest.approx(0.1116, abs=1e-4)


def test_jacobian_is_that_of_autograd():
    """The spectral norm of the whole Jacobian of BN, by torch, is the inverse of the shortest row."""
    Y = torch.tensor([[1.0, 2.0, 2.0], [0.0, 1.0, 0.5], [3.0, 0.0, 1.0]], dtype=torch.float64)
    full = torch.autograd.functional.jacobian(lambda y: torch.nn.functional.normalize(y, dim=1), Y).reshape(9, 9)
    assert float(torch.linalg.matrix_norm(full, 2)) == pytest.approx(1 / float(Y.norm(dim=1).min()), rel=1e-12)


def test_pathwise_bound_at_the_equality_case():
    """For X = diag(3, 2), W = I and the gradient e_2 e_1^T both sides of the pathwise bound are 3/2."""
    X, G = exactly(torch.tensor([[3, 0], [0, 2]])), exactly(torch.tensor([[0, 0], [1, 0]]))
    found = batchnorm_gradients.pathwise_gradient(MP, X, [MP.eye(2)], G)
    sides = found["log_gradient"][0], found["log_loss"] + found["log_operator"][0] + found["log_shrink"][0]
    for side in sides:
        assert MP.to_float(side) == pytest.approx(math.log(1.5), abs=1e-15)


def test_gradients_are_those_of_autograd():
    """Directional derivatives give the norms that torch's reverse mode gives, at every layer."""
    torch.manual_seed(1)
    X, G = torch.randint(-4, 5, (2, 3, 3), dtype=torch.float64)
    W = torch.randint(-4, 5, (3, 3, 3), dtype=torch.float64).requires_grad_()
    state = X
    for weight in W:
        state = torch.nn.functional.normalize(weight @ state, dim=1)
    (gradient,) = torch.autograd.grad((G * state).sum(), W)
    found = batchnorm_gradients.pathwise_gradient(MP, exactly(X), [exactly(weight) for weight in W.detach()], exactly(G))
    for layer in range(3):
        assert MP.to_float(found["log_gradient"][layer]) == pytest.approx(float(gradient[layer].norm().log()), abs=1e-12)


def exactly(tensor):
    """The matrix of an integral tensor in exact arithmetic."""
    return MP.matrix([[int(x) for x in row] for row in tensor.tolist()])


@pytest.mark.parametrize("u", ["1/100", 1, 400])
def test_one_layer_of_the_angle(u):
    """Jensen's formula, and 2 phi_0 - 2 E phi_1 - log 2, agree and are the mean over real rotations."""
    angle = math.atan(1 / math.sqrt(float(Fraction(u))))
    X = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
    states, _ = batchnorm.forward(XP, X.expand(DRAWS, 2, 2), rotations(1, 2))
    logs = batchnorm.angle_derivatives(XP, states, rotations(1, 2))[:, 0].log()
    sine = 1 / math.sqrt(1 + float(Fraction(u)))
    assert abs(float(logs.mean()) - (math.log(2) - 2 * math.log(1 + sine))) < 5 * float(logs.std()) / math.sqrt(DRAWS)
    W = torch.randn(DRAWS, 1, 2, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    logs = batchnorm.angle_derivatives(XP, [X.expand(DRAWS, 2, 2)], W)[:, 0].log()
    assert abs(float(logs.mean()) + 2 * math.log(1 + sine)) < 5 * float(logs.std()) / math.sqrt(DRAWS)


def test_two_layers_of_the_angle():
    """The quadrature over the first rotation agrees with the contour integral, as balls."""
    X = MP.matrix([[1, 0], ["3/5", "4/5"]])
    for layers in (1, 2):
        found = batchnorm_plane.plane_log_derivative_mean(MP, X, layers)
        other = 2 * found["phi"]() - 2 * found["phi_last"] - layers * MP.log(2)
        assert MP.eq(found["log_derivative"], other) is None


def test_one_layer_of_the_angle_is_decided_in_rationals():
    """The rows (1, 0), (3/5, 4/5) and the rotation (5/13, 12/13): equality, not a tie."""
    claim = SUBJECTS["grad_d2_exact"]
    instance = Instance({"d": 2, "L": 1}, raw={"X": exact([[1], [3]]), "W": exact([[[0, 0], [Fraction(2, 3), 0]]])})
    assert Judge(claim).rule(instance).outcome == "holds"


def test_cross_entropy_of_a_wrong_class():
    """z = (0, 10) with the label 0 has a gradient of 1.41415, just below sqrt 2."""
    found = batchnorm_gradients.cross_entropy(MP, MP.matrix([[0, 10]]))
    assert MP.to_float(found["gradient"][0]) == pytest.approx(1.41415, abs=1e-5)
    assert found["gradient"][0] < MP.sqrt(2)


def test_gradient_of_the_cross_entropy_is_that_of_autograd():
    """Three samples of four classes, in the mean."""
    Z = torch.tensor([[1.0, 2, 0, -1], [3, 0, 0, 1], [0, 0, 5, 2]], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(Z, torch.zeros(3, dtype=torch.long))
    (gradient,) = torch.autograd.grad(loss, Z)
    found = batchnorm_gradients.cross_entropy(MP, MP.matrix([[int(x) for x in row] for row in Z.tolist()]))
    assert MP.to_float(found["batch_gradient"]) == pytest.approx(float(gradient.norm()), rel=1e-12)
    assert MP.to_float(found["gradient"][2]) == pytest.approx(3 * float(gradient[2].norm()), rel=1e-12)
