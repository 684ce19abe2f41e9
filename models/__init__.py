"""Text models: what a passage of a meeting says, in numbers. Knows nothing of cases, requests or meetings."""

from .judge import CATEGORIES, Judgement, JudgeUnavailable, Passage, TextJudge
from .runtime import load_judge

__all__ = ["CATEGORIES", "JudgeUnavailable", "Judgement", "Passage", "TextJudge", "load_judge"]
