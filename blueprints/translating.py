"""The words of a page's language. Flask-Babel looks for the catalog anew for every word, and Jinja takes three calls to
pass one on; a page has hundreds, so that both showed in its profile (docs/decisions/0020)."""

from typing import Any

from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


def _kept(name: str) -> Any:
    """The catalog or the locale, where Flask-Babel forgets it when the language changes (`force_locale`, `refresh`)."""
    try:
        here = g._get_current_object()  # a page has hundreds of words, and each look through the proxy takes time
    except RuntimeError:  # no application is at work
        return None
    return getattr(here.get("_flask_babel"), name, None)


def cldr_locale() -> str:
    """How babel calls the page's language for dates and amounts, which are written as in the Philippines."""
    locale = _kept("babel_locale") or get_locale()
    return "fil_PH" if locale and locale.language == "fil" else "en_PH"


def _catalog() -> NullTranslations:
    return _kept("babel_translations") or CATALOGS.get_translations()


class Catalogs(Domain):
    def get_translations(self) -> NullTranslations:
        found: NullTranslations | None = _kept("babel_translations")
        if found is None:
            found = super().get_translations()  # type: ignore[no-untyped-call]  # flask-babel is not typed
            if g:
                g._flask_babel.babel_translations = found
        return found


CATALOGS = Catalogs()  # type: ignore[no-untyped-call]  # as above


@pass_eval_context
def _gettext(eval_context: EvalContext, text: str, /, **values: Any) -> str:
    said = _catalog().ugettext(text)
    return _filled(said, values, eval_context.autoescape)


@pass_eval_context
def _ngettext(eval_context: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
    said = _catalog().ungettext(one, many, num)
    return _filled(said, {"num": num, **values}, eval_context.autoescape)


def _filled(said: str, values: dict[str, Any], is_escaped: bool) -> str:
    """As Jinja's newstyle gettext: a percent sign is written twice, and values are escaped where pages are."""
    if is_escaped:
        said = Markup(said)  # noqa: S704 (a text of ours)
    return said % values if "%" in said else said


def translate(app: Flask, babel: Babel) -> None:
    """After `babel.init_app`, whose own ways it takes the place of."""
    babel.domain_instance = CATALOGS
    app.jinja_env.globals.update({"_": _gettext, "gettext": _gettext, "ngettext": _ngettext})
