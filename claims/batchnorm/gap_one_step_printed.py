r"""As printed: one step contracts the mean orthogonality gap of any representation, the input included.  False for the input.

Let $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with i.i.d. Gaussian weights and $\widehat V(H)=\frac1n-\sigma_n(H)^2$.
Printed, for all $\ell\ge0$ and without a hypothesis on $H_0$:
$$\mathbb E\big[\widehat V(H_{\ell+1})\mid H_\ell\big]\le
  \Big(1-\tfrac23\big(\tfrac1n-\widehat V(H_\ell)\big)\Big)\,\widehat V(H_\ell)+\frac1{\sqrt d} .$$
Theorem 5, eq. (14), of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, at $\ell=0$, where nothing has normalised
$H_0$ yet: for the first two columns of $I_{37}$ one has $\widehat V(H_0)=-\frac12$, and the right side is
$-\frac16+\frac1{\sqrt{37}}<0$, because $37>36$; the left side is never negative.  With $\|H_\ell\|_F=1$ the statement is true:
`batchnorm/gap_one_step`.

Inputs are the squared singular values $\sigma_i^2=a_i$ of $H_0$.
"""

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm
from refute import Claim, Instance, Mean, Mutant, exact, quantities, sizes
from strategies.batch_layers import gap_after
from strategies.laws import gaussian
from strategies.spectra import spectrum

gap, gap_next, smallest = quantities("gap gap_next smallest")
d, n = sizes("d n")


def evaluate(xp, a, W):
    low = xp.min(a, axis=1)
    return {gap: 1 / a.shape[1] - low, smallest: low, gap_next: gap_after(xp, a, W)}


claim = Claim(
    source=DANESHMAND_2021.item("Theorem 5, eq. (14), at l = 0"),
    provenance="text",
    reading="for every input H_0, as printed: the text calls all representations unit because of the factor 1/sqrt(d)",
    expect="refuted",
    corrected_by="batchnorm/gap_one_step",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (1, 4), "d": (1, 40)},
    statement=Le(Mean(gap_next), (1 - Rational(2, 3) * smallest) * gap + 1 / sqrt(d)),
    evaluate=evaluate,
    oracle=batchnorm.one_step_unnormalised,
    oracle_differs="singular values of the normalised rows, not eigenvalues of their Gram matrix; closed forms for the mean",
    expectation=batchnorm.one_step_expectation_unnormalised,
    bounded={gap_next: (0, 1 / n)},
    definitions={
        gap: "the orthogonality gap 1/n - sigma_n^2 of the input",
        gap_next: "the orthogonality gap of the first layer, random",
        smallest: "sigma_n^2, the smallest squared singular value of the input",
    },
    notation={gap: r"\widehat V(H_0)", gap_next: r"\widehat V(H_1)", smallest: r"\sigma_n^2"},
    replay=[Instance(sizes={"n": 2, "d": 37}, raw={"a": exact([1, 1])})],
    mutants=[
        Mutant(
            "no noise",
            statement=Le(Mean(gap_next), (1 - Rational(2, 3) * smallest) * gap),
            because="a smaller right side than the printed one, which already fails",
        ),
    ],
)
