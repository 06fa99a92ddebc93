r"""The in-context loss of one linear attention layer at its minimiser is an explicit sum over the eigenvalues of the covariance.

The setting is that of `transformers/single_layer_global_min`: tokens $x^{(i)}\sim N(0,\Sigma)$ in $\mathbb R^d$ with
$\Sigma=U\mathrm{diag}(\lambda)U^\top$, a task $w_\star\sim N(0,I_d)$, labels $y^{(i)}=\langle w_\star,x^{(i)}\rangle$, the
prompt $Z_0$ with the columns $(x^{(i)};y^{(i)})$, $i\le n$, and $(x^{(n+1)};0)$, one layer
$Z_1=Z_0+\frac1nPZ_0M(Z_0^\top QZ_0)$ with $M=\mathrm{diag}(I_n,0)$, and
$f(P,Q)=\mathbb E\big([Z_1]_{d+1,n+1}+w_\star^\top x^{(n+1)}\big)^2$.  Then
$$P_0=\begin{pmatrix}0&0\\0&\gamma\end{pmatrix},\quad
  Q_0=-\frac1\gamma\begin{pmatrix}U\mathrm{diag}\Big(\frac1{\frac{n+1}n\lambda_i
  +\frac1n\sum_k\lambda_k}\Big)U^\top&0\\0&0\end{pmatrix}
  \quad\text{give}\quad
  f(P_0,Q_0)=\sum_i\lambda_i\frac{\lambda_i+\mathrm{tr}\Sigma}{(n+1)\lambda_i+\mathrm{tr}\Sigma}$$
for every $\gamma\ne0$; for $\Sigma=I$ this is $\frac{d(d+1)}{n+d+1}$.

The weights are those of Theorem 1 of Ahn, Cheng, Daneshmand and Sra (2023), the value is derived here.  For $P=P_0$ and
$Q=\frac1\gamma\mathrm{diag}(B,0)$ the loss is
$f=\mathrm{tr}\Sigma+2\,\mathrm{tr}(\Sigma B\Sigma)+\mathrm{tr}(KB\Sigma B^\top)$ with
$K=\frac{n+1}n\Sigma^2+\frac1n\mathrm{tr}(\Sigma)\Sigma$, here at $B=-K^{-1}\Sigma$.  An identity, decided in rationals.
"""

from sympy import Eq

from claims.sources import AHN_2023
from oracles import transformers
from refute import Claim, Mutant, quantities
from strategies.contexts import regression_layer

claimed, minimum, fewer, isotropic = quantities("claimed minimum fewer isotropic")


def least_loss(xp, eigenvalues, samples):
    """The printed sum with ``samples`` in place of n + 1, ``(batch,)``."""
    trace = xp.sum(eigenvalues, axis=1, keepdims=True)
    return xp.sum(eigenvalues * (eigenvalues + trace) / (samples * eigenvalues + trace), axis=1)


def evaluate_at(preconditioner):
    """The evaluator for weights whose block has the eigenvalues ``-preconditioner(eigenvalues, trace, n) / gamma``."""

    def evaluate(xp, layer, n):
        eigenvalues = layer["eigenvalues"]
        trace = xp.sum(eigenvalues, axis=1, keepdims=True)
        M = -preconditioner(eigenvalues, trace, n)
        K = (n + 1) / n * eigenvalues**2 + trace / n * eigenvalues
        return {
            claimed: xp.sum(eigenvalues + 2 * eigenvalues**2 * M + K * eigenvalues * M**2, axis=1),
            minimum: least_loss(xp, eigenvalues, n + 1),
            fewer: lambda: least_loss(xp, eigenvalues, n),
            isotropic: lambda: least_loss(xp, 0 * eigenvalues + trace / eigenvalues.shape[1], n + 1),
        }

    return evaluate


def printed(eigenvalues, trace, n):
    return 1 / ((n + 1) / n * eigenvalues + trace / n)


def instead(name, preconditioner, oracle, because):
    """A mutant about other weights."""
    return Mutant(name, evaluate=evaluate_at(preconditioner), oracle=transformers.single_layer(oracle), because=because)


claim = Claim(
    source=AHN_2023.item("Theorem 1, the value at its weights"),
    provenance="derived",
    inputs={"layer": regression_layer("d")},
    sizes={"d": (1, 3), "n": (1, 8)},
    definitions={
        claimed: "in-context loss of the printed weights, rescaled by gamma",
        minimum: "sum of l_i (l_i + tr Sigma) / ((n + 1) l_i + tr Sigma) over the eigenvalues l_i of Sigma",
        fewer: "the same with n in place of n + 1",
        isotropic: "the same with all eigenvalues replaced by their mean",
    },
    notation={
        claimed: r"f(P_0,Q_0)",
        minimum: r"\textstyle\sum_i\lambda_i\frac{\lambda_i+\mathrm{tr}\Sigma}{(n+1)\lambda_i+\mathrm{tr}\Sigma}",
        fewer: r"\textstyle\sum_i\lambda_i\frac{\lambda_i+\mathrm{tr}\Sigma}{n\lambda_i+\mathrm{tr}\Sigma}",
        isotropic: r"\frac{d+1}{n+d+1}\mathrm{tr}\Sigma",
    },
    statement=Eq(claimed, minimum),
    evaluate=evaluate_at(printed),
    oracle=transformers.single_layer(),
    oracle_differs="moments of the prompt given the task, summed over tasks with the moments of a Gaussian, for the whole "
    "matrices with their gauge, by an inverse; not a polynomial in the eigenvalues",
    tight="an identity",
    mutants=[
        Mutant("n in place of n + 1", statement=Eq(claimed, fewer), because="d = n = 1 and Sigma = 1: the value is 2/3, not 1"),
        Mutant(
            "the mean eigenvalue for all",
            statement=Eq(claimed, isotropic),
            because="Sigma = diag(1, 4), n = 1: 330/91 = 3.63, not 15/4",
        ),
        instead(
            "attention that sums over the tokens",
            lambda eigenvalues, trace, n: 1 / ((n + 1) * eigenvalues + trace),
            transformers.summed,
            "these weights are n times too small for attention with the factor 1/n",
        ),
        instead(
            "own eigenvalue counted once less",
            lambda eigenvalues, trace, n: 1 / (eigenvalues + trace / n),
            transformers.counted_once_less,
            "d = n = 1 and Sigma = 1: the loss is 3/4, not 2/3",
        ),
    ],
)
