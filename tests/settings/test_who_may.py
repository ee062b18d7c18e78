"""Settings are the owner's: nobody else sees one or changes one."""

import pytest


def addresses(app):
    """Each page and each button of Settings, as (method, address)."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("settings."):
            numbers = dict.fromkeys(rule.arguments, 1) | ({"way": "up"} if "way" in rule.arguments else {})
            with app.test_request_context():
                url = app.url_for(rule.endpoint, **numbers)
            found += [(method, url) for method in ("GET", "POST") if method in (rule.methods or ())]
    return found


@pytest.mark.parametrize("name", ["sam", "uma"])
def test_staff_and_support_get_none_of_it(app, request, name):
    visitor = request.getfixturevalue(name)
    answers = {
        (method, url): visitor.get(url).status
        if method == "GET"
        else visitor.post(url, name="Mine", label="Mine").status
        for method, url in addresses(app)
    }
    assert len(answers) > 15
    assert set(answers.values()) == {403}


def test_a_stranger_is_asked_to_sign_in(mallory):
    assert mallory.get("/settings/couriers").location == "/login"


@pytest.mark.parametrize("page", ["couriers/999", "reasons/999", "couriers/99999999999999999999", "couriers/x"])
def test_what_is_not_there_is_not_found(olive, page):
    assert olive.get(f"/settings/{page}").status == 404


def test_a_get_changes_nothing(olive):
    assert olive.get("/settings/couriers/1/off").status == 405
    assert olive.get("/settings/alerts/test").status == 405
