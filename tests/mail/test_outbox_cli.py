"""`flask outbox deliver`, for whoever prefers a timer."""


def test_without_a_server_it_says_so(open_app):
    result = open_app(MAIL_SERVER=None).test_cli_runner().invoke(args=["outbox", "deliver"])
    assert result.exit_code == 1
    assert "FLASK_MAIL_SERVER" in result.output


def test_it_sends_what_is_due_and_counts(app, desk, post_office):
    for _ in range(3):
        desk.queue()
    result = app.test_cli_runner().invoke(args=["outbox", "deliver"])
    assert (result.exit_code, result.output) == (0, "Sent 3, failed 0, to be tried again 0.\n")
    assert len(post_office.letters) == 3


def test_it_fails_when_an_email_did(app, desk, post_office):
    post_office.refuse["nobody@example.com"] = "550 5.1.1 no such user here"
    desk.queue("nobody@example.com")
    desk.queue()
    result = app.test_cli_runner().invoke(args=["outbox", "deliver"])
    assert result.exit_code == 1
    assert "Sent 1, failed 1" in result.output


def test_it_fails_when_the_server_is_shut(app, desk, post_office):
    post_office.close()
    desk.queue()
    result = app.test_cli_runner().invoke(args=["outbox", "deliver"])
    assert result.exit_code == 1
    assert "could not be reached" in result.output


def test_the_list_shows_what_waits_and_why(app, desk, post_office):
    post_office.refuse["nobody@example.com"] = "550 5.1.1 no such user here"
    desk.queue("nobody@example.com")
    desk.queue("ana@example.com")
    desk.deliver()
    waiting = app.test_cli_runner().invoke(args=["outbox", "list"]).output
    assert "nobody@example.com" in waiting
    assert "550" in waiting
    assert "ana@example.com" not in waiting
    assert "ana@example.com" in app.test_cli_runner().invoke(args=["outbox", "list", "--all"]).output
