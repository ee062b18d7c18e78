"""The API is what its own description says, with a token and without one: schemathesis finds nothing."""

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import StopReason, events, from_schema

pytestmark = pytest.mark.slow


def found_by_schemathesis(served, headers, *, most_of_one):
    """All of its phases and checks, as on its command line, which has more time: see docs/api.md. What it found, and
    how many cases that took. `most_of_one`: made up for one operation, beside those that it works out."""
    config = SchemathesisConfig.from_dict(
        {
            "headers": headers,
            "generation": {"max-examples": most_of_one, "deterministic": True, "database": "none"},
            "continue-on-failure": True,
            "suppress-health-check": ["all"],  # a slow machine is no finding
        }
    )
    description = schemathesis.openapi.from_url(f"{served}/api/v1/openapi.json", config=config)
    faults, cases, stopped = [], 0, None
    for event in from_schema(description).execute():
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.cases)
            faults += [
                f"{found.failure}: {found.code_sample} {event.recorder.interactions[case].response.text}"
                for case, checks in event.recorder.checks.items()
                for found in (check.failure_info for check in checks)
                if found
            ]
        elif isinstance(event, events.NonFatalError | events.FatalError):
            faults.append(str(event))
        elif isinstance(event, events.EngineFinished):
            stopped = event.stop_reason
    assert stopped is StopReason.COMPLETED
    return faults, cases


def test_with_a_token(served, program):
    faults, cases = found_by_schemathesis(served, {"Authorization": f"Bearer {program.token}"}, most_of_one=8)
    assert faults == []
    assert cases > 300


def test_without_a_token(served):
    faults, cases = found_by_schemathesis(served, {}, most_of_one=2)
    assert faults == []
    assert cases > 200
