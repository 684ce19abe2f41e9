"""One sign of pretext a file. A new file here is found by itself; it must offer `SPEC`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from verifier.pretext.view import IndicatorSpec


@lru_cache(maxsize=1)
def all_indicators() -> tuple[IndicatorSpec, ...]:
    """Every indicator in this folder, strong ones first, then by code."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    specs: list[IndicatorSpec] = [module.SPEC for module in modules]
    return tuple(sorted(specs, key=lambda s: (s.strength != "strong", s.code)))
