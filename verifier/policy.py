"""Policy as data: what counts as a violation, what settles it, and which action it allows.

A policy is one YAML file. It is validated on load, all problems at once, and named by the hash of
its content, so that an answer can say under which policy it was given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from verifier.problems import Problem, problems_of

DEFAULT_POLICY = Path(__file__).parent / "policies" / "default.yaml"

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeys(_Loader):  # type: ignore[misc, valid-type]
    """A safe loader that refuses a key that stands twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            told = f"keys that stand twice: {', '.join(twice)}"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


SettledBy = Literal["words", "classifier", "hash", "media", "event", "meeting_time", "authorship"]
Modality = Literal["words", "shown", "files"]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class InvalidPolicy(ValueError):  # noqa: N818 - reads as what it is
    """The file is no valid policy. `problems` has every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class Part(BaseModel):
    """Base of all parts of a policy: closed and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Element(Part):
    """One thing that must be true for a violation of a category."""

    id: Name
    question: str = Field(min_length=3)
    settled_by: tuple[SettledBy, ...] = Field(min_length=1)


class CategoryPolicy(Part):
    """What a category means and how it is settled."""

    definition: str = Field(min_length=10)
    judged_as: tuple[str, ...] = Field(default=(), description="categories of the text judge that stand for it")
    claims_about: tuple[Modality, ...] = Field(
        default=("words",), description="what a claim speaks of when it doesn't say"
    )
    grave: bool = False
    hash_at: Share = 0.88
    classifier_at: Share | None = None
    elements: tuple[Element, ...] = Field(min_length=1)


class ActionPolicy(Part):
    """When an action is proportionate."""

    scope: Literal["participant", "account", "meeting"]
    categories: tuple[str, ...] | None = Field(default=None, description="None: all that are not named elsewhere")
    when_repeated: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    in_recording: bool = False
    always_person: bool = False


class ApprovalPolicy(Part):
    """How many people must agree, by disposition."""

    cleared: int = Field(default=0, ge=0)
    review: int = Field(default=1, ge=1)
    hold: int = Field(default=2, ge=2)


class Thresholds(Part):
    """Probabilities and counts at which a verdict or a disposition turns."""

    supported_at: Share
    clear_at: Share
    uncertain_at: Share
    others_at: Share
    classifier_at: Share
    classifier_low: Share
    repeated_messages: int = Field(ge=1)
    independent_attendees: int = Field(ge=2)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not 0 < self.uncertain_at <= self.supported_at <= self.clear_at <= 1:
            raise PydanticCustomError(
                "threshold_order",
                "need 0 < uncertain_at <= supported_at <= clear_at <= 1, so that doubt never clears",
            )
        return self


class SupportWeights(Part):
    """The logistic model of `support.weigh`: a bias and one weight per measure.

    What speaks for a claim can't weigh less than nothing, what speaks against it no more than nothing.
    """

    bias: float
    best: float = Field(gt=0)
    more: float = Field(ge=0)
    detector: float = Field(ge=0)
    second_detector: float = Field(ge=0)
    weak_detector: float = Field(ge=0)
    at_large: float = Field(ge=0)
    heard_nothing: float = Field(le=0)

    def weights(self) -> dict[str, float]:
        """The weights by name, without the bias."""
        return {name: value for name, value in self if name != "bias"}


class Times(Part):
    """Spans in seconds, and account ages in days."""

    edge_tolerance: Seconds
    claim_window: Seconds
    clock_tolerance: Seconds
    late_after: Seconds
    new_account_days: int = Field(ge=0)
    fresh_account_days: int = Field(ge=0)


class Limits(Part):
    """Bounds on work."""

    judged_passages: int = Field(ge=1, le=2000)
    judged_passages_more: int = Field(ge=0, le=2000)
    passage_chars: int = Field(ge=100, le=5000)


class PretextPolicy(Part):
    """How signs of pretext add up."""

    strong_at: Share
    weak_needed: int = Field(ge=2, description="no weak sign convicts alone")


class Policy(Part):
    """A platform's rules, as one piece of data."""

    name: Name
    schema_: Literal[1] = Field(alias="schema")
    categories: Mapping[Name, CategoryPolicy] = Field(min_length=1)
    actions: Mapping[str, ActionPolicy]
    ladder: tuple[str, ...]
    approvals: ApprovalPolicy
    thresholds: Thresholds
    support: SupportWeights
    times: Times
    limits: Limits
    pretext: PretextPolicy
    version: str = ""

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        unknown = [
            f"/actions/{action}/{field}: {category}"
            for action, rule in self.actions.items()
            for field in ("categories", "when_repeated", "never")
            for category in getattr(rule, field) or ()
            if category not in self.categories
        ]
        unknown += [f"/ladder: {action}" for action in self.ladder if action not in self.actions]
        if unknown:
            raise PydanticCustomError(
                "unknown_name", "names that are not defined: {names}", {"names": "; ".join(unknown)}
            )
        return self

    def strong_classifier(self, category: str) -> float:
        """The score at which a platform classifier of this category counts as strong."""
        own = self.categories[category].classifier_at
        return self.thresholds.classifier_at if own is None else own


def load_policy(path: Path | None = None) -> Policy:
    """Read and validate a policy file; the default one when no path is given.

    Raises `InvalidPolicy` with all problems, also for a file that can't be read.
    """
    return _load(DEFAULT_POLICY) if path is None else _read(path)


@lru_cache(maxsize=1)
def _load(path: Path) -> Policy:
    return _read(path)


def _read(path: Path) -> Policy:
    try:
        raw = path.read_bytes()
        data = yaml.load(raw, Loader=_UniqueKeys)  # noqa: S506 - a safe loader, in C where there is one
    except OSError as error:
        raise InvalidPolicy((Problem("", f"can't read {path}: {error.strerror}", "check the path"),)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidPolicy((Problem("", f"not valid YAML: {error}", "check indentation and quotes"),)) from None
    if not isinstance(data, dict):
        raise InvalidPolicy((Problem("", "a policy is a YAML mapping", "start from the default policy"),))
    if "version" in data:
        raise InvalidPolicy(
            (Problem("/version", "a policy has no version of its own", "remove it: its hash names it"),)
        )
    name = data.get("name")
    data["version"] = f"{name}+sha256:{hashlib.sha256(raw).hexdigest()[:12]}"
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise InvalidPolicy(problems_of(error)) from None
