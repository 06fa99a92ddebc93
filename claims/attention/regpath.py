r"""The regularisation path of attention converges in direction to the max-margin token separator.

Samples \(i\le n\) with keys \(k_{it}\in\mathbb R^d\), \(t\le T\), and scores \(\gamma_{it}\); token 1 is the unique best one,
\(a_{it}=k_{i1}-k_{it}\), \(\Delta_{it}=\gamma_{i1}-\gamma_{it}>0\) for \(t\ne1\). The loss is
\(L(p)=\frac1n\sum_i\ell(\gamma_i^\top\mathrm{softmax}(K_ip))\) with \(0<m\le-\ell'\le M\) on the range of the scores
(correlation \(\ell(u)=-u\), or logistic). \(p^{mm}\) is the shortest \(p\) with \(a_{it}^\top p\ge1\), \(\Xi=1/\|p^{mm}\|\),
\(u=\Xi p^{mm}\), \(\delta(p)=\min_{i,t}a_{it}^\top p\), \(C=nM(T-1)\,\overline{\max_t\Delta_{it}}\,/\,(m\min\Delta)\).
As printed: \(\arg\min_{\|p\|\le R}L\), divided by \(R\), tends to \(u\) as \(R\to\infty\).

Checked, for **every** \(p\) with \(\|p\|\le R\) and \(L(p)\le L(Ru)\):
\[
  \log(1+e^{\delta(p)}) \ge \log(e^{R\Xi}+T-1)-\log C, \qquad
  \log(1+e^{\Xi\langle p,u\rangle}) \ge \log(e^{R\Xi}+T-1)-\log C ,
\]
which is \(\delta(p)\ge\log((e^{R\Xi}+T-1)/C-1)\) wherever that is defined, and, if \(e^{R\Xi}\ge2C\),
\[
  \delta(p)\ge R\Xi-\log2C,\quad 1-\cos(p,u)\le\frac{\log2C}{R\Xi},\quad \Bigl\|\frac pR-u\Bigr\|\le\sqrt{\frac{2\log2C}{R\Xi}} .
\]
Up to a rotation of the keys, separable means that all \(a_{it}\) have a positive first coordinate.

Source: the regularisation-path theorem of Ataee Tarzanagh, Li, Zhang and Oymak (2023), recalled; surrogate derived.
Tight: \(n=1\), \(T=2\), \(p=Ru\): equality for every \(R\).
"""

from sympy import And, Ge, Implies, Le, log, sqrt

from claims.sources import TARZANAGH_2023_MAX_MARGIN
from oracles import attention
from refute import Claim, Mutant, quantities, sizes
from strategies.margins import deviation, separator
from strategies.tokens import log_loss_excess, slope_ratio, token_selection

C, R, reach, log_reach, margin, softplus_margin = quantities("C R reach log_reach margin softplus_margin")
softplus_projection, norm_squared, log_loss_ratio, cosine_gap, distance = quantities(
    "softplus_projection norm_squared log_loss_ratio cosine_gap distance"
)
n, T = sizes("n T")


def evaluate_along(direction):
    """The evaluator whose cosine and distance are taken to the named direction."""

    def evaluate(xp, data, n, T):
        p, radius, gaps = data["p"], data["radius"], data["gaps"]
        a = xp.reshape(data["differences"], (p.shape[0], n * (T - 1), p.shape[1]))
        optimum = separator(xp, "max-margin", data)
        target = optimum if direction == "max-margin" else separator(xp, direction, data)
        far, zero = radius / xp.linalg.vector_norm(optimum, axis=1), xp.zeros_like(radius)
        at_point, on_path = xp.sum(a * p[:, None, :], axis=2), xp.sum(a * optimum[:, None, :], axis=2) * far[:, None]
        excess = [log_loss_excess(xp, data, xp.reshape(margins, gaps.shape)) for margins in (at_point, on_path)]
        smallest = xp.min(at_point, axis=1)
        cosine, apart = deviation(xp, p, radius, target)
        return {
            C: (T - 1) * xp.sum(xp.max(gaps, axis=2), axis=1) / xp.min(gaps, axis=(1, 2)) * slope_ratio(xp, data),
            R: radius,
            reach: far,
            log_reach: xp.logaddexp(far, xp.log(zero + (T - 1))),
            margin: smallest,
            softplus_margin: xp.logaddexp(zero, smallest),
            softplus_projection: xp.logaddexp(zero, xp.sum(p * optimum, axis=1) / xp.sum(optimum * optimum, axis=1)),
            norm_squared: xp.sum(p * p, axis=1),
            log_loss_ratio: excess[0] - excess[1],
            cosine_gap: cosine,
            distance: apart,
        }

    return evaluate


def path(constant=C, cosine_bound=None):
    """The conclusion with a constant in place of C and a bound on 1 - cos in place of log(2C) / (R Xi)."""
    lost = log(2 * constant)
    rate = lost / reach if cosine_bound is None else cosine_bound
    return And(
        Ge(softplus_margin, log_reach - log(constant)),
        Ge(softplus_projection, log_reach - log(constant)),
        Implies(
            Ge(reach, lost),
            And(Ge(margin, reach - lost), Le(cosine_gap, rate), Le(distance, sqrt(2 * lost / reach))),
        ),
    )


def towards(name, direction, because):
    """A mutant that claims convergence to another direction."""
    oracle = attention.regularisation_path(direction)
    return Mutant(name, evaluate=evaluate_along(direction), oracle=oracle, because=because)


in_ball, in_sublevel = Le(norm_squared, R**2), Le(log_loss_ratio, 0)
claim = Claim(
    source=TARZANAGH_2023_MAX_MARGIN.item("the regularisation-path theorem"),
    provenance="recalled",
    reading="loss Assumption A with slopes between m and M on the range of the scores, unique best tokens, separable keys",
    inputs={"data": token_selection("n", "T-1", "d")},
    sizes={"n": (1, 3), "T": (2, 4), "d": (1, 3)},
    definitions={
        C: "n M (T-1) mean_i max_t gap_it / (m min gap), a number at least 1",
        R: "radius of the ball",
        reach: "R Xi, the margin of R u",
        log_reach: "log(exp(R Xi) + T - 1)",
        margin: "smallest margin of p over all samples and unselected tokens",
        softplus_margin: "log(1 + exp(margin))",
        softplus_projection: "log(1 + exp(Xi <p, u>))",
        norm_squared: "squared Euclidean norm of p",
        log_loss_ratio: "log of (L(p) - L*) / (L(Ru) - L*), L* the loss of perfect selection",
        cosine_gap: "1 - cos(p, u)",
        distance: "Euclidean norm of p/R - u",
    },
    notation={
        reach: r"R\Xi",
        log_reach: r"\log(e^{R\Xi}+T-1)",
        margin: r"\delta(p)",
        softplus_margin: r"\log(1+e^{\delta(p)})",
        softplus_projection: r"\log(1+e^{\Xi\langle p,u\rangle})",
        norm_squared: r"\|p\|^2",
        log_loss_ratio: r"\log\frac{L(p)-L_\star}{L(Ru)-L_\star}",
        cosine_gap: r"1-\cos(p,u)",
        distance: r"\|p/R-u\|",
    },
    hypotheses=[in_ball, in_sublevel],
    scale=reach,
    statement=path(),
    evaluate=evaluate_along("max-margin"),
    oracle=attention.regularisation_path(),
    oracle_differs="support vectors by Wolfe's nearest point of the hull in rationals, not by enumeration; losses from "
    "plain exponentials, not in the log domain",
    tight="n = 1, T = 2, p = R u: equality in the margin bound for every R",
    surrogate="every p of the sublevel set {L(p) <= L(Ru)} in the ball, of which the minimiser is one, obeys the rate",
    not_covered=[
        "losses other than the correlation and the logistic one",
        "norms other than the Euclidean one",
        "existence of the limit for losses whose slope is not bounded below",
    ],
    mutants=[
        Mutant(
            "the margin of the path itself, without the logarithm",
            statement=Ge(margin, reach),
            because="tokens may trade margins of order one within the sublevel set",
        ),
        Mutant(
            "constant without the number of other tokens",
            statement=path(C / (T - 1)),
            because="T - 1 tied tokens with equal gaps and p = R u leave e^{R Xi} < e^{R Xi} + T - 2",
        ),
        Mutant(
            "constant without the number of samples",
            statement=path(C / n),
            because="one of n samples may give up log n of its margin while the others gain",
        ),
        towards("direction of least 1-norm", "l1", "the Euclidean ball has the 2-norm separator as its limit"),
        towards("mean difference of the keys", "mean", "the limit is decided by the support vectors alone"),
        towards("separator of the second best tokens", "second", "the optimal tokens are selected, not the second best"),
        towards("separator without its heaviest support vector", "pruned", "that constraint is active in the limit"),
        Mutant(
            "without the bound on the norm",
            hypotheses=[in_sublevel],
            inputs={"data": token_selection("n", "T-1", "d", ball=False)},
            because="a long vector orthogonal to all key differences does not change the loss but turns p away from u",
        ),
        Mutant(
            "squared rate of the cosine",
            statement=path(cosine_bound=log(2 * C) / reach**2),
            because="an active constraint with multiplier 0 lets p drift along the sphere by more than O(1)",
        ),
    ],
)
