"""What one process counts: calls, assessments, scores, languages. What lasts is read from the store (`standing`)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from verifier.assessment import Assessment
from verifier.case import Case

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0)
"""Bucket edges; the targets of docs/performance.md are among them."""
SCORES = tuple(n / 20 for n in range(1, 20))
"""Twenty equal bins of a probability: fine enough to see a distribution move."""
LANGUAGES = 60
"""Languages that are counted by name; a case can name anything, and every name is a series for ever."""


class Meters:
    """Counters of one running service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        here = self.registry
        self.calls = Histogram(
            "takedown_http_seconds", "Answered calls.", ("method", "route", "status"), buckets=SECONDS, registry=here
        )
        self.ready = Gauge("takedown_ready", "1 once the text judge has answered a probe.", registry=here)
        self.audit_broken = Gauge(
            "takedown_audit_broken", "1 once the audit log is not as it was written.", registry=here
        )
        self.people_age = Gauge(
            "takedown_people_age_seconds", "Age of what the people directory says; 0 for a file.", registry=here
        )
        self.in_flight = Gauge("takedown_http_in_flight", "Calls that are being answered.", registry=here)
        self.verification = Histogram(
            "takedown_verification_seconds", "Time that the verifier took for a case.", buckets=SECONDS, registry=here
        )
        self.assessments = Counter(
            "takedown_assessments", "Cases assessed.", ("disposition", "degraded"), registry=here
        )
        self.support = Histogram(
            "takedown_support_score", "Support of claims, by verdict.", ("verdict",), buckets=SCORES, registry=here
        )
        self.pretext = Histogram("takedown_pretext_score", "Pretext scores.", buckets=SCORES, registry=here)
        self.languages = Counter(
            "takedown_languages", "Assessed cases, by language of the record.", ("language",), registry=here
        )
        self.store_failures = Counter(
            "takedown_store_failures", "Calls that failed for want of the database.", registry=here
        )
        for disposition in ("cleared", "review", "hold"):  # a series that begins at 0 shows its first increase
            for degraded in ("no", "yes"):
                self.assessments.labels(disposition, degraded)
        self._languages: set[str] = set()

    def assessed(self, case: Case, assessment: Assessment, seconds: float) -> None:
        """Count one assessment."""
        self.verification.observe(seconds)
        self.assessments.labels(assessment.disposition, "yes" if assessment.degraded else "no").inc()
        for claim in assessment.claims:
            self.support.labels(claim.verdict).observe(claim.support)
        self.pretext.observe(assessment.pretext.score)
        self.languages.labels(self._language(case)).inc()

    def _language(self, case: Case) -> str:
        """The language that most of the record is in, as a primary tag."""
        tags = [(signal.language or "").partition("-")[0].lower() for signal in case.signals if signal.text]
        tags = [tag for tag in tags if tag] or [(case.meeting.language or "").partition("-")[0].lower()]
        most = max(sorted(set(tags)), key=tags.count)
        if not (most.isascii() and most.isalpha() and len(most) in (2, 3)):
            return "unknown"
        if most not in self._languages and len(self._languages) >= LANGUAGES:
            return "other"
        self._languages.add(most)
        return most
