r"""The Gram matrix of the next layer concentrates around its mean, with variance known exactly.

Let $C=H_{\ell+1}^\top H_{\ell+1}$, $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with i.i.d. Gaussian weights, given
$H_\ell\ne0$. Then
$$\mathbb E\|C-\mathbb EC\|_F^2=\frac1d\Big(1-\sum_ip_i^2\Big)\le\frac1d\Big(1-\frac1n\Big)\le\frac1d ,$$
where $p_1,\dots,p_n$ are the eigenvalues of $\mathbb EC$ (`batchnorm/gap_mean_map`).  The bound $\frac1d$ is Lemma 6 of
Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970 (in the Frobenius norm of its proof); the exact value is derived here: $C$
is the mean of $uu^\top$ over $d$ i.i.d. unit rows $u$, and $\mathbb E\|uu^\top-\mathbb Euu^\top\|_F^2=1-\|\mathbb
Euu^\top\|_F^2$.

Equality $(1-\frac1n)/d$ at isotropy; 0 at rank one.  Rational for two samples with rational $\sigma_i$.

The mean on the left is computed by the argument just given, from the overlap $\mathbb E\langle u,u'\rangle^2$ of two rows, which
comes from integrals (`batchnorm/gap_mean_map`); on the right stand the closed forms of the $p_i$.
"""

from functools import partial

from sympy import And, Eq, Le

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_means
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batch_layers import gram, mean_shares, square, unit_rows
from strategies.batchnorm import once_per_input
from strategies.laws import gaussian
from strategies.spectra import spectrum

spread, purity = quantities("spread purity")
d, n = sizes("d n")


def evaluate(xp, sigma, W):
    squares = sigma * sigma
    expected = once_per_input(xp, partial(mean_shares, xp), sigma)
    identity = xp.eye(sigma.shape[1], dtype=W.dtype, device=W.device)
    C = gram(xp, unit_rows(xp, squares, W))
    return {spread: square(xp, C - expected[:, :, None] * identity), purity: square(xp, expected)}


claim = Claim(
    source=DANESHMAND_2021.item("Lemma 6"),
    provenance="text",
    inputs={"sigma": spectrum("n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (1, 3), "d": (1, 16)},
    statement=And(Eq(Mean(spread), (1 - purity) / d), Le(Mean(spread), (1 - 1 / n) / d), Le(Mean(spread), 1 / d)),
    evaluate=evaluate,
    oracle=batchnorm_means.concentration,
    oracle_differs="rational Gram matrices; the mean by the overlap of two rows, an integral in balls; closed forms on the right",
    expectation=batchnorm_means.concentration_expectation,
    bounded={spread: (0, 2)},
    definitions={
        spread: "squared Frobenius distance of the Gram matrix C of the next layer from its mean",
        purity: "sum of the squared eigenvalues p_i of the mean Gram matrix EC",
    },
    notation={spread: r"\|C-\mathbb EC\|_F^2", purity: r"\textstyle\sum_ip_i^2"},
    tight="the exact value always; (1 - 1/n)/d at isotropy",
    mutants=[
        Mutant(
            "half the bound",
            statement=Le(Mean(spread), 1 / (2 * d)),
            because="true for two samples (equality at isotropy), but (1 - 1/n)/d is more for n >= 3",
        ),
        Mutant(
            "1/d^2",
            statement=Le(Mean(spread), 1 / d**2),
            because="the mean over d rows has 1/d of the variance of one: false from d = 3 on for two samples",
        ),
        Mutant(
            "eigenvalues are independent of the rows",
            statement=Eq(Mean(spread), (1 - 1 / n) / d),
            because="the value at isotropy; it falls to 0 at rank one",
        ),
    ],
)
