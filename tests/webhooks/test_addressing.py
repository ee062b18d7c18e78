"""Never to a machine inside of a network unless the owner says so, however its address is written or looked up."""

from ipaddress import ip_address

import pytest

from blueprints.webhooks import posting
from blueprints.webhooks.addressing import AddressFault, AddressPlace, WrongAddress, place_of, read_url, refuse_place
from blueprints.webhooks.posting import NotDelivered, post
from models import DeliveryFault
from models.webhook import LONGEST_URL
from tests.webhooks.receiver import Receiver

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2400:cb00::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
OWN = [
    "127.0.0.1", "127.8.9.10", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.20",
    "100.64.0.1", "100.127.255.255", "::1", "fc00::1", "fd12:3456::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
    "64:ff9b::7f00:1", "64:ff9b::c0a8:101",
]  # fmt: skip
NOWHERE = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "fe80::1",
    "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1", "64:ff9b:1::1", "64:ff9b::a9fe:a9fe",
    "::ffff:169.254.169.254", "::ffff:0.0.0.0", "2002:7f00:1::", "2002:808:808::", "2001:0:808:808::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "::7f00:1", "::8.8.8.8", "4000::1", "ffff::1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("addresses", "place"),
    [(PUBLIC, AddressPlace.PUBLIC), (OWN, AddressPlace.OWN_NETWORK), (NOWHERE, AddressPlace.NOWHERE)],
)
def test_every_address_has_its_place(addresses, place):
    assert [address for address in addresses if place_of(ip_address(address)) is not place] == []


THIS_MACHINE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]", "192.168.0.1",
    "localhost", "a.localhost", "LOCALHOST", "localhost.",
]  # fmt: skip


@pytest.mark.parametrize("host", THIS_MACHINE)
def test_this_machine_is_known_however_it_is_written(host):
    target = read_url(f"http://{host}/")
    with pytest.raises(WrongAddress) as refusal:
        refuse_place(target, allow_private=False)
    assert refusal.value.fault is AddressFault.PRIVATE
    refuse_place(target, allow_private=True)


@pytest.mark.parametrize("allow_private", [True, False])
def test_the_insides_of_a_provider_are_never_told(allow_private):
    with pytest.raises(WrongAddress) as refusal:
        refuse_place(read_url("http://169.254.169.254/latest"), allow_private=allow_private)
    assert refusal.value.fault is AddressFault.NOWHERE


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/a b".replace(" ", "%20"), "https://example.com/a%20b"),
        ("https://example.com:8443/hook?x=1&y=ñ#part", "https://example.com:8443/hook?x=1&y=%C3%B1"),
        ("https://peña.example/ñ", "https://xn--pea-8ma.example/%C3%B1"),
        ("https://\uff45xample.com/", "https://example.com/"),
        ("http://[2606:4700::1]:8080", "http://[2606:4700::1]:8080/"),
    ],
)
def test_an_address_is_kept_as_it_will_be_asked_for(typed, kept):
    assert read_url(typed).url == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "example.com", "ftp://example.com", "https://", "https://:443/", "https://example.com:0/",
        "https://example.com:x/", "https://a..example/", "https://.example/", "https://a!.example/",
        f"https://{'a.' * 127}a/", "https://example.com/a b", "https://example.com/\u200b", "https://example.com/\\a",
        "http://[::1", "http://[fd00::1%25eth0]/",
    ],
)  # fmt: skip
def test_what_is_no_address_on_the_web_is_refused(typed):
    with pytest.raises(WrongAddress) as refusal:
        read_url(typed)
    assert refusal.value.fault is AddressFault.NOT_AN_ADDRESS


def test_one_with_a_name_and_a_password_in_it_is_refused():
    with pytest.raises(WrongAddress) as refusal:
        read_url("https://nena:secret@example.com/")
    assert refusal.value.fault is AddressFault.CREDENTIALS


def test_it_is_measured_as_it_will_be_asked_for():
    fits = "https://example.com/".ljust(LONGEST_URL, "a")
    assert read_url(fits).url == fits
    for typed in (fits + "a", "https://example.com/".ljust(LONGEST_URL // 2, "ñ")):
        with pytest.raises(WrongAddress):
            read_url(typed)


def answers(monkeypatch, *given):
    """The name system says these, one after the other."""
    asked, left = [], list(given)

    def look_up(host, _port):
        asked.append(host)
        return left.pop(0)

    monkeypatch.setattr(posting, "look_up", look_up)
    return asked


def fault(receiver: Receiver, **more: bool) -> DeliveryFault:
    with pytest.raises(NotDelivered) as refusal:
        post(f"http://shop.example:{receiver.port}/", b"{}", {}, **{"allow_private": False, **more})
    return refusal.value.fault


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]]
)
def test_a_name_that_leads_inside_is_not_told(receiver, monkeypatch, found):
    answers(monkeypatch, found)
    assert fault(receiver) is DeliveryFault.PRIVATE_ADDRESS
    assert receiver.connections == 0


@pytest.mark.parametrize("found", [["169.254.169.254"], ["0.0.0.0"], ["fe80::1%eth0"]])
def test_nor_with_the_box_ticked_when_no_receiver_can_be_there(receiver, monkeypatch, found):
    answers(monkeypatch, found)
    assert fault(receiver, allow_private=True) is DeliveryFault.PRIVATE_ADDRESS


def test_a_name_that_changes_its_mind_is_asked_once(receiver, monkeypatch):
    """Public when it is checked, and this machine a moment later."""
    asked, dialled = answers(monkeypatch, ["8.8.8.8"], ["127.0.0.1"]), []

    def dial(address, timeout):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(posting.socket, "create_connection", dial)
    assert fault(receiver) is DeliveryFault.UNREACHABLE
    assert asked == ["shop.example"]
    assert dialled == [("8.8.8.8", receiver.port)]


def test_what_was_checked_is_dialled_and_the_name_is_in_the_host_header(receiver, monkeypatch):
    answers(monkeypatch, ["127.0.0.1"])
    post(f"http://shop.example:{receiver.port}/", b"{}", {}, allow_private=True)
    assert receiver.told[0].headers["host"] == f"shop.example:{receiver.port}"


def test_the_next_address_is_tried_when_the_first_is_silent(receiver, monkeypatch):
    answers(monkeypatch, ["127.9.9.9", "127.0.0.1"])
    post(f"http://shop.example:{receiver.port}/", b"{}", {}, allow_private=True)
    assert len(receiver.told) == 1


def test_a_name_that_leads_nowhere(receiver, monkeypatch):
    answers(monkeypatch, [])
    assert fault(receiver) is DeliveryFault.NO_SUCH_HOST
