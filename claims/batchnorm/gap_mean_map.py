r"""One layer with batch normalization and Gaussian weights maps the Gram matrix, in the mean, within its own eigenbasis.

Let $H_\ell=U\,\mathrm{diag}(\sigma)\,Q^\top\in\mathbb R^{d\times n}$ (columns are samples), $H_\ell\ne0$, and
$H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with i.i.d. Gaussian weights, where $\mathrm{BN}$ scales rows to unit norm.
Then
$$\mathbb E\big[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell\big]=Q\,\mathrm{diag}(p)\,Q^\top,\qquad
  p_i=\mathbb E\frac{\sigma_i^2w_i^2}{\sum_k\sigma_k^2w_k^2}
     =\int_0^\infty\frac{\sigma_i^2}{1+2t\sigma_i^2}\prod_j(1+2t\sigma_j^2)^{-1/2}\,dt,\qquad w\sim\mathcal N(0,I_n).$$
Eqs. (13) and (15) of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, with two slips repaired: the print omits the
basis $Q$ (as if it were the standard one) and has $\sigma_n^2w_n^2$ in every numerator; the integrand's product carries the
exponent $-\frac12$, as eq. (16) shows.  For two samples $p_i=\sigma_i/(\sigma_1+\sigma_2)$, for three
$p_i=R_D(\sigma_j^{-2},\sigma_k^{-2},\sigma_i^{-2})/(3\sigma_1\sigma_2\sigma_3)$ at $\sum\sigma_i^2=1$ (Carlson).

Two symmetric matrices agree if their quadratic forms do: the claim is that $\mathbb E\langle x,u\rangle^2=x^\top
Q\,\mathrm{diag}(p) \,Q^\top x$ for every $x$, where $u$ is a normalised row of $W_\ell H_\ell$.

The mean on the left is the printed integral, enclosed by the trapezoid rule in $\log t$ with a proved error; the right side is
the closed form.  Surviving says that the two agree to many digits, for all singular values and directions tried.
"""

from sympy import Eq

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_means
from refute import Claim, Mean, Mutant, quantities
from strategies.batch_layers import mean_map
from strategies.laws import gaussian
from strategies.networks import dense, orthogonal
from strategies.spectra import spectrum

share, mapped, unmapped, misplaced, repeated = quantities("share mapped unmapped misplaced repeated")

claim = Claim(
    source=DANESHMAND_2021.item("Eqs. (13) and (15)"),
    provenance="text",
    reading="repaired: in the basis of the right singular vectors, with sigma_i w_i in the numerator of p_i",
    inputs={"sigma": spectrum("n"), "Q": orthogonal("n", "n"), "X": dense(1, "n")},
    randomness={"W": gaussian(1, "n")},
    sizes={"n": (1, 3)},
    statement=Eq(Mean(share), mapped),
    evaluate=mean_map,
    oracle=batchnorm_means.mean_map,
    oracle_differs="shares by Carlson's R_D in flint at n = 3; the mean as an integral in balls, not by the closed forms",
    expectation=batchnorm_means.mean_map_expectation,
    bounded={share: (0, None)},
    definitions={
        share: "<x, u>^2 of a direction x and a normalised row u of WH",
        mapped: "the quadratic form of Q diag(p) Q^T at x",
        unmapped: "the quadratic form of Q diag(sigma^2) Q^T at x",
        misplaced: "the quadratic form of diag(p) at x",
        repeated: "the quadratic form of p_n I at x, p_n the smallest share",
    },
    notation={
        share: r"\langle x,u\rangle^2",
        mapped: r"x^\top Q\,\mathrm{diag}(p)\,Q^\top x",
        unmapped: r"x^\top Q\,\mathrm{diag}(\sigma^2)\,Q^\top x",
        misplaced: r"x^\top\mathrm{diag}(p)\,x",
        repeated: r"p_n\,x^\top x",
    },
    mutants=[
        Mutant(
            "the layer changes nothing",
            statement=Eq(Mean(share), unmapped),
            because="p = sigma^2 at isotropy only: (4/5, 1/5) becomes (2/3, 1/3)",
        ),
        Mutant(
            "the printed index, sigma_n w_n for every i",
            statement=Eq(Mean(share), repeated),
            because="the trace would be n p_n, which is 2/3 at sigma^2 = (4/5, 1/5), and not 1",
        ),
        Mutant(
            "diagonal in the standard basis, as printed",
            statement=Eq(Mean(share), misplaced),
            because="the Gram matrix ((1/2, 3/10), (3/10, 1/2)) becomes ((1/2, 1/6), (1/6, 1/2))",
        ),
    ],
)
