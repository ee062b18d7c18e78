"""Orders that somebody who is shown Suki should meet, each with something of its own."""

from blueprints.demo.steps import (
    Ask,
    Book,
    Cancel,
    CancelInside,
    Change,
    Enter,
    GiveBack,
    Pay,
    Question,
    Solve,
    Story,
    TakeBookingBack,
    Write,
)
from models import OrderStatus as S
from models import PaymentMethod as M

NO_SUCH_USER = "550 5.1.1 <renato.q@example.com>: Recipient address rejected: User unknown"
MAILBOX_FULL = "552 5.2.2 <joymercado@example.com>: Mailbox is full"

TODAY = [
    Story(
        "reyes", 0, 4, {"BARAKO-250": 2, "ENSA-6": 1, "TABLEA-12": 1}, M.GCASH, shipping=13000, by="ben",
        steps=(Pay(0.2), Change(0.3, S.ACCEPTED), Change(0.9, S.PROCESSING), Book(0.2, "Lalamove")),
        customer_note="Sabay na po sa kape sa umaga, kung kaya. Salamat, Aling Nena!",
    ),
    Story(
        "santos", 0, 9, {"ADOBO-4": 1, "BAYONG-M": 1}, M.GCASH, shipping=6000,
        steps=(
            Pay(0.1),
            Change(0.3, S.ACCEPTED),
            Cancel(
                1.2, "Out of stock",
                note="Sorry po, the last adobo set was sold in the shop this morning. The next batch is on Thursday.",
                internal_note="The shelf count was wrong again: count the freezer every evening.",
            ),
        ),
    ),
    Story(
        "uy", 0, 13, {"PANDESAL-20": 2, "TAPA-500": 1, "SUKA-1L": 1}, M.COD, shipping=6000,
        steps=(Change(0.4, S.ACCEPTED),),
    ),
    Story("tolentino", 0, 16, {"TAMBO": 1, "TINGTING": 2}, M.COD, shipping=6000, by="ben"),
    Story(
        "go", 0, 19, {"PAROL-C12": 2}, M.BANK_TRANSFER, shipping=13000,
        customer_note="I will transfer the money tonight.",
    ),
    Story(
        "pena", 0, 22.5, {"BANIG-D": 1, "POLV-24": 1, "PIAYA-10": 1}, M.COD, shipping=6000,
        customer_note="Pakilagay po sa guard house kung wala ako. Salamat!",
    ),
]  # fmt: skip
THESE_DAYS = [
    Story(
        "ocampo", 1, 8.5, {"RICE-5K": 2, "BAGOONG-340": 1}, M.COD, shipping=6000, by="ben",
        steps=(
            Change(0.5, S.ACCEPTED),
            Book(1, "Own rider"),
            Change(2, S.OUT_FOR_DELIVERY, "Our rider Kuya Bong is on the way. Please keep your phone near."),
        ),
    ),
    Story(
        "ramos", 1, 10.15, {"LONG-500": 2, "PANDESAL-20": 1}, M.CASH_ON_PICKUP, by="ben",
        steps=(Change(0.3, S.ACCEPTED), Change(2, S.READY_FOR_PICKUP)),
    ),
    Story(
        "bautista", 1, 14.27, {"KALD-1K": 4}, M.COD, shipping=13000,
        steps=(Change(0.6, S.DECLINED, "Sorry po, frozen food would not reach Parañaque in good order in this heat."),),
    ),
    Story(
        "delacruz", 1, 16.2, {"ADOBO-4": 2}, M.GCASH, shipping=8000,
        steps=(Pay(0.05), Change(0.3, S.ACCEPTED), Change(1, S.PROCESSING), Book(0.4, "J&T Express")),
    ),
    Story(
        "villanueva", 1, 17.5, {"MANGO-200": 6, "PASTIL-30": 2}, M.MAYA, shipping=13000, by="ben",
        steps=(Pay(0.1), Change(0.5, S.ACCEPTED), Book(0.5, "Lalamove"), Change(0.6, S.OUT_FOR_DELIVERY)),
        customer_note="Regalo po ito kay Nanay. No receipt inside, please.",
    ),
    Story(
        "malonzo", 2, 9.1, {"KAWALI-30": 1}, M.COD, shipping=13000, by="ben",
        steps=(Change(0.5, S.ACCEPTED), Cancel(3, "Customer changed their mind", internal_note="He called the shop.")),
    ),
    Story(
        "evangelista", 2, 11.6, {"KUMOT-D": 2, "ABACA-38": 2}, M.CARD, shipping=13000,
        steps=(Pay(0.02), Change(0.8, S.ACCEPTED), Book(2, "J&T Express"), Change(4, S.SHIPPED)),
    ),
    Story(
        "alcantara", 2, 15.08, {"BARAKO-1K": 1, "TABLEA-12": 2}, M.GCASH, by="ben",
        steps=(Pay(0.1), Change(0.5, S.ACCEPTED), Change(3, S.READY_FOR_PICKUP, "We are open until 7 pm po.")),
    ),
    Story("lopez", 2, 18.3, {"BILAO-3": 1, "PALAYOK-2L": 1}, M.BANK_TRANSFER, (Pay(14), Change(0.4, S.ACCEPTED))),
    Story(
        "quiambao", 3, 10.4, {"UBE-350": 3, "PIAYA-10": 2}, M.GCASH, shipping=13000,
        steps=(
            Pay(0.1),
            Change(0.5, S.ACCEPTED),
            Cancel(
                20, "Out of stock", answer=NO_SUCH_USER,
                note="The ube of this week did not pass Aling Nena’s own tasting.",
            ),
        ),
    ),
    Story(
        "tan", 3, 12.2, {"MUSCO-1K": 3, "SUKA-1L": 2}, M.MAYA, shipping=18000, by="ben",
        steps=(
            Pay(0.05),
            Change(0.6, S.ACCEPTED),
            Book(3, "J&T Express"),
            Change(5, S.SHIPPED, "Four to six days to Davao po."),
            Ask(4, "He is moving to Cebu this week, and nobody will be at the address in Davao."),
            Write(0.6, "Good day, Ben. It is on its way. Could he fetch it at the branch in Davao before he leaves?"),
            Write(0.7, "He flies on Saturday, so no. He would rather have his money back po.", by="ben"),
            Write(0.4, "Called J&T: they can call it back until it is with the rider.", internal=True),
            Write(0.2, "Then we ask J&T to call it back. Please let us in for this order, and we cancel it."),
        ),
    ),
    Story(
        "legaspi", 3, 13.9, {"TUYO-220": 2, "BAGOONG-340": 2}, M.COD, shipping=12000,
        steps=(
            Change(0.6, S.ACCEPTED),
            Book(2, "J&T Express"),
            Change(6, S.SHIPPED),
            Ask(22, "She ordered the same from her sister, and will not pay for two. She called this morning."),
        ),
    ),
    Story("lim", 4, 20.4, {"PAROL-C12": 1, "PAROL-P": 4}, M.BANK_TRANSFER, shipping=13000, by="ben"),
    Story(
        "macarambon", 4, 9.8, {"RICE-5K": 1, "BARAKO-250": 3}, M.GCASH, shipping=18000,
        steps=(
            Pay(0.1),
            Change(0.5, S.ACCEPTED),
            Book(3, "J&T Express"),
            Change(4, S.SHIPPED),
            Ask(16, "The address is of the old house. The customer asks us to send it back and return the money.", 24),
            Enter(2),
            CancelInside(
                0.3, "Wrong address", reference="JT-CXL-20881",
                note="J&T is bringing your parcel back to us, and you get your money back by GCash.",
            ),
        ),
    ),
]  # fmt: skip
EARLIER = [
    Story(
        "lucero", 6, 21.7, {"PAROL-C12": 12}, M.COD, shipping=13000,
        steps=(
            Cancel(
                11, "Suspected fraud", notify=False,
                internal_note="The number is not in use, and the address is a whole avenue. Twelve parols, COD.",
            ),
        ),
    ),
    Story(
        "dimaculangan", 8, 14.5, {"BAYONG-M": 2, "TAMBO": 1}, M.COD, shipping=12000, by="ben",
        steps=(
            Change(0.7, S.ACCEPTED),
            Cancel(3, "Wrong address", note="As you asked. Please order again with the new address, and we send it."),
        ),
    ),
    Story(
        "mercado", 9, 9.2, {"ADOBO-4": 1, "ENSA-6": 1}, M.COD, shipping=13000, by="ben",
        steps=(
            Change(0.5, S.ACCEPTED),
            Book(2, "Lalamove"),
            Change(0.5, S.OUT_FOR_DELIVERY, answer=MAILBOX_FULL),
            Pay(1.2),
            Change(0.05, S.COMPLETED, notify=False),
        ),
    ),
    Story(
        "espinosa", 10, 16.6, {"TUYO-220": 2, "TABLEA-12": 4, "BARAKO-250": 2}, M.GCASH, shipping=12000,
        steps=(
            Pay(0.1),
            Change(0.5, S.ACCEPTED),
            GiveBack(18, 49000),
            Cancel(26, "Customer changed their mind", note="No problem po. The rest of the money follows by GCash."),
        ),
    ),
    Story(
        "zuniga", 12, 11.3, {"UBE-350": 4, "POLV-24": 2}, M.CARD, shipping=12000, by="ben",
        steps=(
            Pay(0.02),
            Change(0.6, S.ACCEPTED),
            Book(3, "J&T Express"),
            Change(4, S.SHIPPED),
            Change(80, S.COMPLETED),
            GiveBack(22, 19500),
        ),
        customer_note="Fragile po ang mga garapon, pakibalot nang mabuti.",
    ),
    Story(
        "nunez", 13, 8.9, {"KALD-1K": 2, "PANDESAL-20": 2}, M.MAYA, shipping=6000,
        steps=(
            Pay(0.1),
            Change(0.4, S.ACCEPTED),
            Cancel(5, "Other", note="There was a brownout the whole day, and the freezer went off. Sorry po."),
            GiveBack(28, 50000, reference="MY-4471-2290"),
        ),
    ),
    Story(
        "abad", 15, 10.7, {"BANIG-D": 1, "KUMOT-D": 1}, M.COD, shipping=12000, by="ben",
        steps=(
            Change(0.6, S.ACCEPTED),
            Book(3, "J&T Express"),
            Change(4, S.SHIPPED),
            Change(62, S.OUT_FOR_DELIVERY),
            Change(72, S.RETURNED, "The courier came three times and met nobody. Call us, and we send it again."),
        ),
    ),
    Story(
        "jalandoni", 18, 13.4, {"ABACA-38": 3}, M.GCASH, shipping=18000,
        steps=(
            Pay(0.1),
            Change(0.5, S.ACCEPTED),
            Book(3, "J&T Express"),
            Change(4, S.SHIPPED),
            Change(76, S.COMPLETED),
            Change(96, S.RETURNED, "The slippers are back with us. We return what you paid by GCash."),
            GiveBack(20),
        ),
    ),
    Story(
        "chua", 21, 19.6, {"BARAKO-1K": 2, "MANGO-200": 4}, M.CARD, shipping=13000,
        steps=(
            Pay(0.02),
            Change(12, S.ACCEPTED),
            Cancel(2, "Customer changed their mind", note="Cancelled as you asked, Ma’am Steph."),
            GiveBack(25, reference="RV 20261103-77"),
        ),
    ),
    Story(
        "sison", 26, 10.1, {"LONG-500": 3, "TOCINO-500": 3}, M.GCASH, shipping=13000, by="ben",
        steps=(
            Pay(0.1),
            Change(0.5, S.ACCEPTED),
            Change(1, S.PROCESSING),
            Book(1, "Lalamove"),
            TakeBookingBack(3),
            Cancel(
                0.3, "Other", restock=False,
                note="No rider took the booking before the ice melted. We are very sorry.",
                internal_note="Thawed: gave it to the neighbours. Book frozen orders before noon.",
            ),
            GiveBack(3),
        ),
    ),
    Story(
        "bpo", 30, 9.4, {
            "ENSA-6": 8, "PANDESAL-20": 10, "BARAKO-1K": 3, "MUSCO-1K": 4, "CALA-500": 6,
            "POLV-24": 5, "PASTIL-30": 5, "PIAYA-10": 6, "MANGO-200": 10, "TABLEA-12": 3,
        }, M.BANK_TRANSFER, shipping=25000, discount=50000, tax=134340,
        steps=(
            Change(0.8, S.ACCEPTED),
            Pay(22),
            Change(1, S.PROCESSING),
            Book(20, "Lalamove"),
            Change(1, S.OUT_FOR_DELIVERY),
            Change(1.5, S.COMPLETED),
        ),
        customer_note="Pantry order for the night shift. Official receipt to Bughaw Contact Solutions Inc., with VAT.",
    ),
    Story(
        "soriano", 34, 15.8, {"PAROL-P": 40}, M.OTHER, discount=60000, by="ben",
        steps=(Change(0.3, S.ACCEPTED), Change(48, S.READY_FOR_PICKUP), Pay(16), Change(0.05, S.COMPLETED)),
        customer_note="For the lantern parade of the barangay. Charge to the barangay’s account.",
    ),
    Story(
        "panganiban", 40, 20.2, {"PALAYOK-2L": 3}, M.COD, shipping=12000,
        steps=(Change(13, S.DECLINED, "Clay pots break on the road; please drop by when you are in Marikina."),),
    ),
    Story(
        "parish", 52, 9.9, {"BARAKO-250": 4, "ENSA-6": 4, "BILAO-3": 1}, M.BANK_TRANSFER, shipping=13000,
        steps=(
            Change(0.5, S.ACCEPTED),
            Pay(4),
            Book(20, "Lalamove"),
            Change(1, S.OUT_FOR_DELIVERY),
            Change(1.3, S.COMPLETED),
        ),
        customer_note="Merienda for the choir. God bless you!",
    ),
]  # fmt: skip
QUESTIONS = [
    Question(
        26, 9.3, "Can two people use Suki at once?",
        "Ben packs in the back while I answer the phone. Do we get in each other’s way when both of us are signed in?",
        steps=(
            Write(1.4, "Good day, Ana. Not at all: each of you signs in with an account of your own."),
            Write(3, "And if we change the same order?", by="ana"),
            Solve(0.7, "Whoever saves second is told what the other one changed, and loses nothing that was typed."),
        ),
    ),
]  # fmt: skip
STORIES = (*TODAY, *THESE_DAYS, *EARLIER)
