"""Every door of the OpenAPI document, tried with what the document allows and with what it doesn't."""

import pytest
import schemathesis
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


@schema.parametrize()
@much(5)
def test_no_call_makes_the_service_fail(door, case):
    sent = case.as_transport_kwargs()
    body = sent.pop("data", None)
    if isinstance(body, bytes | str):
        sent["content"] = body
    door.send(sent.pop("method"), sent.pop("url"), **{k: v for k, v in sent.items() if k != "cookies"})
