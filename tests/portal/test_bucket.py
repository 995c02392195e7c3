"""The model of the portal's bucket, by itself: moments are given, nothing waits."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal.limits.bucket import LEASE, LONGEST_BLOCK, ROUNDING, LeakyBucket, Report

SMALL = RequestLimits(rate=2, burst=3)


def take(client: str, travelling: int = 0, answered: int = 0) -> Report:
    return Report(client, travelling, answered, ask="take")


def test_what_travels_does_not_drain() -> None:
    bucket = LeakyBucket(SMALL)
    assert all(bucket.exchange(take("a", sent), 0).granted for sent in range(3))
    assert not bucket.exchange(take("a", 3), 20).granted
    assert bucket.exchange(Report("a", 0, answered=3), 20).room == 0
    assert [bucket.room(moment) for moment in (20.4, 20.5, 21, 22, 99)] == [0, 1, 2, 3, 3]


def test_an_answered_request_has_drained_since_the_portal_began_to_work_on_it() -> None:
    bucket = LeakyBucket(SMALL)
    assert all(bucket.exchange(take("a", sent), 10).granted for sent in range(3))
    assert bucket.exchange(Report("a", 1, answered=2, worked=0.8), 11).room == 1
    assert bucket.level(11) == pytest.approx(2 - 2 * 0.8)
    bucket.exchange(Report("a", 0, answered=1, worked=0.8), 11)
    assert bucket.level(11) == pytest.approx(3 - 2 * 0.8)


def test_nothing_drains_from_a_bucket_before_it_was_filled_again() -> None:
    bucket = LeakyBucket(SMALL)
    bucket.exchange(Report("a", 1, answered=1), 10)
    bucket.exchange(Report("a", 0, answered=1, worked=0.7), 10.6)
    assert bucket.level(10.6) == pytest.approx(1 - 2 * 0.1)


def test_who_waits_is_told_when_its_turn_comes() -> None:
    bucket = LeakyBucket(SMALL)
    bucket.exchange(Report("a", 0, answered=3), 0)
    delays = {client: bucket.exchange(take(client), 0).delay for client in "abc"}
    assert delays == {"a": 0.5 + ROUNDING, "b": 1.0 + ROUNDING, "c": 1.5 + ROUNDING}


def test_nobody_overtakes_and_everybody_has_a_turn() -> None:
    bucket = LeakyBucket(SMALL)
    bucket.exchange(Report("a", 0, answered=3), 0)
    for client in "abc":
        bucket.exchange(take(client), 0)
    assert [bucket.exchange(take(client), 0.6).granted for client in "cba"] == [False, False, True]
    bucket.exchange(Report("a", 0, answered=1, ask="take"), 0.6)
    assert [bucket.exchange(take(client), 1.1).granted for client in "acb"] == [False, False, True]
    assert [bucket.exchange(take(client), 1.6).granted for client in "ac"] == [False, True]


def test_a_refusal_fills_the_bucket_and_each_in_a_row_blocks_for_longer() -> None:
    bucket, now = LeakyBucket(SMALL), 100.0
    for block in (0.5, 1, 2, 4, LONGEST_BLOCK / 2, LONGEST_BLOCK / 2):
        bucket.exchange(take("a"), now)
        bucket.exchange(Report("a", 1, refused=True), now)
        turn = bucket.exchange(Report("a", 0, answered=1, ask="take"), now)
        assert (turn.granted, turn.room) == (False, 0)
        assert turn.delay >= block
        now += turn.delay
    bucket.exchange(take("a"), now)
    bucket.exchange(Report("a", 0, answered=1), now)
    bucket.exchange(Report("a", 0, refused=True), now)
    assert bucket.exchange(take("a"), now).delay == 0.5 + ROUNDING


def test_refusals_that_arrive_together_count_once() -> None:
    bucket = LeakyBucket(RequestLimits(rate=2, burst=50))
    for _ in range(8):
        bucket.exchange(Report("a", 8, refused=True), 10)
    assert 0.5 <= bucket.exchange(take("b"), 10).delay < 0.6


def test_places_of_a_client_that_died_come_back() -> None:
    bucket = LeakyBucket(SMALL)
    for sent in range(3):
        bucket.exchange(take("dead", sent), 0)
    assert not bucket.exchange(take("a"), LEASE - 1).granted
    assert not bucket.exchange(take("a"), LEASE + 1).granted
    assert bucket.exchange(take("a"), LEASE + 1.6).granted


def test_the_latest_word_on_the_limits_counts() -> None:
    bucket = LeakyBucket()
    assert bucket.exchange(take("a"), 0).room == 49
    assert bucket.exchange(Report("b", limits=RequestLimits(5, 250)), 0).room == 249
    assert bucket.exchange(Report("a", 1), 0).room == 249


@dataclass
class Portal:
    """The documented bucket: one for each request that arrives, and a rate that drains."""

    limits: RequestLimits
    level: float = 0.0
    at: float = 0.0

    def takes(self, now: float) -> bool:
        self.level = max(0.0, self.level - (now - self.at) * self.limits.rate)
        self.at = now
        self.level += 1
        return self.level <= self.limits.burst + 1e-6


shares = st.floats(0, 1)
steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0, 3), shares, st.none() | shares), min_size=1, max_size=120
)


@given(steps=steps, rate=st.sampled_from([0.5, 2, 5, 50]), burst=st.integers(1, 20))
def test_the_portal_never_refuses_however_long_requests_travel(
    steps: list[tuple[str, float, float, float | None]], rate: float, burst: int
) -> None:
    limits = RequestLimits(rate, burst)
    bucket, portal = LeakyBucket(limits), Portal(limits)
    travelling, last, now = dict.fromkeys("abc", 0), dict.fromkeys("abc", 0.0), 0.0
    for client, pause, journey, share in steps:
        now += pause
        answered = 0 if share is None else travelling[client]
        travelling[client] -= answered
        worked = (now - last[client]) * (share or 0.0)
        turn = bucket.exchange(Report(client, travelling[client], answered, worked, ask="take"), now)
        if turn.granted:
            travelling[client] += 1
            last[client] = now = now + journey
            assert portal.takes(now)
        else:
            assert turn.delay > 0


@given(waiting=st.integers(1, 30), rate=st.sampled_from([0.5, 2, 5]), burst=st.integers(1, 10))
def test_whoever_comes_back_when_told_passes_at_once(waiting: int, rate: float, burst: int) -> None:
    bucket = LeakyBucket(RequestLimits(rate, burst))
    bucket.exchange(Report("full", 0, answered=burst), 0)
    told = {str(client): bucket.exchange(take(str(client)), 0).delay for client in range(waiting)}
    assert list(told.values()) == sorted(told.values())
    for client, delay in told.items():
        assert bucket.exchange(take(client), delay).granted
        bucket.exchange(Report(client, 0, answered=1), delay)
