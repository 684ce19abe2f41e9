"""What each sign adds to the log odds of pretext, as `python -m eval.fit_pretext` fits it. Flags rest on the rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PRIOR: Mapping[str, float] = MappingProxyType(
    {"strong": 3.0, "weak": 2.5, "any_strong": 2.5, "several": 2.5, "truth": -1.0}
)
"""Where a fit starts, and what a sign counts that no fit has seen: by its kind, per unit of strength."""
# Fitted on the training split of TakedownBench (seed 21, size 1200): 702 cases with a claim that is not
# supported, 256 of them pretextual.
BIAS = -4.369
FITTED: Mapping[str, float] = MappingProxyType(
    {
        "coordinated_reports": 3.205,
        "fabricated_exhibit": 4.315,
        "false_witness": 2.307,
        "foreign_reach": 2.182,
        "impersonation": 2.5,
        "interested_party": 1.92,
        "overreach": 2.5,
        "overturned_record": 3.014,
        "planted_content": 1.96,
        "pressure": 2.301,
        "seen_before_it_happened": 3.387,
        "tied_source": 2.631,
        "timing": 2.554,
        "unverified_authority": 2.487,
        "any_strong": 4.03,
        "several": 2.853,
        "truth": -1.609,
    }
)
