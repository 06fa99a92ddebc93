r"""A holomorphic self-map of the disk that fixes 0 contracts the potential by $(1+\alpha)/2$, with its slope $\alpha$ at 0.

Let $\kappa:\mathbb D\to\mathbb D$ be holomorphic with $\kappa(0)=0$ and $\alpha=\kappa'(0)\in[0,1)$, and
$\Phi(x)=\frac{x}{1-x}$.  Then for all $z\in\mathbb D$
$$|\kappa(z)|\le|z|\,\frac{\alpha+|z|}{1+\alpha|z|},\qquad\Phi(|\kappa(z)|)\le\frac{1+\alpha}2\,\Phi(|z|).$$
Item C1 of the post *Complex-Analytic Proofs of Global Attraction for Neural Kernel Map* by Joudaki, on the kernel maps of
Joudaki and Hofmann (2025), arXiv 2410.20107; the first is a classical consequence of the Schwarz-Pick lemma (Rogosinski).

A kernel map $\sum_kc_k^2\rho^k$ is such a self-map, but $\frac{1+\alpha}2\ge\frac1{2-\alpha}$: for kernel maps, case 1 of Theorem
1 (`isometry/kappa_case1`) is sharper.  Equality in the first for $\kappa(z)=z\frac{\alpha+z}{1+\alpha z}$, $z>0$, where the
factor of the second tends to $\frac{1+\alpha}2$ as $z\to1$.

Inputs: $z$ times a finite Blaschke product with real zeros, or with conjugate pairs of zeros.
"""

from sympy import And, Le

from claims.sources import JOUDAKI_2025_POST
from oracles import kernels
from refute import Claim, Mutant, quantities
from strategies.disks import REAL, blaschke, disk_point

size, image, potential, potential_next, slope = quantities("size image potential potential_next slope")


def evaluate(xp, map, z):
    return moduli(xp, z, xp.log1p(-z.apart) + map.log_modulus(z)) | {slope: map.at_zero}


def evaluate_off_centre(xp, map, z):
    return moduli(xp, z, map.log_modulus(z)) | {slope: map.slope_at_zero}


def moduli(xp, z, log_image):
    return {
        size: 1 - z.apart,
        image: xp.exp(log_image),
        potential: (1 - z.apart) / z.apart,
        potential_next: xp.exp(log_image) / -xp.expm1(log_image),
    }


rogosinski = Le(image, size * (slope + size) / (1 + slope * size))

claim = Claim(
    source=JOUDAKI_2025_POST.item("item C1"),
    provenance="text",
    inputs={"map": blaschke("n"), "z": disk_point()},
    sizes={"n": (1, 4)},
    statement=And(rogosinski, Le(potential_next, (1 + slope) / 2 * potential)),
    evaluate=evaluate,
    oracle=kernels.self_map,
    oracle_differs="the product itself in Cartesian coordinates, not the deficits 1 - |b|^2 in polar ones",
    definitions={
        size: "|z|",
        image: "|kappa(z)|",
        potential: "|z| / (1 - |z|)",
        potential_next: "|kappa(z)| / (1 - |kappa(z)|)",
        slope: "alpha = kappa'(0)",
    },
    notation={
        size: "|z|",
        image: r"|\kappa(z)|",
        potential: r"\Phi(|z|)",
        potential_next: r"\Phi(|\kappa(z)|)",
        slope: r"\alpha",
    },
    tight="kappa(z) = z (alpha + z)/(1 + alpha z) for z > 0; the second as z tends to 1",
    not_covered=["z = 0, where all sides are 0", "self-maps that are not finite Blaschke products, which are their limits"],
    mutants=[
        Mutant(
            "factor 1/(2 - alpha)",
            statement=And(rogosinski, Le(potential_next, potential / (2 - slope))),
            because="z (alpha + z)/(1 + alpha z) reaches (1 + alpha)/2 as z tends to 1",
        ),
        Mutant(
            "sharper than case 1, as the post begins",
            statement=Le((1 + slope) / 2, 1 / (2 - slope)),
            because="(1 + alpha)(2 - alpha) = 2 + alpha (1 - alpha) > 2; the end of the post concedes it",
        ),
        Mutant(
            "kappa(0) = 0 dropped",
            inputs={"map": blaschke("n", (REAL,)), "z": disk_point()},
            evaluate=evaluate_off_centre,
            oracle=kernels.self_map_off_centre,
            because="(z + c)/(1 + c z) moves z = 0 to c",
        ),
        Mutant(
            "|z| alpha",
            statement=Le(image, size * slope),
            because="z^2 has alpha = 0",
        ),
        Mutant(
            "factor 0.999 (1 + alpha)/2 in the potential",
            statement=Le(potential_next, (1 + slope) / 2 * potential * 999 / 1000),
            because="the factor is approached as z tends to 1",
        ),
    ],
)
