"""refute: is a published theorem true exactly as it is printed?"""

from refute.claim import Claim, Mutant
from refute.inputs import Input, Sampler
from refute.instance import Instance, exact
from refute.source import Paper
from refute.statement import Mean, Probability, quantities, sizes

__version__ = "0.1.0"
__all__ = ["Claim", "Input", "Instance", "Mean", "Mutant", "Paper", "Probability", "Sampler", "exact", "quantities", "sizes"]
