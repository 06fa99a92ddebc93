r"""A linear transformer with the right weights performs one step of preconditioned batch TD(0) in every layer.

Features $\phi_0,\dots,\phi_n\in\mathbb R^d$, rewards $R_1,\dots,R_n$ and a discount $\gamma$ form the prompt
$Z_0\in\mathbb R^{(2d+1)\times(n+1)}$ with the columns $(\phi_j;\gamma\phi_{j+1};R_{j+1})$, $j<n$, and the query
$(\phi_n;0;0)$.  With $M=\mathrm{diag}(I_n,0)$, any $C_l\in\mathbb R^{d\times d}$,
$$Z_{l+1}=Z_l+\tfrac1nPZ_lM(Z_l^\top Q_lZ_l),\qquad P=e_{2d+1}e_{2d+1}^\top,\qquad
  Q_l=\begin{pmatrix}-C_l^\top&C_l^\top&0\\0&0&0\\0&0&0\end{pmatrix},$$
and $w_0=0$, the output $y_l=[Z_l]_{2d+1,n+1}$ of every layer is
$$y_l=-\langle\phi_n,w_l\rangle,\qquad
  w_{l+1}=w_l+\tfrac1nC_l\sum_{j=0}^{n-1}\big(R_{j+1}+\gamma w_l^\top\phi_{j+1}-w_l^\top\phi_j\big)\phi_j ,$$
and the last row of the context holds the TD errors,
$$[Z_l]_{2d+1,j+1}=R_{j+1}+\gamma w_l^\top\phi_{j+1}-w_l^\top\phi_j .$$
Source: Wang, Blaser, Daneshmand and Zhang (2024), Theorem 1.  An identity for arbitrary numbers: no Markov structure is
used.  It is decided in rationals.
"""

from sympy import And, Eq

from claims.sources import WANG_2024_TD
from oracles import transformers
from refute import Claim, Mutant, quantities, sizes
from strategies.contexts import transitions

y, delta, value, before, after, R, gamma, magnitude = quantities("y delta value before after R gamma magnitude")
l, j, L = sizes("l j L")


def network(xp, prompt, L, transposed=True, masked=True, query_sees_next=False, extra_sample=0):
    """The last rows ``(batch, L+1, n+1)`` of the states of the network, by its matrix products."""
    phi, rewards, weights = prompt["features"], prompt["rewards"], prompt["weights"]
    n, d = rewards.shape[1], phi.shape[2]
    following = prompt["discount"][:, None, None] * phi[:, 1:, :]
    shown = following[:, : n + 1] if query_sees_next else xp.concat([following[:, :n], 0 * phi[:, :1]], axis=1)
    labels = xp.concat([rewards, 0 * rewards[:, :1]], axis=1)
    Z = xp.matrix_transpose(xp.concat([phi[:, : n + 1], shown, labels[:, :, None]], axis=2))
    place = xp.arange(n + 1, device=Z.device)
    M = xp.astype(place < (n if masked else n + 1), Z.dtype)
    last = xp.astype(xp.arange(2 * d + 1, device=Z.device) == 2 * d, Z.dtype)
    P = last[:, None] * last[None, :]
    rows = [Z[:, -1, :]]
    for layer in range(L):
        block = xp.matrix_transpose(weights[:, layer]) if transposed else weights[:, layer]
        upper = xp.concat([-block, block, xp.zeros_like(block[:, :, :1])], axis=2)
        Q = xp.concat([upper, xp.zeros_like(Z[:, : d + 1, :1]) + xp.zeros_like(upper[:, :1, :])], axis=1)
        Z = Z + P @ (Z * M) @ (xp.matrix_transpose(Z) @ Q @ Z) / (n + extra_sample)
        rows.append(Z[:, -1, :])
    return xp.stack(rows, axis=1)


def values(xp, prompt, L, sign=-1):
    """``w_l . phi_j`` for all layers and features, ``(batch, L+1, n+1)``, by preconditioned batch TD(0).

    With the ``sign`` 1 and a prompt of absolute values they bound all that is summed up on the way.
    """
    rewards, weights = prompt["rewards"], prompt["weights"]
    n = rewards.shape[1]
    phi = prompt["features"][:, : n + 1]
    w, found = 0 * phi[:, 0, :], []
    for layer in range(L + 1):
        now = (phi @ w[:, :, None])[:, :, 0]
        found.append(now)
        if layer < L:
            errors = rewards + prompt["discount"][:, None] * now[:, 1:] + sign * now[:, :-1]
            step = xp.matrix_transpose(phi[:, :-1]) @ errors[:, :, None] / n
            w = w + (weights[:, layer] @ step)[:, :, 0]
    return xp.stack(found, axis=1)


def evaluate_network(**variant):
    """The evaluator of a variant of the network; the recursion is always the printed one."""

    def evaluate(xp, prompt, L):
        rows, now = network(xp, prompt, L, **variant), values(xp, prompt, L)
        summed = values(xp, {name: abs(array) for name, array in prompt.items()}, L, sign=1)
        return {
            y: rows[:, :, -1],
            delta: rows[:, :, :-1],
            value: now[:, :, -1],
            before: now[:, :, :-1],
            after: now[:, :, 1:],
            R: prompt["rewards"],
            gamma: prompt["discount"],
            magnitude: xp.max(summed, axis=2),
        }

    return evaluate


def variant(name, because, inputs=None, **options):
    """A mutant of the network."""
    oracle = transformers.temporal_difference(**options)
    prompt = {"prompt": inputs or transitions("n", "d", "L")}
    return Mutant(name, evaluate=evaluate_network(**options), oracle=oracle, inputs=prompt, because=because)


outputs = Eq(y[l] + value[l], 0)
context = Eq(R[j] + gamma * after[l, j] - before[l, j] - delta[l, j], 0)
claim = Claim(
    source=WANG_2024_TD.item("Theorem 1"),
    provenance="text",
    inputs={"prompt": transitions("n", "d", "L")},
    sizes={"d": (1, 3), "n": (1, 5), "L": (1, 4)},
    axes={l: (0, "L"), j: (0, "n-1")},
    definitions={
        y: "last entry of the query after l layers",
        delta: "last entry of context column j after l layers",
        value: "w_l . phi_n after l steps of TD(0)",
        before: "w_l . phi_j",
        after: "w_l . phi_{j+1}",
        R: "reward R_{j+1} of transition j",
        gamma: "discount, any number",
        magnitude: "largest sum of absolute values on the way to a value after l steps, the scale of its rounding",
    },
    notation={
        y: r"y_l",
        delta: r"[Z_l]_{2d+1,j+1}",
        value: r"\langle\phi_n,w_l\rangle",
        before: r"\langle\phi_j,w_l\rangle",
        after: r"\langle\phi_{j+1},w_l\rangle",
        R: r"R_{j+1}",
        gamma: r"\gamma",
    },
    scale=magnitude[l],
    statement=And(outputs, context),
    evaluate=evaluate_network(),
    oracle=transformers.temporal_difference(),
    oracle_differs="in rationals, each token attends in turn and the recursion sums over transitions; no matrix products",
    tight="an identity",
    mutants=[
        variant("weights not transposed", "C w and C^T w differ for a non-symmetric C, hence only at d >= 2", transposed=False),
        variant("the query attends to itself", "from the second layer on the query carries a label of its own", masked=False),
        variant(
            "the query shows the next feature",
            "the query then reads off phi_n - gamma phi_{n+1} in place of phi_n",
            transitions("n", "d", "L", beyond=True),
            query_sees_next=True,
        ),
        Mutant("sign of the output", statement=Eq(y[l] - value[l], 0), because="the network accumulates minus the value"),
        variant("mean over n + 1 tokens", "the sum is divided by the n transitions", extra_sample=1),
    ],
)
