"""schemathesis attacks /api/v1 by its own description: every answer has a status, a type and a shape that stand there."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lifelong.catalogue.tests import world

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(feed, final):
    world.loaded()
    world.published(final, "太极拳起势")
    feed()
    for signal in (request_started, request_finished):  # as Django's own test client does: the connection is the test's
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_nothing_is_found_by_who_knows_the_description(schema, mode):
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) >= 7
    for operation in found:
        if mode == GenerationMode.NEGATIVE and not list(operation.query):
            continue  # nothing to get wrong

        @settings(
            max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def attack(case):
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        attack()
