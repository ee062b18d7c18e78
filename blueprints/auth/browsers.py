"""Which browser somebody is signed in with, as its owner would call it."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> tuple[str | None, str | None]:
    """As in ("Chrome", "Android"); None for what is not known."""

    def first(names: tuple[tuple[str, str], ...]) -> str | None:
        return next((name for sign, name in names if sign in user_agent), None)

    return first(BROWSERS), first(SYSTEMS)
