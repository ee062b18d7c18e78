"""Who can sign in to a demo store. The sign-in page of a demo names them; no other store has them."""

from typing import NamedTuple

from models import Role


class DemoAccount(NamedTuple):
    email: str
    name: str
    role: Role


DEMO_PASSWORD = "suki-demo"  # noqa: S105 (for everybody to know)
OWNER = DemoAccount("ana@example.com", "Ana Reyes", Role.OWNER)
STAFF = DemoAccount("ben@example.com", "Ben Villanueva", Role.STAFF)
SUPPORT = DemoAccount("carla@example.com", "Carla Mendoza", Role.SUPPORT)
DEMO_ACCOUNTS = (OWNER, STAFF, SUPPORT)
# Of the support account’s second factor, the same after a reset: a phone that has it keeps it. A demo shows its codes.
FACTOR_MARK = "demo"
