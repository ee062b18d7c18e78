"""Twenty people at a store at once, beside an import of 5,000 orders and a bulk cancel of all that is pending.

python bench/twenty_users.py https://shop.example.com EMAIL PASSWORD, where the name leads to this machine and the store
was filled by `flask seed --orders 5000`. Says how long pages took, and how often which answer came.
"""

import random
import re
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlencode

PEOPLE, ROUNDS, ROWS = 20, 8, 5000
COLUMNS = "number,placed_at,status,payment_status,total,customer_name,customer_email,item_name,item_quantity,item_price"


class Person:
    took: list[float] = []  # noqa: RUF012 (of all of them)
    answers: Counter[int] = Counter()  # noqa: RUF012 (likewise)

    def __init__(self, base: str) -> None:
        self.base, self.cookie, self.token, self.path = base, "", "", ""
        context = ssl._create_unverified_context()
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), Staying)

    def ask(self, path: str, data: bytes | None = None, kind: str = "application/x-www-form-urlencoded") -> str:
        """The page; where it led to is kept."""
        headers = {"Cookie": self.cookie, "Referer": self.base + path, "Content-Type": kind}
        began = time.perf_counter()
        try:
            answer = self.opener.open(urllib.request.Request(self.base + path, data, headers), timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        page: str = answer.read().decode()
        Person.took.append(time.perf_counter() - began)
        Person.answers[answer.status] += 1
        self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).split(";")[0]
        self.path = answer.headers.get("Location") or path
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        self.token = found[1] if found else self.token
        return page

    def send(self, path: str, **fields: str) -> str:
        return self.ask(path, urlencode({"csrf_token": self.token, **fields}).encode())

    def sign_in(self, email: str, password: str) -> None:
        """Two passwords are looked at at a time, and who comes in a crowd is asked to try again."""
        while self.path != "/":
            self.ask("/login")
            self.send("/login", email=email, password=password)
            time.sleep(random.uniform(0.2, 2))

    def work(self, first: int) -> None:
        for number in range(first, first + ROUNDS):
            self.ask("/")
            self.ask("/orders/")
            self.ask("/orders/?q=san")
            self.ask(f"/orders/{number}")
            page = self.ask(f"/orders/{number}/cancel")
            if version := re.search(r'name="version"[^>]*value="(\d+)"', page):
                self.send(f"/orders/{number}/cancel", status="cancelled", note="Sold out.", version=version[1])

    def bring_in(self) -> None:
        sold = "2026-11-20T09:00:00Z,pending,unpaid,500.00,Ana Cruz,ana@example.com,Bilao,1,500.00"
        rows = (f"B{number},{sold}" for number in range(ROWS))
        file = "\r\n".join([COLUMNS, *rows])
        self.ask("/orders/import")
        parts = (
            f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n'
            '--cut\r\nContent-Disposition: form-data; name="file"; filename="orders.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
            f"{file}\r\n--cut--\r\n"
        )
        self.ask("/orders/import", parts.encode(), "multipart/form-data; boundary=cut")
        began, there = time.perf_counter(), self.path
        self.wait(there, r"<h1[^>]*>\s*Import ")
        self.send(f"{there}/start")
        self.wait(there, r"came in\s*</h1>")
        print(f"import: {time.perf_counter() - began:.0f} s")

    def cancel_many(self) -> None:
        self.ask("/orders/?status=pending")
        began = time.perf_counter()
        self.send("/orders/bulk", status="pending", all="1")
        there = self.path
        self.ask(there)
        self.send(f"{there}/start", note="Sold out.")
        self.wait(there, r"<h1(?![^>]*>\s*Orders are being)")
        print(f"bulk cancel: {time.perf_counter() - began:.0f} s")

    def wait(self, there: str, heading: str) -> None:
        until = time.perf_counter() + 300
        while time.perf_counter() < until and not re.search(heading, self.ask(there)):
            time.sleep(1)


class Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Where an answer leads is for us to follow."""


def run(jobs: Iterable[threading.Thread]) -> None:
    """All at once, until the last is done."""
    begun = list(jobs)
    for job in begun:
        job.start()
    for job in begun:
        job.join()


def main(base: str, email: str, password: str) -> None:
    people = [Person(base) for _ in range(PEOPLE + 2)]
    run(threading.Thread(target=person.sign_in, args=[email, password]) for person in people)
    print("signed in:", Counter(person.path for person in people))
    began = time.perf_counter()
    jobs = [threading.Thread(target=p.work, args=[100 + ROUNDS * n]) for n, p in enumerate(people[:PEOPLE])]
    jobs += [threading.Thread(target=people[-1].bring_in), threading.Thread(target=people[-2].cancel_many)]
    run(jobs)
    took = sorted(Person.took)
    at = [took[int(len(took) * part)] for part in (0.5, 0.95)]
    print(f"{len(took)} pages in {time.perf_counter() - began:.0f} s")
    print(f"half in {at[0]:.2f} s, 95 % in {at[1]:.2f} s, {took[-1]:.2f} s at most")
    print("answers:", dict(Person.answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
