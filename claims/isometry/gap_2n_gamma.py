r"""As plotted: the isometry gap of a Gram matrix is at most 2n times its largest potential.  False for n >= 3.

Let $G=G^0\succ0$ be an $n\times n$ matrix with unit diagonal, $\gamma(G)=\max_{i\ne j}\frac{|G_{ij}|}{1-|G_{ij}|}$, and
$\kappa$ the kernel map of a centred, normalised activation with the non-linearity strength $\beta_0=2-\kappa'(0)$.  The
bound that the validation code of the authors plots along $G^{\ell+1}=\kappa[G^\ell]$ (entrywise) is
$$-\log\mathcal I(G^\ell)\le2n\,\gamma(G^0)\,\beta_0^{-\ell},\qquad
  \mathcal I(G)=\frac{\det(G)^{1/n}}{\frac1n\mathrm{tr}\,G} .$$
Source: `iso_gap_theory` in `validations.ipynb` of the repository `ajoudaki/deepnet-isometry` of Joudaki, Daneshmand and
Bach (2023), arXiv 2305.18399; whether the paper prints it as a lemma is not known here.

It fails already for $\ell=0$: three unit vectors that nearly sum to zero have $G_{ij}\approx-\frac12$, $\gamma\approx1$ and a
determinant as small as one likes; at $G_{ij}=-\frac12+2^{-40}$ and $\kappa=(1-2^{-40})\rho+2^{-40}\rho^3$ the gaps of the
layers 1, 2, 3 are 8.634, 8.554, 8.489 against 6.000.  It holds for $n=2$, and wherever $(n-1)\max|G_{ij}|\le\frac12$ by
`isometry/offdiag_band`.
"""

from sympy import Gt, Le

from claims.sources import JOUDAKI_2023
from oracles import isometry
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.kernels import kernel
from strategies.matrices import gram_matrix, pivot_deficits, unit_gram

gap, potential, determinant, slope = quantities("gap potential determinant slope")
l, n = sizes("l n")


def evaluate(xp, G, kernel, n, L):
    pairs, gaps = G, []
    for layer in range(L + 1):
        deficits = pivot_deficits(xp, gram_matrix(xp, pairs.value, n))
        gaps.append(-xp.mean(xp.log1p(-deficits), axis=1))
        if layer == 0:
            first = xp.prod(1 - deficits, axis=1)
        pairs = kernel(pairs)
    return {
        gap: xp.stack(gaps, axis=1),
        potential: xp.max(G.potential, axis=1),
        determinant: first,
        slope: kernel.slope_at_zero,
    }


plotted = 2 * n * potential / (2 - slope) ** l

claim = Claim(
    source=JOUDAKI_2023.item("validation code, iso_gap_theory"),
    provenance="text",
    reading="a positive definite Gram matrix, so that the gap is finite",
    expect="refuted",
    corrected_by="isometry/offdiag_band",
    inputs={"G": unit_gram("n"), "kernel": kernel("K")},
    sizes={"n": (2, 6), "K": (1, 4), "L": (0, 3)},
    axes={l: (0, "L")},
    hypotheses=[Gt(determinant, 0)],
    statement=Le(gap[l], plotted),
    evaluate=evaluate,
    oracle=isometry.gram_iteration,
    oracle_differs="exact determinants and plain closed forms, not elimination by deficits and split kernels",
    definitions={
        gap: "isometry gap -log I of the Gram matrix after l layers",
        potential: "gamma(G), the largest |G_ij| / (1 - |G_ij|) of the first Gram matrix",
        determinant: "det G of the first Gram matrix",
        slope: "kappa'(0)",
    },
    notation={gap: r"-\log\mathcal I(G^l)", potential: r"\gamma(G^0)", determinant: r"\det G^0", slope: r"\kappa'(0)"},
    # G_ij = -1/2 + 2^-40, kappa = (1 - 2^-40) rho + 2^-40 rho^3
    replay=[
        Instance(
            sizes={"n": 3, "K": 3, "L": 3},
            choices={"G.kind": "equicorrelated", "kernel.activation": "hermite series"},
            raw={
                "G.points": exact([[0] * 3] * 3),
                "G.correlation": exact(2.0**-40 - 0.5),
                "kernel.weights": exact([1 - 2.0**-40, 0, 2.0**-40]),
                "kernel.parameter": exact(1),
            },
        )
    ],
    mutants=[
        Mutant(
            "n gamma",
            statement=Le(gap[l], plotted / 2),
            because="a smaller bound than the plotted one, which already fails",
        ),
        Mutant(
            "gamma / 8 at n = 2",
            statement=Le(gap[l], potential / (2 - slope) ** l / 8),
            sizes={"n": (2, 2), "K": (1, 4), "L": (0, 3)},
            because="-log(1 - rho^2)/2 reaches 0.149 gamma near rho = 0.6",
        ),
    ],
)
