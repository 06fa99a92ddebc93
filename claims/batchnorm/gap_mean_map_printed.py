r"""As printed: a normalised Gaussian layer maps the Gram matrix, in the mean, to a diagonal one. False: basis and index are lost.

Printed, for $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with i.i.d. Gaussian weights and the singular values
$\sigma_1\ge\dots\ge\sigma_n$ of $H_\ell\in\mathbb R^{d\times n}$:
$$\mathbb E\big[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell\big]=\mathrm{diag}(p_1,\dots,p_n),\qquad
  p_i=\mathbb E\frac{\sigma_n^2w_n^2}{\sum_k\sigma_k^2w_k^2},\qquad w\sim\mathcal N(0,I_n).$$
Eq. (13) of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.  The numerator has $n$ in every $p_i$, where $i$ is meant: at
$\sigma^2=(\frac45,\frac15)$ the trace of the right side is $\frac23$, that of the left side 1.  With $\sigma_iw_i$ it is still
false, unless the right singular vectors of $H_\ell$ are the standard basis: the Gram matrix
$\begin{pmatrix}1/2&3/10\\3/10&1/2\end{pmatrix}$ becomes $\begin{pmatrix}1/2&1/6\\1/6&1/2\end{pmatrix}$.  Repaired:
`batchnorm/gap_mean_map`.

Checked as equality of quadratic forms at a vector $x$, $\mathbb E\langle x,u\rangle^2$ for a normalised row $u$ against
$p_n\|x\|^2$.
"""

from sympy import Eq

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_means
from refute import Claim, Instance, Mean, Mutant, exact, quantities
from strategies.batch_layers import mean_map
from strategies.laws import gaussian
from strategies.networks import dense, orthogonal
from strategies.spectra import spectrum

share, misplaced, repeated = quantities("share misplaced repeated")

claim = Claim(
    source=DANESHMAND_2021.item("Eq. (13)"),
    provenance="text",
    reading="sigma_n w_n in the numerator of every p_i, and diag(p) in the standard basis, both as printed",
    expect="refuted",
    corrected_by="batchnorm/gap_mean_map",
    inputs={"sigma": spectrum("n"), "Q": orthogonal("n", "n"), "X": dense(1, "n")},
    randomness={"W": gaussian(1, "n")},
    sizes={"n": (1, 3)},
    statement=Eq(Mean(share), repeated),
    evaluate=mean_map,
    oracle=batchnorm_means.mean_map,
    oracle_differs="shares by Carlson's R_D in flint at n = 3; the mean as an integral in balls, not by the closed forms",
    expectation=batchnorm_means.mean_map_expectation,
    definitions={
        share: "<x, u>^2 of a direction x and a normalised row u of WH",
        misplaced: "the quadratic form of diag(p) at x, with sigma_i w_i in the numerator of p_i",
        repeated: "the quadratic form of p_n I at x",
    },
    notation={
        share: r"\langle x,u\rangle^2",
        misplaced: r"x^\top\mathrm{diag}(p)\,x",
        repeated: r"p_n\,x^\top x",
    },
    replay=[
        Instance(sizes={"n": 2}, raw={"sigma": exact([2, 1]), "Q": exact([[0, 0], [0, 0]]), "X": exact([[1, 1]])}),
    ],
    mutants=[
        Mutant(
            "with the right index, in the standard basis",
            statement=Eq(Mean(share), misplaced),
            because="the Gram matrix ((1/2, 3/10), (3/10, 1/2)) becomes ((1/2, 1/6), (1/6, 1/2))",
        ),
    ],
)
