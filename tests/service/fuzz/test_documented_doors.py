"""Every door of the OpenAPI document, tried with what the document allows and with what it doesn't."""

import pytest
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from service.api.app import create_app
from service.settings import Settings

from .amount import much
from .conftest import real_rules

_app = create_app(Settings(), real_rules())
schema = schemathesis.openapi.from_dict(_app.openapi())
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
schema.config.phases.coverage.enabled = False  # thousands of fixed inputs a door; chance finds as much


@pytest.fixture(scope="module")
def app():
    return _app


load_all_checks()
DOCUMENTED = CHECKS.get_by_names(
    ["status_code_conformance", "content_type_conformance", "response_headers_conformance",
     "response_schema_conformance"]
)  # fmt: skip


@schema.parametrize()
@much(12)
def test_no_call_makes_the_service_fail_and_every_answer_is_documented(door, case):
    """Status, content type, headers and body of whatever is answered are what the document says."""
    sent = case.as_transport_kwargs()
    body = sent.pop("data", None)
    if isinstance(body, bytes | str):
        sent["content"] = body
    response = door.send(sent.pop("method"), sent.pop("url"), **{k: v for k, v in sent.items() if k != "cookies"})
    case.validate_response(response, checks=DOCUMENTED)
