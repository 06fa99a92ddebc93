r"""As printed: the gap contracts at a rate set by the smallest singular value.  False: by its square.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with i.i.d. Gaussian weights and $V(H)=\|H^\top H/\|H\|_F^2-\frac1nI\|_F$.  Printed: if
the smallest singular value of $H_k$ is at least $\alpha$ for $k=1,\dots,\ell$, then
$$\mathbb E\,V(H_{\ell+1})\le2\Big(1-\tfrac23\alpha\Big)^\ell+\frac{3n}{\alpha\sqrt d} .$$
Theorem 1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.  The proof replaces $\frac1n-\widehat V(H_k)=\sigma_n(H_k)^2$
by $\alpha$: the hypothesis has to bound $\sigma_n(H_k)^2$ (`batchnorm/gap_main`).

Refuted in the limit $d\to\infty$ with $n$ and $\ell$ fixed.  There $H_{k+1}^\top H_{k+1}\to p(H_k^\top H_k)$ in probability, the mean
map of `batchnorm/gap_mean_map` (the variance is at most $\frac1d$, and $p$ is continuous), so that the hypothesis holds with
probability tending to 1 for every $\alpha<\min_k\sigma_n(H_k)$ in the limit, $\mathbb EV(H_{\ell+1})$ tends to $V$ of the iterated map, and
the second term of the bound to 0.  Checked is therefore
$$V(H_{\ell+1})\le2\Big(1-\tfrac23\min_{1\le k\le\ell}\sigma_n(H_k)\Big)^\ell,\qquad\ell=1,\dots,L ,$$
for the iterated map; where it fails strictly, the print fails for all large $d$, whether the hypothesis is read as holding almost
surely, as a condition, or as a restriction of the mean.  Inputs have two levels of $\sigma^2$ in the ratio $r$: 16 values
$\frac1{32}$ and 48 values $\frac1{96}$ give $1.4564\cdot10^{-3}>6.415\cdot10^{-4}$ at $\ell=113$, and the second term is below the
difference from $d\approx5.2\cdot10^{12}$ on; 8 values $\frac1{16}$ and 24 values $\frac1{48}$ give $2.2992\cdot10^{-4}>1.3577\cdot10^{-4}$
at $\ell=93$.  Near isotropy the map contracts at the rate $\frac n{n+2}$, so the print fails for every $n\ge5$.
"""

from sympy import Le, Rational

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.batch_layers import two_level_limit
from strategies.spectra import level

gap, alpha, square = quantities("gap alpha square")
l = sizes("l")


def evaluate(xp, r, high, low, L):
    gaps, least = two_level_limit(xp, r, high, low, L)
    return {gap: gaps, square: least, alpha: xp.sqrt(least)}


claim = Claim(
    source=DANESHMAND_2021.item("Theorem 1"),
    provenance="text",
    reading="alpha bounds the smallest singular value, as printed; in the limit of infinite width, where alpha is a number",
    expect="refuted",
    corrected_by="batchnorm/gap_main",
    inputs={"r": level(1, 8)},
    sizes={"high": (1, 48), "low": (1, 48), "L": (1, 120)},
    axes={l: (1, "L")},
    statement=Le(gap[l], 2 * (1 - Rational(2, 3) * alpha[l]) ** l),
    surrogate="the limit of infinite width at fixed n and l; where it fails strictly, the print fails for every large d",
    evaluate=evaluate,
    oracle=batchnorm_depth.two_levels,
    oracle_differs="a power series in 1 - s_low/s_high with a rigorous rest, not quadrature",
    definitions={
        gap: "V of layer l + 1 in the limit of infinite width",
        alpha: "the least of the smallest singular values of the layers 1 to l",
        square: "its square",
    },
    notation={gap: r"V(H_{\cdot+1})", alpha: r"\alpha_{\cdot}", square: r"\alpha_{\cdot}^2"},
    replay=[
        Instance(sizes={"high": 16, "low": 48, "L": 113}, raw={"r": exact(3)}),
        Instance(sizes={"high": 8, "low": 24, "L": 93}, raw={"r": exact(3)}),
    ],
    mutants=[
        Mutant(
            "coefficient 1",
            statement=Le(gap[l], 2 * (1 - alpha[l]) ** l),
            because="a smaller right side than the printed one, which already fails",
        ),
    ],
)
