"""Records as runs leave them, made by hand: a survivor, two refutations, a weak, a randomised and a broken claim."""

from refute import records
from refute.tally import GAP_EDGES

LONG = f"{'1234567890' * 6}7/{'9876543210' * 6}1"


def theorem(**fields):
    base = {
        "title": r"The norm \(\|x\|\) is at most \(|y|\).",
        "text": "The norm of \\(|y|\\).\n\nFor all $x$ with\n$$\\|x\\|_2 \\le 1$$, see `family/corrected`.\n",
        "source": "Lemma 8 of Ada, Bob, Cy (2021), On norms, NeurIPS, arXiv 2101.00001",
        "link": "https://arxiv.org/abs/2101.00001",
        "provenance": "text",
        "latex": r"\left|{a}\right| \leq \|x\| \wedge \left(b \geq 1 \Rightarrow c > \operatorname{sign}{(d)}\right)",
        "statement_hash": "ab" * 32,
        "hypotheses": [r"\|x\| > 0"],
        "definitions": [
            ("norm", r"\|x\|", "norm |x| of x_1, where 0 < x_*"),
            ("a", "a", "a number"),
            ("z", "z", "used by a mutant only"),
        ],
        "quantities": ["a", "norm"],
        "inputs": {"x": "A vector of the plane."},
        "sizes": {"n": (1, 8), "m": (0, "n-1")},
        "axes": {"k": (0, "n")},
        "tight": "x = e_1 | any scale",
        "oracle_differs": "by LU, not by eigenvalues",
    }
    return records.Theorem(**{**base, **fields})


def shown(**fields):
    base = {
        "sizes": {"n": 2}, "choices": {"f.family": "huber"}, "raw": {"X": [["1", "-3/4"], ["1/16384", "22"]], "h": "3/2"},
        "outcome": "violated", "relation": "(LessThan (at excess k) (Mul (Pow (Add (Mul 4 N) 2) -1) 1/2 (Pow R 2)))",
        "index": {"k": 1}, "lhs": "1/3", "rhs": "[0.25000 +/- 1.2e-6]", "gap": 0.14, "bits": 64, "lane": "corners",
    }  # fmt: skip
    return records.Shown(**{**base, **fields})


def lane(name, gaps, **fields):
    histogram = [0] * (len(GAP_EDGES) - 1)
    for position in (0, 3, 9):
        histogram[position] = 40
    base = {
        "drawn": 2000, "met": 1500, "instances": 1200, "seconds": 0.5, "closest_gap": gaps[-1], "histogram": histogram,
        "trace": [(10 ** (k + 1), gap) for k, gap in enumerate(gaps)], "by_size": {"n": {1: gaps[0], 2: gaps[-1], 5: gaps[-1]}},
        "by_choice": {"f.family": {"huber": gaps[0], "quadratic": gaps[-1]}}, "proposed": 9, "judged": 7, "ties": 1,
    }  # fmt: skip
    return records.Lane(name=name, **{**base, **fields})


def wealth(**fields):
    above = records.Betted(left=r"\mathbb{E}\left[q\right]", sign=1, sizes={"n": 2}, choices={"f.family": "huber"}, index={"k": 1},
                           draws=600, mean=0.31, low=0.29, high=None, bound=0.5, floor=0.0, exact=(0.3125, 0.3125))  # fmt: skip
    below = records.Betted(left="p", sign=-1, sizes={"n": 5}, draws=300, mean=0.9, low=0.8, high=0.95, bound=0.7, floor=0.0,
                           ceiling=1.0, exact=(0.85, 0.92))  # fmt: skip
    base = {
        "alpha": 1e-9, "draws": 900, "log_wealth": -3.3, "path": [(300, -1.0), (600, -2.0), (900, -3.3)], "level": 1e-3,
        "means": [below, above],
    }  # fmt: skip
    return records.Wealth(**{**base, **fields})


def claim(name, verdict, **fields):
    base = {
        "claim": name, "verdict": verdict, "expect": "survived", "as_expected": verdict == "survived",
        "why": "because | of _this_",
        "theorem": theorem(), "instances": 123456, "closest_gap": -0.00123,
        "lanes": [lane("corners", [-0.5, -0.01]), lane("sample", [-0.3, -1e-9, 0.0]), lane("replay", [-1.0], trace=[])],
        "mutants": [
            records.Mutant(name="a | b", because="x_1 > 1 | y", latex="a < |b|", refuted=True, lane="sample", evaluations=7,
                           seconds=0.2, counterexample=shown(raw={"X": [[LONG], ["2"]]})),
        ],
        "agreement": records.Agreement(compared=40, ill_conditioned=2, worst=0.25),
        "seconds": 2.5, "seed": 3, "budget": 6.0, "date": "2025-03-04T05:06:07+00:00",
    }  # fmt: skip
    return records.Claim(**{**base, **fields})


def runs():
    """One record of each kind, by id."""
    missed = records.Mutant(name="sharper constant", because="a guess", latex="a < b", refuted=False, evaluations=9999)
    found = [
        claim("family/survivor", "survived", hazards=[shown(outcome="holds", gap=-0.1, float_gap=1e-9)]),
        claim("family/corrected", "survived", closest_gap=0.0),
        claim("family/printed", "refuted", expect="refuted", as_expected=True, counterexample=shown(),
              certificate="certificates/family.printed.json",
              theorem=theorem(corrected_by="family/corrected", reading="as printed, n_1 from 1")),
        claim("family/surprise", "refuted", closest_gap=float("nan"), counterexample=shown(raw={"X": LONG}, lhs=LONG, rhs="0")),
        claim("other/weak", "weak", mutants=[missed], undecided=[shown(outcome="undecided"), shown(outcome="tie")]),
        claim("other/mean", "survived", wealth=wealth()),
        claim("other/broken", "broken", theorem=None, lanes=[], mutants=[], agreement=None, instances=0, closest_gap=None,
              why="a syntax error in line 3 of broken.py: '(' was never closed"),
    ]  # fmt: skip
    return {record.claim: record for record in found}
