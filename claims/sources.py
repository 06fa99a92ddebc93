"""The papers that the claims are printed in, cited once."""

from refute.source import Paper

REFUTE_DERIVED = Paper(
    authors="refute contributors", year=2025, title="Derivations in the specification of refute", venue="this project"
)
TARZANAGH_2023_MAX_MARGIN = Paper(
    authors="Ataee Tarzanagh, Li, Zhang, Oymak",
    year=2023,
    title="Max-Margin Token Selection in Attention Mechanism",
    arxiv="2306.13596",
    venue="NeurIPS",
)
KIM_2024 = Paper(authors="Kim", year=2024, title="A Proof of the Exact Convergence Rate of Gradient Descent", arxiv="2412.04427")
LESSARD_2016 = Paper(
    authors="Lessard, Recht, Packard",
    year=2016,
    title="Analysis and Design of Optimization Algorithms via Integral Quadratic Constraints",
    arxiv="1408.3595",
    venue="SIAM Journal on Optimization",
)
POLYAK_1964 = Paper(
    authors="Polyak",
    year=1964,
    title="Some methods of speeding up the convergence of iteration methods",
    venue="USSR Computational Mathematics and Mathematical Physics",
)
DANESHMAND_2021 = Paper(
    authors="Daneshmand, Joudaki, Bach",
    year=2021,
    title="Batch Normalization Orthogonalizes Representations in Deep Random Networks",
    arxiv="2106.03970",
    venue="NeurIPS",
)
METEREZ_2024 = Paper(
    authors="Meterez, Joudaki, Orabona, Immer, Rätsch, Daneshmand",
    year=2024,
    title="Towards Training Without Depth Limits: Batch Normalization Without Gradient Explosion",
    arxiv="2310.02012",
    venue="ICLR",
)
