r"""As printed: preactivations become isotropic Gaussian at a rate set by the smallest singular value.  False: by its square.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with i.i.d. Gaussian weights and $G$ a matrix with i.i.d. $\mathcal N(0,\frac1d)$
entries. Printed: if the smallest singular value of $H_k$ is at least $\alpha$ for $k=1,\dots,\ell$, then
$$\mathcal W_2\big(\mathrm{law}(W_\ell H_\ell),\mathrm{law}(G/\sqrt n)\big)^2\le
  4n\Big(1-\tfrac23\alpha\Big)^\ell+\frac{6n^2}{\alpha\sqrt d} .$$
Corollary 3 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970: $2n$ times Theorem 1 by Lemma 2, with the error of the
theorem (`batchnorm/gap_main_printed`); repaired in `batchnorm/gap_corollary3`.

Refuted in the limit $d\to\infty$ with $n$ and $\ell$ fixed, in which $H_\ell^\top H_\ell$ tends to the iterated mean map of
`batchnorm/gap_mean_map`, the hypothesis holds with a probability tending to 1 for every $\alpha<\min_k\sigma_n(H_k)$ in the limit
(`batchnorm/gap_main_printed` says so at finite widths), the second term vanishes, and the distance tends to
$\sum_i(\sigma_i-n^{-1/2})^2$ (`batchnorm/gap_wasserstein`).  Near isotropy that is $\frac n4V^2$, which falls like $(\frac
n{n+2})^{2\ell}$, more slowly than $(1-\frac2{3\sqrt n})^\ell$ from $n=30$ on: 9 values of $\sigma^2$ that are twice the 87 others
give $1.640\cdot10^{-10}>1.607\cdot10^{-10}$ at $\ell=423$.  Inputs have two levels of $\sigma^2$ in the ratio $r$, the high one
$n_+$ and the low one $n_-$ times.
"""

from sympy import Le, Rational

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.spectra import level
from strategies.wide_layers import two_level_distance

distance, alpha, square = quantities("distance alpha square")
l, high, low = sizes("l high low")


def evaluate(xp, r, high, low, L):
    found, least = two_level_distance(xp, r, high, low, L)
    return {distance: found, alpha: xp.sqrt(least), square: least}


claim = Claim(
    source=DANESHMAND_2021.item("Corollary 3"),
    provenance="text",
    reading="alpha bounds the smallest singular value, as printed; in the limit of infinite width, where alpha is a number",
    expect="refuted",
    corrected_by="batchnorm/gap_corollary3",
    inputs={"r": level(1, 8)},
    sizes={"high": (1, 24), "low": (56, 104), "L": (480, 480)},
    axes={l: (1, "L")},
    statement=Le(distance[l], 4 * (high + low) * (1 - Rational(2, 3) * alpha[l]) ** (l + 1)),
    surrogate="the limit of infinite width at fixed n and l; where it fails strictly, the print fails for every large d",
    evaluate=evaluate,
    oracle=batchnorm_depth.two_level_distance,
    oracle_differs="a power series in 1 - s_low/s_high with a rigorous rest, not quadrature",
    definitions={
        distance: "squared Wasserstein distance of the two laws for the layer H_{l+1}, in the limit of infinite width",
        alpha: "the least of the smallest singular values of the layers 1 to l + 1",
        square: "its square",
    },
    replay=[Instance(sizes={"high": 9, "low": 87, "L": 480}, raw={"r": exact(2)})],
    notation={
        distance: r"\mathcal W_2^2(H_{\cdot+1})",
        alpha: r"\alpha_{\cdot+1}",
        square: r"\alpha_{\cdot+1}^2",
        high: "n_+",
        low: "n_-",
    },
    mutants=[
        Mutant(
            "a quarter of the constant",
            statement=Le(distance[l], (high + low) * (1 - Rational(2, 3) * alpha[l]) ** (l + 1)),
            because="a smaller right side than the printed one, which already fails",
        ),
    ],
)
