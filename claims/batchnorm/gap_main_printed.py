r"""As printed: the gap contracts at a rate set by the smallest singular value.  False: by its square.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with i.i.d. Gaussian weights and $V(H)=\|H^\top H/\|H\|_F^2-\frac1nI\|_F$.
Printed: if the smallest singular value of $H_k$ is at least $\alpha$ for $k=1,\dots,\ell$, then
$$\mathbb E\,V(H_{\ell+1})\le2\Big(1-\tfrac23\alpha\Big)^\ell+\frac{3n}{\alpha\sqrt d} .$$
Theorem 1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.  The proof replaces $\frac1n-\widehat V(H_k)=\sigma_n(H_k)^2$
by $\alpha$: the hypothesis has to bound $\sigma_n(H_k)^2$ (`batchnorm/gap_main`).

Refuted at the width $d=2^w$, through the limit of infinite width, in which $C_k=H_k^\top H_k$ follows the mean map $\bar
C_{k+1}=p(\bar C_k)$ of `batchnorm/gap_mean_map` from $\bar C_0=C_0$.  Let $\lambda$ be the least $\lambda_{\min}(\bar C_k)$,
$k=1,\dots,\ell$, $\eta=2^{-20}\lambda$, $\alpha=\sqrt{\lambda-\eta}$, and $G_j$ the event that $\|C_k-\bar C_k\|_F\le\eta$ for
$k\le j$, on which the hypothesis holds.  Where $\lambda_{\min}\ge\lambda-\eta$, $p$ has the Lipschitz constant
$\Lambda=\frac1{\lambda-\eta}\big(\frac12+\frac1{n+2}\big)$ in the Frobenius norm, since
$$Dp(C)[E]=\int_0^\infty\big(RER-t\,\mathrm{tr}(RE)\,CR\big)\det(R)^{1/2}dt,\qquad R=(I+2tC)^{-1},$$
and $\mathbb E\|C_{k+1}-p(C_k)\|_F^2\le\frac1d$ (`batchnorm/gap_concentration`).  So $a_j=\mathbb E\|C_j-\bar C_j\|_F\mathbf
1_{G_{j-1}}\le \frac{\Lambda^j-1}{\Lambda-1}d^{-1/2}$, the complement of $G_\ell$ has a probability of at most
$\sum_{j\le\ell}a_j/\eta$, and
$$\mathbb E\,V(H_{\ell+1})\ge\mathbb E\,V(H_{\ell+1})\mathbf 1_{G_\ell}\ge
  V(\bar C_{\ell+1})\Big(1-\frac{\ell\,a_\ell}\eta\Big)-a_{\ell+1} .$$
Checked is that this lower bound of the mean (or 0, if it is negative) is at most the printed right side; where it is not, the
print fails at that width and every larger one, whether the hypothesis is read as a condition or as a restriction of the mean to
the event.

Inputs have two levels of $\sigma^2$ in the ratio $r$, the high one $n_+$ and the low one $n_-$ times, $n=n_++n_-$: 16 values
$\frac1{32}$ and 48 values $\frac1{96}$ give in the limit $1.4564\cdot10^{-3}>6.415\cdot10^{-4}$ at $\ell=113$, 8 values
$\frac1{16}$ and 24 values $\frac1{48}$ give $2.2992\cdot10^{-4}>1.3577\cdot10^{-4}$ at $\ell=93$.  Near isotropy the map
contracts at the rate $\frac n{n+2}$, so the print fails for every $n\ge5$.  The widths are as large as the crude
$\Lambda^\ell$ needs; the printed noise alone allows $d\approx5.2\cdot10^{12}$.
"""

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.spectra import level
from strategies.wide_layers import finite_width

mean_below, alpha, square = quantities("mean_below alpha square")
l, high, low, w = sizes("l high low w")


def evaluate(xp, r, high, low, L, w):
    below, kept = finite_width(xp, r, high, low, L, w)
    return {mean_below: below, alpha: kept, square: kept * kept}


claim = Claim(
    source=DANESHMAND_2021.item("Theorem 1"),
    provenance="text",
    reading="alpha bounds the smallest singular value, as printed; at d = 2^w, where it does so with a probability near 1",
    expect="refuted",
    corrected_by="batchnorm/gap_main",
    inputs={"r": level(1, 8)},
    sizes={"high": (1, 48), "low": (1, 48), "L": (1, 120), "w": (1, 2000)},
    axes={l: (1, "L")},
    statement=Le(mean_below[l], 2 * (1 - Rational(2, 3) * alpha[l]) ** l + 3 * (high + low) / (alpha[l] * sqrt(2**w))),
    surrogate="a lower bound of the mean at the width 2^w; where it exceeds the printed bound, the print fails at every larger width",
    evaluate=evaluate,
    oracle=batchnorm_depth.finite_width,
    oracle_differs="a power series in 1 - s_low/s_high with a rigorous rest, not quadrature",
    definitions={
        mean_below: "a lower bound of the mean of V of layer l + 1 on the event that sigma_n of the layers 1 to l is at least alpha; "
        "the theorem below says what eta and the a_j are, the latter by their bound",
        alpha: "a level that the smallest singular values of the layers 1 to l keep with a probability near 1",
        square: "its square",
    },
    notation={
        mean_below: r"\left(V(\bar C_{l+1})\big(1-\tfrac{l\,a_l}\eta\big)-a_{l+1}\right)^+",
        alpha: r"\alpha_{\cdot}",
        square: r"\alpha_{\cdot}^2",
        high: "n_+",
        low: "n_-",
    },
    replay=[
        Instance(sizes={"high": 16, "low": 48, "L": 113, "w": 1500}, raw={"r": exact(3)}),
        Instance(sizes={"high": 8, "low": 24, "L": 93, "w": 1200}, raw={"r": exact(3)}),
    ],
    mutants=[
        Mutant(
            "coefficient 1",
            statement=Le(mean_below[l], 2 * (1 - alpha[l]) ** l + 3 * (high + low) / (alpha[l] * sqrt(2**w))),
            because="a smaller right side than the printed one, which already fails",
        ),
    ],
)
