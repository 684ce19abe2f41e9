"""Submissions made from worked cases."""

import json

from service.requests.submission import Stated, Submission
from service.store.documents import digest
from tests.service.fakes import answer, case_file
from verifier.problems import parse_case


def case_of(number="03", **request):
    document = json.loads(case_file(number).read_text("utf-8"))["case"]
    document["request"].update(request)
    return parse_case(json.dumps(document))


def submission(case, caller="desk", notes=()):
    return Submission(
        caller=caller,
        request=case.request,
        body_digest=digest(case.model_dump(mode="json")),
        state=lambda session, at: Stated(case, tuple(notes)),
    )


def answering(disposition="review", degraded=()):
    return lambda stated: answer(stated.case, disposition, degraded=degraded)


def never(stated):
    raise AssertionError("nothing was to be verified")
