"""The papers that the claims are printed in, cited once."""

from refute.source import Paper

REFUTE_DERIVED = Paper(
    authors="refute contributors", year=2025, title="Theorems derived in this project, each in the docstring of its claim"
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
DANESHMAND_2020 = Paper(
    authors="Daneshmand, Kohler, Bach, Hofmann, Lucchi",
    year=2020,
    title="Batch Normalization Provably Avoids Rank Collapse for Randomly Initialised Deep Networks",
    arxiv="2003.01652",
    venue="NeurIPS",
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
RUMP_2012 = Paper(
    authors="Rump",
    year=2012,
    title="Error estimation of floating-point summation and dot product",
    venue="BIT Numerical Mathematics",
)
JOUDAKI_2022 = Paper(
    authors="Joudaki, Daneshmand, Bach",
    year=2022,
    title="Entropy Maximization with Depth: A Variational Principle for Random Neural Networks",
    arxiv="2205.13076",
)
JOUDAKI_2023 = Paper(
    authors="Joudaki, Daneshmand, Bach",
    year=2023,
    title="On the impact of activation and normalization in obtaining isometric embeddings at initialization",
    arxiv="2305.18399",
    venue="NeurIPS",
)
JOUDAKI_2025 = Paper(
    authors="Joudaki, Hofmann",
    year=2025,
    title="Emergence of Globally Attracting Fixed Points in Deep Neural Networks With Nonlinear Activations",
    arxiv="2410.20107",
    venue="AISTATS",
)
JOUDAKI_2025_POST = Paper(
    authors="Joudaki",
    year=2025,
    title="Complex-Analytic Proofs of Global Attraction for Neural Kernel Map",
    venue="post of 12 August 2025 on the author's page",
)
AHN_2023 = Paper(
    authors="Ahn, Cheng, Daneshmand, Sra",
    year=2023,
    title="Transformers learn to implement preconditioned gradient descent for in-context learning",
    arxiv="2306.00297",
    venue="NeurIPS",
)
WANG_2024_TD = Paper(
    authors="Wang, Blaser, Daneshmand, Zhang",
    year=2024,
    title="Transformers Can Learn Temporal Difference Methods for In-Context Reinforcement Learning",
    arxiv="2405.13861",
)
ROBERTS_2022 = Paper(
    authors="Roberts, Yaida, Hanin",
    year=2022,
    title="The Principles of Deep Learning Theory",
    arxiv="2106.10165",
    venue="Cambridge University Press",
)
DONG_2021 = Paper(
    authors="Dong, Cordonnier, Loukas",
    year=2021,
    title="Attention is Not All You Need: Pure Attention Loses Rank Doubly Exponentially with Depth",
    arxiv="2103.03404",
    venue="ICML",
)
BRODY_2023 = Paper(
    authors="Brody, Alon, Yahav",
    year=2023,
    title="On the Expressivity Role of LayerNorm in Transformers' Attention",
    arxiv="2305.02582",
    venue="Findings of ACL",
)
CHO_2009 = Paper(authors="Cho, Saul", year=2009, title="Kernel Methods for Deep Learning", venue="NeurIPS")
DANIELY_2016 = Paper(
    authors="Daniely, Frostig, Singer",
    year=2016,
    title="Toward Deeper Understanding of Neural Networks: The Power of Initialization and a Dual View on Expressivity",
    arxiv="1602.05897",
    venue="NeurIPS",
)
JACOT_2018 = Paper(
    authors="Jacot, Gabriel, Hongler",
    year=2018,
    title="Neural Tangent Kernel: Convergence and Generalization in Neural Networks",
    arxiv="1806.07572",
    venue="NeurIPS",
)
