r"""As printed: the last line in the proof that the iterative initialisation decreases the gap.  False.

Let $\sigma_1,\dots,\sigma_n>0$ with $\sum_i\sigma_i^2=1$.  The proof of eq. (17) in appendix E of Daneshmand, Joudaki and
Bach (2021), arXiv 2106.03970, ends with
$$1=\Big(\sum_i\sigma_i^2\Big)^4\le\Big(\sum_i\sigma_i\Big)^2\Big(\sum_i\sigma_i^4\Big)^2 .$$
It fails near isotropy for every $n\ge2$, where the right side is about $\frac1n$: at $n=4$, $\sigma_i=\frac12$ it says
$1\le4\cdot\frac1{16}$.  Hölder gives $1\le(\sum_i\sigma_i)^2\sum_i\sigma_i^4$ instead, which is what (17) needs: the theorem
survives (`batchnorm/gap_iterative_init`).
"""

from fractions import Fraction

from sympy import Le

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_gap
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.batch_layers import square
from strategies.spectra import spectrum

first, fourth = quantities("first fourth")


def evaluate(xp, sigma):
    norm = xp.sum(sigma * sigma, axis=1)
    return {first: xp.sum(sigma, axis=1) ** 2 / norm, fourth: square(xp, sigma * sigma) / norm**2}


claim = Claim(
    source=DANESHMAND_2021.item("Appendix E, last line of the proof of (17)"),
    provenance="text",
    expect="refuted",
    corrected_by="batchnorm/gap_iterative_init",
    inputs={"sigma": spectrum("n")},
    sizes={"n": (1, 10)},
    statement=Le(1, first * fourth**2),
    evaluate=evaluate,
    oracle=batchnorm_gap.iterative_init,
    oracle_differs="rational",
    definitions={
        first: "(sum of the singular values)^2, of singular values with sum of squares 1",
        fourth: "sum of the fourth powers of the singular values",
    },
    notation={first: r"\textstyle(\sum_i\sigma_i)^2", fourth: r"\textstyle\sum_i\sigma_i^4"},
    replay=[Instance(sizes={"n": 4}, raw={"sigma": exact([Fraction(1, 2)] * 4)})],
    mutants=[
        Mutant(
            "fourth powers cubed",
            statement=Le(1, first * fourth**3),
            because="a smaller right side than the printed one, which already fails",
        ),
    ],
)
