r"""Every layer of a random linear network multiplies the Gram determinant by an independent product of chi-square variables.

Let $X\in\mathbb R^{n\times d}$ have rank $n\le d$ (samples are rows), $X^{(\ell)}=X^{(\ell-1)}W_\ell^\top$ with $W_\ell$ of
$m_\ell\ge n$ rows and independent entries $N(0,1/m_\ell)$, and $G^\ell=X^{(\ell)}X^{(\ell)\top}$.  Then $\det G^\ell/\det
G^{\ell-1}\sim\prod_{i<n}\chi^2_{m_\ell-i}/m_\ell$, independently of the past, so that
$$\mathbb E\log\frac{\det G^L}{\det G^0}=\sum_{\ell\le L}\sum_{i<n}\Big[\psi\big(\tfrac{m_\ell-i}2\big)
  +\log\tfrac2{m_\ell}\Big],\qquad
  \mathbb E\Big(\frac{\det G^L}{\det G^0}\Big)^p=\prod_{\ell\le L}\prod_{i<n}
  \frac{\Gamma(\frac{m_\ell-i}2+p)}{\Gamma(\frac{m_\ell-i}2)}\Big(\frac2{m_\ell}\Big)^p$$
for $p>-\frac{m_\ell-n+1}2$, in particular $\prod\frac{m_\ell-i}{m_\ell}$ for $p=1$;
$\mathbb E\,\mathrm{tr}\,G^L=\mathrm{tr}\,G^0$, and $G^L$ has rank $n$ almost surely: at finite depth no rank is lost, only the
normalised Gram matrix tends to rank one.

Derived here, from Bartlett's decomposition; the square network is $m_\ell=d$.  The rank: $\det G^L$ is a polynomial in the
weights, so it vanishes almost never as soon as some weights make it positive.  An identity: nothing is lost.  The hard case is
$m_\ell=n$, where a $\chi^2_1$ makes the logarithm vary most.
"""

from sympy import And, Eq, Gt, Lt, log

from claims.sources import REFUTE_DERIVED
from oracles import linear_determinants
from refute import Claim, Mean, Mutant, Probability, quantities, sizes
from strategies.finite_width import chi_square_logs, chi_square_powers, layer_volumes
from strategies.laws import gaussian
from strategies.matrices import rank as rank_of
from strategies.matrices import samples

gain, log_gain, power_gain, drift, drift_shifted, falling, factor = quantities(
    "gain log_gain power_gain drift drift_shifted falling factor"
)
trace, trace_start, full, start = quantities("trace trace_start full start")
ell = sizes("l")


def evaluate(xp, X, n, r, m1, m2, m3, W1, W2, W3):
    states, volumes = layer_volumes(xp, X, (W1, W2, W3))
    logs = volumes[:, 1:] - volumes[:, :1]
    widths = (m1, m2, m3)
    power = (r + n - min(widths)) / 2
    one = xp.ones_like(logs)
    return {
        gain: xp.exp(logs),
        log_gain: logs,
        power_gain: xp.exp(logs * power),
        drift: chi_square_logs(xp, one, widths, n, 0),
        drift_shifted: chi_square_logs(xp, one, widths, n, 1),
        falling: chi_square_powers(xp, one, widths, n, 1.0),
        factor: chi_square_powers(xp, one, widths, n, power),
        trace: xp.stack([xp.sum(state**2, axis=(1, 2)) for state in states[1:]], axis=1),
        trace_start: xp.sum(X**2, axis=(1, 2)),
        full: xp.stack([xp.astype(rank_of(xp, state) == n, X.dtype) for state in states[1:]], axis=1),
        start: xp.exp(volumes[:, 0]),
    }


rank = Eq(Probability(full[ell]), 1)
claim = Claim(
    source=REFUTE_DERIVED.item("Determinants of linear layers"),
    provenance="derived",
    reading="layers of any widths m_1, m_2, m_3 from n on; the matrix drawn is the transpose of X; the power "
    "p = (r + n - min m)/2, r = 0, 1, …, from the lowest half-integer on",
    inputs={"X": samples("d", "n")},
    randomness={"W1": gaussian("m1", "d"), "W2": gaussian("m2", "m1"), "W3": gaussian("m3", "m2")},
    sizes={"n": (1, 4), "d": ("n", 6), "m1": ("n", 6), "m2": ("n", 6), "m3": ("n", 6), "r": (0, 5)},
    axes={ell: (1, 3)},
    hypotheses=[Gt(start, 0)],
    statement=And(
        Eq(Mean(log_gain[ell]), drift[ell]),
        Eq(Mean(gain[ell]), falling[ell]),
        Eq(Mean(power_gain[ell]), factor[ell]),
        Eq(Mean(trace[ell]), trace_start),
        rank,
    ),
    evaluate=evaluate,
    oracle=linear_determinants.logdet_draw,
    oracle_differs="permutations counted by their cycles for p = 1, telescoping Gamma functions at half-integers, harmonic sums for "
    "psi; the rank by weights that keep it, or by a mean determinant that is 0",
    expectation=linear_determinants.logdet_moments,
    definitions={
        gain: "det G^l / det G^0",
        log_gain: "log(det G^l / det G^0)",
        power_gain: "(det G^l / det G^0)^p, p = (r + n - min m)/2",
        drift: "sum of psi((m - i)/2) + log(2/m) over i < n and the layers up to l",
        drift_shifted: "the same with psi((m - i + 1)/2)",
        falling: "product of (m - i)/m over i < n and the layers up to l",
        factor: "product of Gamma((m - i)/2 + p) / Gamma((m - i)/2) (2/m)^p over i < n and the layers up to l",
        trace: "tr G^l",
        trace_start: "tr G^0",
        full: "1 if G^l has rank n, else 0",
        start: "det G^0",
    },
    notation={
        ell: r"\ell", gain: r"\frac{\det G^\ell}{\det G^0}", log_gain: r"\log\frac{\det G^\ell}{\det G^0}",
        power_gain: r"\big(\frac{\det G^\ell}{\det G^0}\big)^p", trace: r"\mathrm{tr}\,G^\ell", trace_start: r"\mathrm{tr}\,G^0",
        drift: r"\textstyle\sum_{k\le \ell}\sum_{i<n}[\psi(\frac{m_k-i}2)+\log\frac2{m_k}]",
        drift_shifted: r"\textstyle\sum_{k\le \ell}\sum_{i<n}[\psi(\frac{m_k-i+1}2)+\log\frac2{m_k}]",
        falling: r"\textstyle\prod_{k\le \ell}\prod_{i<n}\frac{m_k-i}{m_k}",
        factor: r"\textstyle\prod_{k\le \ell}\prod_{i<n}\frac{\Gamma((m_k-i)/2+p)}{\Gamma((m_k-i)/2)}(\frac2{m_k})^p",
        full: r"\mathrm{rank}\,G^\ell=n", start: r"\det G^0",
    },
    tight="an identity",
    not_covered=[
        "powers p that are not multiples of 1/2",
        "independence of the layers beyond the product formula",
        "more than three layers, where every further step is the same",
    ],
    mutants=[
        Mutant(
            "psi((m - i + 1)/2)",
            statement=Eq(Mean(log_gain[ell]), drift_shifted[ell]),
            because="one sample, width 1: E log chi^2_1 = psi(1/2) + log 2 = -1.27, not psi(1) + log 2 = 0.12",
        ),
        Mutant(
            "E log det = log E det",
            statement=Eq(Mean(log_gain[ell]), log(Mean(gain[ell]))),
            because="Jensen: the logarithm of a product of chi-square variables is random",
        ),
        Mutant(
            "the rank drops",
            statement=Lt(Probability(full[ell]), 1),
            because="the rank is n almost surely: only the normalised Gram matrix tends to rank one",
        ),
        Mutant(
            "more samples than neurons",
            sizes={"n": (1, 4), "d": ("n", 6), "m1": (1, 6), "m2": (1, 6), "m3": (1, 6), "r": (0, 0)},
            statement=rank,
            because="two samples in one neuron: the rank is 1",
        ),
    ],
)  # fmt: skip
