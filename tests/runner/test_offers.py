"""Open offers follow the clock."""

from __future__ import annotations

import pytest

from bitrix_node.hosts.runner import Timings
from bitrix_node.hosts.runner.offers import OpenOffers


class Clock:
    """Stands still unless it is set forward."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def offers(clock: Clock) -> OpenOffers:
    return OpenOffers("bitrix24", Timings(offer_validity=5.0, offer_jitter=0.0, offer_latency=0.1), clock)


def test_as_many_are_made_as_slots_are_free(offers: OpenOffers) -> None:
    made = list(offers.renew(3))
    assert len({offer.offer_id for offer in made}) == 3
    assert list(offers.renew(3)) == []
    assert len(list(offers.renew(4))) == 1


def test_none_are_made_when_slots_have_become_fewer(offers: OpenOffers) -> None:
    list(offers.renew(3))
    assert list(offers.renew(1)) == []


@pytest.mark.parametrize(("later", "good"), [(5.05, True), (5.15, False)])
def test_one_is_good_until_its_end_and_a_little_for_the_way(
    offers: OpenOffers, clock: Clock, later: float, *, good: bool
) -> None:
    (offer,) = offers.renew(1)
    clock.now += later
    assert offers.take(offer.offer_id) is good


def test_one_is_good_once(offers: OpenOffers) -> None:
    (offer,) = offers.renew(1)
    assert offers.take(offer.offer_id)
    assert not offers.take(offer.offer_id)


def test_ended_ones_are_replaced(offers: OpenOffers, clock: Clock) -> None:
    list(offers.renew(2))
    clock.now += 6
    assert len(list(offers.renew(2))) == 2
    assert len(offers) == 2


def test_withdrawn_ones_are_not_good(offers: OpenOffers) -> None:
    (offer,) = offers.renew(1)
    offers.withdraw()
    assert not offers.take(offer.offer_id)
