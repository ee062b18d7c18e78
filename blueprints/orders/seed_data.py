"""People, places and goods as a Filipino shop has them, for stores that are made up."""

import random

from models.search import fold

FIRST_NAMES = (
    "Amihan", "Ana", "Andrea", "Angel", "Bayani", "Bea", "Benjie", "Carlo", "Cristina", "Dalisay",
    "Ferdinand", "Grace", "Jasmine", "Jericho", "Joy", "Juan", "Jun", "Kim", "Ligaya", "Liza", "Luz", "Maria",
    "Marisol", "Mark", "Michelle", "Miguel", "Nicole", "Noel", "Paolo", "Pedro", "Princess", "Rafael",
    "Ramon", "Rosa", "Rowena", "Tala", "Teresa", "Vicente", "Yolanda", "Zeny",
)  # fmt: skip
LAST_NAMES = (
    "Aguilar", "Aquino", "Bautista", "Castillo", "Chua", "Co", "Cruz", "De Leon", "Dela Cruz", "Del Rosario",
    "Dimaculangan", "Domingo", "Flores", "Garcia", "Go", "Lim", "Macaraeg", "Magsaysay", "Mendoza", "Mercado",
    "Muñoz", "Navarro", "Nuñez", "Ocampo", "Ong", "Pascual", "Peña", "Ramos", "Reyes", "Salazar", "Santos",
    "Soriano", "Sy", "Tan", "Torres", "Uy", "Valdez", "Villanueva", "Yap",
)  # fmt: skip
STREETS = ("Mabini St", "Rizal Ave", "Bonifacio St", "Luna St", "Quezon Blvd", "Del Pilar St", "Aguinaldo Hwy")
CITIES = ("Quezon City", "Manila", "Makati", "Pasig", "Cebu City", "Davao City", "Iloilo City", "Baguio", "Bacolod")
# Name, SKU, price in centavos.
GOODS = (
    ("Adobo set", "ADB-01", 48000),
    ("Banig, double", "BNG-02", 125000),
    ("Barako coffee, 500 g", "KAP-05", 39500),
    ("Bayong, medium", "BYG-01", 42000),
    ("Calamansi concentrate", "CAL-01", 18500),
    ("Capiz lantern", "CPZ-03", 189000),
    ("Dried mangoes, 1 kg", "MNG-10", 56000),
    ("Malong, red", "MLG-02", 69000),
    ("Muscovado sugar, 1 kg", "MSC-01", 14500),
    ("Otap, box of 12", "OTP-12", 16000),
    ("Piña shawl", "PIN-07", 320000),
    ("Polvoron, box of 24", "PLV-24", 21000),
    ("Tablea, 20 pieces", "TBL-20", 23500),
    ("Walis tambo", "WLS-01", 15000),
)


def person(dice: random.Random) -> tuple[str, str | None, str]:
    """Name, email, phone. The address is one that no mail server will ever take."""
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    name = f"{first} {last}" if dice.random() < 0.85 else f"{last}, {first}"
    email = f"{fold(first)}.{fold(last).replace(' ', '')}{dice.randrange(1000)}@example.com"
    phone = f"09{dice.randrange(10, 40)} {dice.randrange(1000):03} {dice.randrange(10_000):04}"
    return name, email if dice.random() < 0.95 else None, phone


def address(dice: random.Random) -> str:
    return f"{dice.randrange(1, 400)} {dice.choice(STREETS)}, {dice.choice(CITIES)}"
