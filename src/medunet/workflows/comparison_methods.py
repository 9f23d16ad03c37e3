"""The methods paragraph of a comparison, ready for a paper: what was done, with its sources."""

from __future__ import annotations

from medunet.reports import Methods
from medunet.workflows import surroundings
from medunet.workflows.comparison import Comparison

_SOURCES = (
    "Wilcoxon F. Individual comparisons by ranking methods. Biometrics Bulletin 1945;1:80.",
    "Pratt JW. Remarks on zeros and ties in the Wilcoxon signed rank procedures. J Am Stat Assoc 1959;54:655.",
    "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65.",
    "Phipson B, Smyth GK. Permutation p-values should never be zero. Stat Appl Genet Mol Biol 2010;9:39.",
    "Hodges JL, Lehmann EL. Estimates of location based on rank tests. Ann Math Stat 1963;34:598.",
    "Kerby DS. The simple difference formula. Compr Psychol 2014;3:11.IT.3.1.",
    "Cumming G, Finch S. A primer on confidence intervals based on noncentral distributions. Educ Psychol Meas "
    "2001;61:532.",
)
_SEEDS = "Satterthwaite FE. An approximate distribution of estimates of variance components. Biometrics 1946;2:110."


def comparison_methods(done: Comparison) -> Methods:
    """What was done, in the past tense."""
    first, *others = done.groups
    names = ", ".join(others)
    words = [
        f"{names} {'was' if len(others) == 1 else 'were'} compared with {first} on the {done.cases} cases of "
        f"{done.subjects} subjects that all were scored on. Scores were averaged over the cases of each subject, so "
        "that the subject was the unit of every interval and test; cases that could not be predicted counted with a "
        "Dice of 0. Differences of subjects were tested by the Wilcoxon signed-rank test (two-sided; zeros by Pratt's "
        f"rule, ties by mid-ranks), and p-values were corrected by Holm's method over one family ({done.family}). A "
        "permutation test that changed the signs of the subjects' differences served as a check. Mean differences are "
        "given with t intervals, Hodges–Lehmann medians with intervals from the signed-rank distribution, effect sizes "
        "as matched-pairs rank-biserial correlation and d_z, all at 95 %.",
    ]
    if any(one.with_seeds is not None for one in done.differences):
        words.append(
            "Recipes that were trained with several seeds entered with each subject's mean over seeds. The interval "
            "over subjects and seeds adds each recipe's variance of seed means, over its number of seeds, to the "
            "variance of the mean over subjects (Satterthwaite's degrees of freedom)."
        )
    versions = surroundings.versions()
    used = ", ".join(f"{name} {versions[name]}" for name in ("medunet", "numpy", "scipy") if name in versions)
    words.append(f"Computed with {used}.")
    seeds = (_SEEDS,) if len(words) > 2 else ()
    return Methods(tuple(words), (*_SOURCES, *seeds))
