"""The guides, and what their readers say of them."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints import access
from blueprints.access import Right, needs
from blueprints.help import help
from blueprints.help.articles import ARTICLES, Article
from blueprints.help.forms import FeedbackForm
from blueprints.help.giving_feedback import feedback_of, give_feedback
from blueprints.help.reading_feedback import FeedbackTally, comments, tallies


@help.get("/help/")
@needs(Right.SIGNED_IN)
def contents() -> ResponseReturnValue:
    return render_template("help/contents.html", articles=ARTICLES.values())


@help.get("/help/<slug>")
@needs(Right.SIGNED_IN)
def article(slug: str) -> ResponseReturnValue:
    return _page(_article_or_404(slug))


@help.post("/help/<slug>/feedback")
@needs(Right.SIGNED_IN)
def article_feedback(slug: str) -> ResponseReturnValue:
    found, form = _article_or_404(slug), FeedbackForm()
    if not form.validate():
        return _page(found, form), 422
    give_feedback(slug, helpful=form.helpful.data == "yes", comment=form.comment.data, by=access.actor())
    return redirect(url_for(".article", slug=slug, _anchor="helpful"), 303)


@help.get("/help/feedback")
@needs(Right.MANAGE_STORE)
def feedback() -> ResponseReturnValue:
    counted = tallies()
    rows = [(article, counted.get(slug, FeedbackTally())) for slug, article in ARTICLES.items()]
    return render_template("help/feedback.html", rows=rows, articles=ARTICLES, comments=comments())


def _article_or_404(slug: str) -> Article:
    return ARTICLES.get(slug) or abort(404)


def _page(article: Article, form: FeedbackForm | None = None) -> str:
    mine = feedback_of(access.actor(), article.slug)
    return render_template(
        article.template,
        article=article,
        form=form or FeedbackForm(formdata=None, comment=mine.comment if mine else ""),
        mine=mine,
        tally=tallies().get(article.slug) if access.may(Right.MANAGE_STORE) else None,
    )
