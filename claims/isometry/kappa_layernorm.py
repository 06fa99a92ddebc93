r"""Layer normalisation after the activation centres the kernel map; before it, or RMS normalisation, leaves it unchanged.

For $d$ neurons with independent standard Gaussian weights let $u_i,v_i$ be the pre-activations of two inputs of correlation
$\rho$, and $\phi$ normalised, $\mathbb E\,\phi(X)^2=1$, with the kernel map $\kappa$.  With the unbiased sample covariance
$\mathrm{cov}_d$ over the neurons, and at every width $d\ge2$,
$$\frac{\mathbb E\,\mathrm{cov}_d(\phi(u),\phi(v))}{\mathbb E\,\mathrm{cov}_d(\phi(u),\phi(u))}=
  \frac{\kappa(\rho)-\kappa(0)}{1-\kappa(0)},\qquad
  \frac{\mathbb E\,\frac1d\langle\phi(u),\phi(v)\rangle}{\mathbb E\,\frac1d\|\phi(u)\|^2}=\kappa(\rho),\qquad
  \frac{\mathbb E\,\mathrm{cov}_d(u,v)}{\mathbb E\,\mathrm{cov}_d(u,u)}=
  \frac{\mathbb E\,\frac1d\langle u,v\rangle}{\mathbb E\,\frac1d\|u\|^2}=\rho .$$
Proposition on normalization layers of Joudaki and Hofmann (2025), arXiv 2410.20107, in the mean field: $LN\circ\phi$ has the
first as its kernel map, $RN\circ\phi$, $\phi\circ LN$ and $\phi\circ RN$ have $\kappa$.  With `isometry/kappa_case1`: for
every nonlinear activation, LayerNorm contracts $\Phi(\rho)$ at the rate of its non-linearity strength.  The proof prints
$\mathbb E\,\phi=\sqrt{\kappa(0)}$, which loses a sign and is harmless.
"""

from sympy import And, Eq

from claims.sources import JOUDAKI_2025
from oracles import neurons
from refute import Claim, Mean, Mutant, quantities
from strategies.laws import gaussian
from strategies.networks import unit_rows
from strategies.neurons import neuron, overlap

covariance, variance, product, square, kappa, kappa_0, rho = quantities("covariance variance product square kappa kappa_0 rho")
covariance_before, variance_before, product_before, square_before = quantities(
    "covariance_before variance_before product_before square_before"
)


def evaluate(xp, neuron, X, W):
    u, v = (xp.sum(W * X[:, k, None], axis=2) for k in range(2))
    a, b = neuron(u), neuron(v)
    return {
        covariance: sample_covariance(xp, a, b),
        variance: sample_covariance(xp, a, a),
        product: xp.mean(a * b, axis=1),
        square: xp.mean(a * a, axis=1),
        covariance_before: sample_covariance(xp, u, v),
        variance_before: sample_covariance(xp, u, u),
        product_before: xp.mean(u * v, axis=1),
        square_before: xp.mean(u * u, axis=1),
        kappa: neuron.kernel(overlap(xp, X)),
        kappa_0: neuron.share(0),
        rho: overlap(xp, X),
    }


def sample_covariance(xp, a, b):
    centred = (a - xp.mean(a, axis=1, keepdims=True)) * (b - xp.mean(b, axis=1, keepdims=True))
    return xp.sum(centred, axis=1) / (a.shape[1] - 1)


after = Mean(covariance) / Mean(variance)
rms = Eq(Mean(product) / Mean(square), kappa)
before = And(Eq(Mean(covariance_before) / Mean(variance_before), rho), Eq(Mean(product_before) / Mean(square_before), rho))

claim = Claim(
    source=JOUDAKI_2025.item("Proposition on normalization layers"),
    provenance="text",
    reading="mean field: a normalisation divides by the mean of the squared deviation that it measures",
    surrogate="the means of sample covariances at finite width, whose ratios are the kernel maps of the limit",
    inputs={"neuron": neuron("K"), "X": unit_rows("2", "n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"K": (1, 3), "n": (2, 3), "d": (2, 6)},
    statement=And(Eq(after, (kappa - kappa_0) / (1 - kappa_0)), rms, before),
    evaluate=evaluate,
    oracle=neurons.normalised,
    oracle_differs="sums of products less products of sums; the means from joint moments of the weights",
    expectation=neurons.normalised_mean,
    definitions={
        covariance: "sample covariance of phi(u) and phi(v) over the neurons, random",
        variance: "sample variance of phi(u), random",
        product: "mean of phi(u) phi(v) over the neurons, random",
        square: "mean of phi(u)^2 over the neurons, random",
        covariance_before: "sample covariance of u and v, random",
        variance_before: "sample variance of u, random",
        product_before: "mean of u v over the neurons, random",
        square_before: "mean of u^2 over the neurons, random",
        kappa: "kappa(rho), by its Hermite series",
        kappa_0: "kappa(0) = c_0^2",
        rho: "the correlation of the two inputs",
    },
    notation={
        covariance: r"\mathrm{cov}_d(\phi(u),\phi(v))",
        variance: r"\mathrm{cov}_d(\phi(u),\phi(u))",
        product: r"\tfrac1d\langle\phi(u),\phi(v)\rangle",
        square: r"\tfrac1d\|\phi(u)\|^2",
        covariance_before: r"\mathrm{cov}_d(u,v)",
        variance_before: r"\mathrm{cov}_d(u,u)",
        product_before: r"\tfrac1d\langle u,v\rangle",
        square_before: r"\tfrac1d\|u\|^2",
        kappa: r"\kappa(\rho)",
        kappa_0: r"\kappa(0)",
        rho: r"\rho",
    },
    tight="identities at every width",
    not_covered=[
        "the convergence of the random normalisers to their means as d tends to infinity",
        "activations that are not polynomials of degree at most 3",
    ],
    mutants=[
        Mutant(
            "kappa(0) subtracted without dividing",
            statement=And(Eq(after, kappa - kappa_0), rms, before),
            because="at rho = 1 the left side is 1",
        ),
        Mutant(
            "divided by kappa(0)",
            statement=And(Eq(after * kappa_0, kappa - kappa_0), rms, before),
            because="the variance is 1 - kappa(0), not kappa(0)",
        ),
        Mutant(
            "LayerNorm keeps the kernel map and its fixed point",
            statement=And(Eq(after, kappa), rms, before),
            because="after LayerNorm the correlation 0 is fixed, where kappa(0) > 0 moves it",
        ),
        Mutant(
            "RMS normalisation centres too",
            statement=Eq(Mean(product) / Mean(square), (kappa - kappa_0) / (1 - kappa_0)),
            because="no mean is removed",
        ),
    ],
)
