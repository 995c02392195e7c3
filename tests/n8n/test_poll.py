"""The trigger's polls against the sandbox: what is told, what is not told again, and what is remembered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.sandbox.clock import timestamp
from tests.n8n.poll_driver import PollDriver, Trigger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox import Sandbox
    from bitrix_node.sandbox.database import Collection

NEW, CHANGED = {"pollFor": "newRecords"}, {"pollFor": "changedRecords"}
PICKED = {"smartProcessItem": ("pollEntityTypeId", 1032), "product": ("pollCatalogId", 24), "file": ("pollFolderId", 1)}
NEEDS = {record: {name: id_} for record, (name, id_) in PICKED.items()}
POLLING = Definitions.packaged().polling
MINUTE = 60
MOST_BYTES = 40_000


def picked(value: Any, mode: str) -> dict[str, Any]:
    """What n8n stores of a record that was picked."""
    return {"__rl": True, "mode": mode, "value": value}


class Portal:
    """The sandbox with its clock stopped, and a person who works in it."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session
        sandbox.clock.freeze()
        self.wait()  # some of the demo company is from the second at which the sandbox began

    async def call(self, method: str, **arguments: Any) -> Any:
        async with self._session.post(f"{self.sandbox.webhook_url}{method}.json", json=arguments) as response:
            answer = await response.json()
        assert "error" not in answer, answer
        return answer["result"]

    async def add(self, count: int = 1, **fields: Any) -> list[int]:
        """Adds deals and returns their ids."""
        made = [await self.call("crm.item.add", entityTypeId=2, fields=fields) for _ in range(count)]
        return [answer["item"]["id"] for answer in made]

    async def change(self, deal: int, title: str = "Changed") -> None:
        await self.call("crm.item.update", entityTypeId=2, id=deal, fields={"title": title})

    def copied(self, count: int) -> list[int]:
        """Adds many deals at once and returns their ids."""
        pattern = self.deals.all()[-1]
        now = timestamp(self.sandbox.clock.now())
        made = {"createdTime": now, "updatedTime": now}
        copies = [{name: value for name, value in pattern.items() if name != "id"} | made for _ in range(count)]
        with self.sandbox.database.transaction():
            return [self.deals.insert(copy) for copy in copies]

    @property
    def deals(self) -> Collection:
        return self.sandbox.database.collection("crm_items_2")

    def wait(self, seconds: int = MINUTE) -> None:
        self.sandbox.clock.advance(seconds)

    def trigger(self, record: str = "deal", **parameters: Any) -> Trigger:
        return Trigger(self.sandbox.webhook_url, record, parameters)


@pytest.fixture
async def portal(sandbox: Sandbox) -> AsyncIterator[Portal]:
    async with aiohttp.ClientSession() as session:
        yield Portal(sandbox, session)


async def activated(polls: PollDriver, trigger: Trigger) -> Trigger:
    """Makes the first poll, which finds nothing."""
    first = await polls.poll(trigger)
    assert (first.thrown, first.records) == (None, [])
    return trigger


class TestRecords:
    @pytest.mark.parametrize("record", POLLING.records)
    @pytest.mark.parametrize("kind", [NEW, CHANGED], ids=["new", "changed"])
    async def test_every_record_can_be_watched(
        self, portal: Portal, polls: PollDriver, record: str, kind: dict[str, str]
    ) -> None:
        trigger = await activated(polls, portal.trigger(record, **kind, **NEEDS.get(record, {})))
        portal.wait()
        second = await polls.poll(trigger)
        assert (second.thrown, second.records) == (None, [])

    @pytest.mark.parametrize("record", POLLING.records)
    @pytest.mark.parametrize("kind", [NEW, CHANGED], ids=["new", "changed"])
    async def test_a_state_of_long_ago_brings_every_record_once(
        self, portal: Portal, polls: PollDriver, record: str, kind: dict[str, str]
    ) -> None:
        trigger = await activated(polls, portal.trigger(record, **kind, **NEEDS.get(record, {})))
        kept = json.loads(trigger.static_data)
        kept["poll"]["state"] |= {key: 0 for key in ("above", "next", "from") if key in kept["poll"]["state"]}
        trigger.static_data = json.dumps(kept)
        name = POLLING.lists[POLLING.records[record].list].id.row
        ids = (await polls.poll(trigger)).ids(name)
        assert ids
        assert len(set(ids)) == len(ids)
        assert (await polls.poll(trigger)).records == []

    async def test_records_look_as_the_actions_return_them(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger("contact", **NEW))
        fields = {"name": "Ada", "fm": [{"typeId": "EMAIL", "valueType": "WORK", "value": "ada@example.com"}]}
        await portal.call("crm.item.add", entityTypeId=3, fields=fields)
        (record,) = (await polls.poll(trigger)).records
        assert record["name"] == "Ada"
        assert [entry["value"] for entry in record["fm"]] == ["ada@example.com"]


class TestNewRecords:
    async def test_tells_each_record_once_in_order(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**NEW))
        made = await portal.add(3)
        assert (await polls.poll(trigger)).ids() == made
        await portal.change(made[0])
        portal.wait()
        assert (await polls.poll(trigger)).ids() == []

    async def test_tells_a_record_that_appears_below_a_larger_id(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**NEW))
        portal.wait(10 * MINUTE)
        late, early = await portal.add(2)
        saved_at_length = portal.deals.get(late)
        assert saved_at_length
        portal.deals.delete(late)
        assert (await polls.poll(trigger)).ids() == [early]
        portal.wait()
        portal.deals.insert(saved_at_length)
        assert (await polls.poll(trigger)).ids() == [late]
        portal.wait()
        assert (await polls.poll(trigger)).ids() == []

    async def test_reads_on_where_a_poll_ended(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**NEW))
        made = portal.copied(2120)
        told: list[int] = []
        for expected in (1000, 1000, 120, 0):
            polled = await polls.poll(trigger)
            assert len(polled.records) == expected
            assert trigger.size < MOST_BYTES
            told += polled.ids()
            portal.wait()
        assert told == made

    async def test_forgets_what_cannot_come_again(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**NEW))
        portal.copied(900)
        await polls.poll(trigger)
        largest = trigger.size
        for _ in range(6):
            portal.wait()
            await polls.poll(trigger)
        assert trigger.size < largest / 10


class TestChangedRecords:
    async def test_tells_creations_and_changes_as_they_happened(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**CHANGED))
        first, second = await portal.add(2)
        portal.wait()
        assert (await polls.poll(trigger)).ids() == [first, second]
        await portal.change(second)
        portal.wait(1)
        await portal.change(first)
        portal.wait()
        assert (await polls.poll(trigger)).ids() == [second, first]
        portal.wait()
        assert (await polls.poll(trigger)).ids() == []

    async def test_waits_until_a_second_is_over(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**CHANGED))
        (deal,) = await portal.add(1, title="First")
        assert (await polls.poll(trigger)).records == []
        await portal.change(deal, "Second")
        portal.wait(3)
        (record,) = (await polls.poll(trigger)).records
        assert record["title"] == "Second"
        portal.wait()
        assert (await polls.poll(trigger)).records == []

    async def test_tells_a_change_that_appears_late(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**CHANGED))
        portal.wait(10 * MINUTE)
        late, early = await portal.add(2)
        moment = timestamp(portal.sandbox.clock.now())
        saved_at_length = portal.deals.get(late)
        assert saved_at_length
        portal.deals.delete(late)
        portal.wait()
        assert (await polls.poll(trigger)).ids() == [early]
        portal.deals.insert(saved_at_length)
        portal.wait(30)
        (record,) = (await polls.poll(trigger)).records
        assert (record["id"], record["updatedTime"]) == (late, moment)

    async def test_a_record_that_changes_between_two_pages_moves_no_other(
        self, portal: Portal, polls: PollDriver
    ) -> None:
        trigger = await activated(polls, portal.trigger(**CHANGED))
        made = portal.copied(120)
        portal.wait()

        async def changes(request: dict[str, Any]) -> None:
            if request["arguments"].get("filter", {}).get(">id"):
                portal.deals.update(made[0], {"updatedTime": timestamp(portal.sandbox.clock.now())})
                portal.deals.delete(made[1])

        assert (await polls.poll(trigger, before=changes)).ids() == made
        portal.wait()
        assert (await polls.poll(trigger)).ids() == [made[0]]

    async def test_reads_on_where_a_poll_ended(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**CHANGED))
        made = portal.copied(2120)
        told: list[int] = []
        for expected in (1000, 1000, 120, 0):
            portal.wait()
            polled = await polls.poll(trigger)
            assert len(polled.records) == expected
            assert trigger.size < MOST_BYTES
            told += polled.ids()
        assert told == made

    @pytest.mark.parametrize("offset", [330, -210, 0])
    async def test_a_portal_in_any_time_zone(self, portal: Portal, polls: PollDriver, offset: int) -> None:
        trigger = portal.trigger(**CHANGED)
        trigger.offset = offset
        await activated(polls, trigger)
        made = await portal.add(2)
        portal.wait()
        assert (await polls.poll(trigger)).ids() == made
        trigger.offset += MINUTE  # the clocks are put forward
        portal.wait()
        assert (await polls.poll(trigger)).ids() == []
        await portal.change(made[0])
        portal.wait()
        assert (await polls.poll(trigger)).ids() == [made[0]]


@pytest.mark.parametrize("kind", [NEW, CHANGED], ids=["new", "changed"])
class TestState:
    async def test_a_failed_poll_leaves_it_as_it_was(
        self, portal: Portal, polls: PollDriver, kind: dict[str, str]
    ) -> None:
        trigger = await activated(polls, portal.trigger(**kind))
        made = portal.copied(60)
        portal.wait()
        kept = trigger.static_data
        pages = [0]

        async def fails(request: dict[str, Any]) -> None:
            pages[0] += request["method"] == "crm.item.list"
            if pages[0] == 2:
                portal.sandbox.faults.add("html", "crm.item.list", times=1)

        failed = await polls.poll(trigger, before=fails)
        assert failed.thrown is not None
        assert failed.thrown["kind"] == "NodeApiError"
        assert "a web page instead of JSON" in failed.thrown["message"]
        assert trigger.static_data == kept
        assert (await polls.poll(trigger)).ids() == made

    async def test_a_portal_that_is_away(self, portal: Portal, polls: PollDriver, kind: dict[str, str]) -> None:
        trigger = await activated(polls, portal.trigger(**kind))
        kept, trigger.webhook = trigger.static_data, "http://127.0.0.1:9/rest/1/code/"
        away = await polls.poll(trigger)
        assert away.thrown is not None
        assert away.records == []
        assert trigger.static_data == kept

    @pytest.mark.parametrize(
        "damaged",
        [
            '{"poll": 5}',
            '{"poll": {"version": 99}}',
            '{"poll": {"version": 1, "watched": "?"}}',
            '{"poll": {"version": 1, "watched": WATCHED, "state": null}}',
            '{"poll": {"version": 1, "watched": WATCHED, "state": {"above": "x", "from": -1}}}',
            '{"poll": {"version": 1, "watched": WATCHED, "state": {"from": 99999999999, "told": {}, "above": 1}}}',
        ],
    )
    async def test_a_damaged_one_begins_from_now_and_says_so(
        self, portal: Portal, polls: PollDriver, kind: dict[str, str], damaged: str
    ) -> None:
        trigger = await activated(polls, portal.trigger(**kind))
        watched = json.dumps(json.loads(trigger.static_data)["poll"]["watched"])
        trigger.static_data = damaged.replace("WATCHED", watched)
        portal.wait()
        polled = await polls.poll(trigger)
        assert (polled.thrown, polled.records) == (None, [])
        (note,) = polled.logged
        assert note.startswith("warn: The Bitrix24 trigger begins to watch from now on: ")
        made = await portal.add(1)
        portal.wait()
        assert (await polls.poll(trigger)).ids() == made

    async def test_a_lost_one_after_a_restart_is_told_in_the_log(
        self, portal: Portal, polls: PollDriver, kind: dict[str, str]
    ) -> None:
        polled = await polls.poll(portal.trigger(**kind), activation="init")
        (note,) = polled.logged
        assert note.startswith("warn: The Bitrix24 trigger begins to watch from now on: what it remembered is gone.")

    @pytest.mark.parametrize("other", ["record", "kind", "portal"])
    async def test_watching_something_else_begins_from_now(
        self, portal: Portal, polls: PollDriver, kind: dict[str, str], other: str
    ) -> None:
        trigger = await activated(polls, portal.trigger(**kind))
        portal.wait()
        await portal.add(1)
        portal.wait()
        if other == "record":
            trigger.record = "lead"
        elif other == "kind":
            trigger.parameters = CHANGED if kind is NEW else NEW
        else:
            trigger.credentials = {"bitrix24WebhookApi": {"id": "2", "name": "Other"}}
        polled = await polls.poll(trigger)
        assert polled.records == []
        assert "its settings were changed" in polled.logged[0]

    async def test_another_filter_goes_on(self, portal: Portal, polls: PollDriver, kind: dict[str, str]) -> None:
        trigger = await activated(polls, portal.trigger(**kind, pollFilter='{"title": "No such deal"}'))
        made = await portal.add(1, title="Here")
        trigger.parameters["pollFilter"] = '{"title": "Here"}'
        portal.wait()
        assert (await polls.poll(trigger)).ids() == made

    async def test_of_two_polls_at_once_one_stands(
        self, portal: Portal, polls: PollDriver, kind: dict[str, str]
    ) -> None:
        trigger = await activated(polls, portal.trigger(**kind))
        made = await portal.add(1)
        portal.wait()
        other = await PollDriver.start(polls.shim)

        async def overtaken(request: dict[str, Any]) -> dict[str, Any] | None:
            if request["method"] == "server.time":
                return None
            assert (await other.poll(trigger)).ids() in (made, [])
            return json.loads(trigger.static_data)  # type: ignore[no-any-return]

        late = await polls.poll(trigger, before=overtaken)
        await other.stop()
        assert late.records == []
        assert "was quicker" in late.logged[0]


class TestPanel:
    @pytest.mark.parametrize("kind", [NEW, CHANGED], ids=["new", "changed"])
    async def test_a_test_shows_the_latest_records_and_remembers_nothing(
        self, portal: Portal, polls: PollDriver, kind: dict[str, str]
    ) -> None:
        trigger = portal.trigger(**kind)
        portal.wait()
        made = await portal.add(5)
        assert (await polls.poll(trigger, mode="manual")).ids() == made[:1:-1] or kind is CHANGED
        assert len((await polls.poll(trigger, mode="manual")).records) == 3
        assert trigger.static_data == "{}"

    async def test_a_test_with_nothing_to_show_says_so(self, portal: Portal, polls: PollDriver) -> None:
        trigger = portal.trigger(**NEW, pollFilter='{"title": "No such deal"}')
        polled = await polls.poll(trigger, mode="manual")
        assert polled.thrown is not None
        assert polled.thrown["message"] == "There is no such record in Bitrix24 yet"

    async def test_a_filter_of_alternatives_stands_beside_what_the_poll_asks_for(
        self, portal: Portal, polls: PollDriver
    ) -> None:
        either = {"logic": "OR", "0": {"title": "A"}, "1": {"title": "B"}}
        trigger = await activated(polls, portal.trigger(**CHANGED, pollFilter=json.dumps(either)))
        made = [deal for title in "ABC" for deal in await portal.add(1, title=title)]
        portal.wait()
        assert (await polls.poll(trigger)).ids() == made[:2]

    @pytest.mark.parametrize("key", ["logic", ">ID", "<changed_date"])
    async def test_a_filter_in_the_way_of_the_poll_is_refused(
        self, portal: Portal, polls: PollDriver, key: str
    ) -> None:
        polled = await polls.poll(portal.trigger("task", **CHANGED, pollFilter=json.dumps({key: "1"})))
        assert polled.thrown is not None
        assert polled.thrown["message"] == f'Filter (JSON) cannot have "{key}" here'
        assert polled.requests == []

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"pollFilter": "[1]"}, "Filter (JSON) is not a JSON object"),
            ({"pollFilter": "{no"}, "Filter (JSON) is not a JSON object"),
            ({"pollRecord": "dela"}, 'The trigger cannot watch "dela"'),
            ({"pollRecord": "smartProcessItem"}, "Smart Process is missing"),
            ({"pollRecord": "product", "pollCatalogId": 0}, "Catalog is missing"),
            ({"pollRecord": "product", "pollCatalogId": picked("", "list")}, "Catalog is missing"),
            ({"pollRecord": "file", "pollFolderId": picked("Plans", "id")}, 'Folder is no ID: "Plans"'),
        ],
    )
    async def test_a_wrong_panel_is_refused_before_anything_is_sent(
        self, portal: Portal, polls: PollDriver, parameters: dict[str, Any], message: str
    ) -> None:
        polled = await polls.poll(portal.trigger(**parameters))
        assert polled.thrown is not None
        assert (polled.thrown["kind"], polled.thrown["message"]) == ("NodeOperationError", message)
        assert polled.thrown["description"]
        assert polled.requests == []

    @pytest.mark.parametrize(("record", "name", "id_"), [(record, *needs) for record, needs in PICKED.items()])
    async def test_what_older_workflows_hold_and_what_is_picked_is_the_same(
        self, portal: Portal, polls: PollDriver, record: str, name: str, id_: int
    ) -> None:
        held = (id_, str(id_), picked(id_, "list"), picked(str(id_), "id"))
        told = [(await polls.poll(portal.trigger(record, **{name: value}), mode="manual")).records for value in held]
        assert told[0]
        assert told == [told[0]] * len(held)

    async def test_a_trigger_goes_on_where_it_was_when_its_number_was_picked_from_the_list(
        self, portal: Portal, polls: PollDriver
    ) -> None:
        trigger = await activated(polls, portal.trigger("smartProcessItem", pollEntityTypeId=1032, **NEW))
        made = await portal.call("crm.item.add", entityTypeId=1032, fields={"title": "Lockers"})
        trigger.parameters["pollEntityTypeId"] = picked(1032, "list")
        assert (await polls.poll(trigger)).ids() == [made["item"]["id"]]

    async def test_a_smart_process_that_was_deleted_is_said(self, portal: Portal, polls: PollDriver) -> None:
        polled = await polls.poll(portal.trigger("smartProcessItem", pollEntityTypeId=picked(1999, "list")))
        assert polled.thrown is not None
        assert polled.thrown["kind"] == "NodeApiError"
        assert polled.thrown["message"] == "Smart process not found"

    async def test_selected_fields_come_with_id_and_date(self, portal: Portal, polls: PollDriver) -> None:
        trigger = await activated(polls, portal.trigger(**NEW, pollSelect="title, stageId"))
        await portal.add(1)
        (record,) = (await polls.poll(trigger)).records
        assert set(record) == {"id", "updatedTime", "title", "stageId"}

    async def test_fields_are_selected_also_where_the_method_returns_all(
        self, portal: Portal, polls: PollDriver
    ) -> None:
        (record, *_) = (
            await polls.poll(portal.trigger("file", pollFolderId=1, pollSelect="NAME"), mode="manual")
        ).records
        assert set(record) == {"ID", "NAME", "UPDATE_TIME"}
