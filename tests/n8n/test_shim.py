"""The JavaScript shim: values in, jobs out, items back, and what it says when something is missing."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from tests.n8n.shim_driver import PRESENT, SILENT, WEBHOOK, Outcome, done, drive, token

UPLOAD = {"resource": "file", "operation": "upload", "folderId": "1", "inputDataField": "data"}
OAUTH2 = {"authentication": "oAuth2"}


def details(outcome: Outcome) -> list[dict[str, Any]]:
    assert all(set(item["json"]) == {"error", "details"} for item in outcome.items)
    return [item["json"]["details"] for item in outcome.items]


class TestParameters:
    def test_values_without_expressions_are_read_once(self) -> None:
        outcome = drive(
            count=3,
            parameters={"chatId": "=x", "userId": "5", "options": {"accessToken": ""}},
            values={"chatId": ["a", "b", "c"]},
            answers=[done(0, 1, 2)],
        )
        assert sorted(outcome.reads) == [
            ["botId", 0],
            ["chatId", 0],
            ["chatId", 1],
            ["chatId", 2],
            ["options", 0],
            ["userId", 0],
        ]
        settings = outcome.jobs[0]["settings"]
        assert settings["parameters"] == {"botId": "7", "userId": "5", "options": {"accessToken": ""}}
        assert settings["itemParameters"] == [{"chatId": "a"}, {"chatId": "b"}, {"chatId": "c"}]

    def test_an_expression_deep_inside_a_collection_is_found(self) -> None:
        nested = {"fields": {"rows": [{"value": "={{ $json.a }}"}]}}
        outcome = drive(count=2, parameters={"options": nested}, values={"options": [1, 2]}, answers=[done(0, 1)])
        assert outcome.jobs[0]["settings"]["itemParameters"] == [{"options": 1}, {"options": 2}]

    def test_fields_of_other_actions_are_not_sent(self) -> None:
        outcome = drive(parameters={"dealId": "9"}, answers=[done(0)])
        assert outcome.jobs[0]["settings"]["parameters"] == {"botId": "7"}

    def test_a_resource_locator_goes_to_the_runner_whole(self) -> None:
        locator = {"__rl": True, "mode": "url", "value": "https://example.bitrix24.com/company/personal/user/12/"}
        outcome = drive(parameters={"userId": locator}, answers=[done(0)])
        assert outcome.jobs[0]["settings"]["parameters"]["userId"] == locator

    def test_an_expression_in_a_resource_locator_is_read_for_each_item(self) -> None:
        held = [{"__rl": True, "mode": "id", "value": number} for number in (4, 5)]
        outcome = drive(
            count=2,
            parameters={"userId": {"__rl": True, "mode": "id", "value": "={{ $json.id }}"}},
            values={"userId": held},
            answers=[done(0, 1)],
        )
        assert outcome.jobs[0]["settings"]["itemParameters"] == [{"userId": entry} for entry in held]

    def test_a_mapper_goes_with_its_values_and_their_types_alone(self) -> None:
        schema = [
            {"id": "title", "displayName": "Name", "type": "string", "removed": False, "options": []},
            {"id": "sum", "displayName": "Amount", "type": "number", "removed": True},
            {"id": "note", "displayName": "Note", "type": "string", "removed": True},
        ]
        stored = {"mappingMode": "defineBelow", "value": {"title": "=x", "sum": 1}, "schema": schema}
        outcome = drive(
            count=2,
            parameters={"options": stored},
            values={"options.value": [{"title": "a", "sum": 1}, {"title": "b", "sum": 1}]},
            answers=[done(0, 1)],
        )
        slim = {"mappingMode": "defineBelow", "schema": [{"id": "title", "type": "string"}]}
        assert outcome.jobs[0]["settings"]["itemParameters"] == [
            {"options": {**slim, "value": {"title": "a"}}},
            {"options": {**slim, "value": {"title": "b"}}},
        ]

    def test_a_mapper_without_expressions_is_read_once(self) -> None:
        stored = {"mappingMode": "defineBelow", "value": {"title": "a"}, "schema": []}
        outcome = drive(count=2, parameters={"options": stored}, answers=[done(0, 1)])
        assert ["options.value", 1] not in outcome.reads
        assert outcome.jobs[0]["settings"]["parameters"]["options"] == stored

    def test_a_mapper_of_the_input_takes_what_it_knows_from_each_item(self) -> None:
        stored = {"mappingMode": "autoMapInputData", "value": None, "schema": [{"id": "title", "type": "string"}]}
        inputs: list[dict[str, Any]] = [{"json": {"title": "a", "other": 1}}, {"json": {"other": 2}}]
        outcome = drive(parameters={"options": stored}, inputs=inputs, answers=[done(0, 1)])
        first, second = (entry["options"] for entry in outcome.jobs[0]["settings"]["itemParameters"])
        assert first == {
            "mappingMode": "defineBelow",
            "value": {"title": "a"},
            "schema": [{"id": "title", "type": "string"}],
        }
        assert second == {"mappingMode": "defineBelow", "value": {}, "schema": []}

    def test_a_mapper_of_the_input_that_knows_no_fields_is_left_for_the_runner_to_refuse(self) -> None:
        stored: dict[str, Any] = {"mappingMode": "autoMapInputData", "value": None, "schema": []}
        outcome = drive(parameters={"options": stored}, answers=[done(0)])
        assert outcome.jobs[0]["settings"]["itemParameters"][0]["options"]["mappingMode"] == "autoMapInputData"

    def test_an_expression_that_cannot_be_evaluated_fails_its_item_alone(self) -> None:
        outcome = drive(
            count=2,
            continue_on_fail=True,
            parameters={"userId": "=x"},
            values={"userId": [{"throws": "no such field"}, 4]},
            answers=[done(1)],
        )
        assert outcome.sent == [[1]]
        assert [item["json"].get("error") for item in outcome.items] == ["no such field", None]

    def test_an_expression_that_cannot_be_evaluated_stops_the_run_before_anything_is_sent(self) -> None:
        outcome = drive(
            count=2, parameters={"userId": "=x"}, values={"userId": [4, {"throws": "no such field"}]}, answers=[done()]
        )
        assert outcome.jobs == []
        assert outcome.thrown is not None
        assert (outcome.thrown["message"], outcome.thrown["itemIndex"]) == ("no such field", 1)


class TestJobs:
    def test_the_settings_are_the_contract(self) -> None:
        outcome = drive(count=2, answers=[done(0, 1)])
        assert outcome.jobs == [
            {
                "type": "bitrix24",
                "settings": {
                    "version": 1,
                    "resource": "chatbot",
                    "operation": "chatUserDelete",
                    "itemCount": 2,
                    "items": [0, 1],
                    "parameters": {"botId": "7"},
                    "itemParameters": [None, None],
                    "binary": [None, None],
                    "credential": {"type": "bitrix24WebhookApi", "data": WEBHOOK},
                    "continueOnFail": False,
                    "node": {"name": "Bitrix24"},
                    "timezone": "Europe/Berlin",
                },
            }
        ]

    def test_what_remains_is_sent_again_and_items_come_back_in_order(self) -> None:
        outcome = drive(count=4, answers=[done(2, remaining=(0, 1, 3), reason="deadline"), done(3, 0, 1)])
        assert outcome.sent == [[0, 1, 2, 3], [0, 1, 3]]
        assert [item["pairedItem"]["item"] for item in outcome.items] == [0, 1, 2, 3]

    def test_a_list_may_be_very_long(self) -> None:
        rows = [{"json": {}, "pairedItem": {"item": 0}}] * 300_000
        outcome = drive(answers=[{"result": {"items": rows, "remaining": [], "reason": None, "failure": None}}])
        assert outcome.thrown is None
        assert len(outcome.items) == 300_000

    def test_jobs_that_finish_nothing_come_to_an_end(self) -> None:
        outcome = drive(count=2, continue_on_fail=True, answers=[done(remaining=(0, 1), reason="deadline")])
        assert len(outcome.jobs) == 3
        assert "did not finish a single item" in outcome.items[0]["json"]["error"]

    def test_a_failed_item_stops_the_run_with_its_number(self) -> None:
        failure = {
            "item": 3,
            "message": "User not found",
            "description": "Check the User ID.",
            "details": {"http": 400, "code": "USER_NOT_FOUND"},
        }
        result: dict[str, Any] = {"items": [], "remaining": [], "reason": None, "failure": failure}
        outcome = drive(count=5, answers=[{"result": result}])
        assert outcome.thrown == {
            "kind": "NodeApiError",
            "message": "User not found",
            "description": "Check the User ID.",
            "httpCode": "400",
            "itemIndex": 3,
        }


NOT_CONNECTED = "The Bitrix24 runner is not connected"
NOT_REGISTERED = "Runner for 'bitrix24' not registered"
TIMED_OUT = {"throws": "Task request timed out"}
TOO_LONG = "The Bitrix24 runner took longer than n8n allows: outcome unknown"
CONNECTION_LOST = "The connection to the Bitrix24 runner was lost: outcome unknown"
STOPPED = {"message": "The Bitrix24 runner was stopped before the task was finished", "description": "Look first."}
UNSENDABLE = {"message": "The answer cannot be sent to n8n: it has 9 bytes", "description": "The work was done."}
REFUSED = {"message": "Unknown action", "description": "Use the package and the runner of the same release."}


class TestRunnerTrouble:
    @pytest.mark.parametrize(
        ("answer", "message", "code"),
        [
            ({"throws": "Runner for 'bitrix24' not registered"}, NOT_REGISTERED, "RUNNER_NOT_CONNECTED"),
            ({"error": {"message": "Task execution timed out after 300 seconds"}}, TOO_LONG, "OUTCOME_UNKNOWN"),
            ({"error": {"message": "Node execution failed"}}, CONNECTION_LOST, "OUTCOME_UNKNOWN"),
            ({"error": {"message": "boom"}}, "The Bitrix24 runner stopped (boom): outcome unknown", "OUTCOME_UNKNOWN"),
            ({"error": STOPPED}, f"{STOPPED['message']}: outcome unknown", "OUTCOME_UNKNOWN"),
            ({"error": UNSENDABLE}, f"{UNSENDABLE['message']}: outcome unknown", "OUTCOME_UNKNOWN"),
            ({"error": REFUSED}, "Unknown action", "RUNNER_FAILED"),
        ],
    )
    def test_continue_on_fail_turns_it_into_one_error_item_per_item(
        self, answer: dict[str, Any], message: str, code: str
    ) -> None:
        outcome = drive(count=3, continue_on_fail=True, answers=[answer])
        assert [item["json"]["error"] for item in outcome.items] == [message] * 3
        assert [item["pairedItem"]["item"] for item in outcome.items] == [0, 1, 2]
        assert {entry["code"] for entry in details(outcome)} == {code}
        assert details(outcome)[0]["operation"] == "chatUserDelete"

    def test_reading_has_no_unknown_outcome(self) -> None:
        outcome = drive(
            continue_on_fail=True,
            parameters={"resource": "user", "operation": "getAll", "returnAll": True},
            answers=[{"error": {"message": "Node execution failed"}}],
        )
        assert (details(outcome)[0]["code"], details(outcome)[0]["retryable"]) == ("RUNNER_LOST", True)

    def test_an_answer_that_cannot_be_sent_is_no_better_the_next_time(self) -> None:
        outcome = drive(
            continue_on_fail=True,
            parameters={"resource": "user", "operation": "getAll", "returnAll": True},
            answers=[{"error": UNSENDABLE}],
        )
        assert outcome.items[0]["json"]["error"] == UNSENDABLE["message"]
        assert details(outcome)[0]["retryable"] is False

    def test_what_a_lost_job_had_finished_before_stays(self) -> None:
        outcome = drive(
            count=3,
            continue_on_fail=True,
            answers=[done(0, remaining=(1, 2), reason="deadline"), {"error": {"message": "Node execution failed"}}],
        )
        assert [item["json"].get("deleted", False) for item in outcome.items] == [True, False, False]

    @pytest.mark.parametrize("nobody", [SILENT, TIMED_OUT])
    def test_without_a_runner_the_person_learns_how_to_start_it(self, nobody: dict[str, Any]) -> None:
        outcome = drive(runner=[nobody], answers=[done(0)])
        assert outcome.jobs == []
        assert outcome.thrown is not None
        assert outcome.thrown["kind"] == "NodeOperationError"
        assert outcome.thrown["message"] == NOT_CONNECTED
        assert "bitrix-node runner" in outcome.thrown["description"]
        assert "N8N_RUNNERS_AUTH_TOKEN" in outcome.thrown["description"]

    def test_without_a_runner_every_item_says_so(self) -> None:
        outcome = drive(count=3, continue_on_fail=True, runner=[SILENT], answers=[done(0)])
        assert outcome.jobs == []
        assert [item["json"]["error"] for item in outcome.items] == [NOT_CONNECTED] * 3
        assert {entry["code"] for entry in details(outcome)} == {"RUNNER_NOT_CONNECTED"}

    @pytest.mark.parametrize("answer", [PRESENT, {"error": {"message": "jobs of version 1"}}])
    def test_a_runner_is_asked_for_once(self, answer: dict[str, Any]) -> None:
        outcome = drive(count=2, runner=[answer], answers=[done(0, remaining=(1,), reason="deadline"), done(1)])
        assert len(outcome.jobs) == 2
        assert outcome.questions == ["bitrix24:presence"]

    def test_a_runner_that_starts_for_jobs_only_is_asked_by_a_job(self) -> None:
        outcome = drive(runner=[{**PRESENT, "launched": True}], answers=[done(0)])
        assert len(outcome.jobs) == 1
        assert outcome.questions == ["bitrix24:presence", "bitrix24"]

    def test_a_busy_runner_is_waited_for(self) -> None:
        outcome = drive(runner=[PRESENT, PRESENT, PRESENT], answers=[TIMED_OUT, TIMED_OUT, done(0)])
        assert outcome.sent == [[0], [0], [0]]
        assert outcome.items[0]["json"] == {"deleted": True}

    def test_a_runner_that_has_left_is_not_waited_for(self) -> None:
        outcome = drive(runner=[PRESENT, SILENT], answers=[TIMED_OUT])
        assert outcome.thrown is not None
        assert outcome.thrown["message"] == NOT_CONNECTED

    def test_a_stopped_execution_leaves_nothing_to_do_and_starts_nothing_more(self) -> None:
        outcome = drive(count=2, continue_on_fail=True, answers=[{"stops": True}])
        assert [job["settings"] for job in outcome.jobs] == [{"probe": True}]
        assert {entry["code"] for entry in details(outcome)} == {"STOPPED"}

    def test_a_cancelled_task_starts_nothing_more(self) -> None:
        file = {"text": "x" * (50 * 1024 * 1024), "mimeType": "text/plain"}
        outcome = drive(
            continue_on_fail=True,
            parameters=UPLOAD,
            inputs=[{"json": {}, "binary": {"data": file}}] * 2,
            answers=[{"error": {"message": "Task cancelled: Task cancelled by user"}}],
        )
        assert outcome.sent == [[0]]
        assert {entry["code"] for entry in details(outcome)} == {"STOPPED"}

    @pytest.mark.parametrize("answer", [{"result": {}}, {"result": None}])
    def test_an_answer_out_of_contract_is_no_crash(self, answer: dict[str, Any]) -> None:
        outcome = drive(count=2, continue_on_fail=True, answers=[answer])
        assert len(details(outcome)) == 2


class TestCredentials:
    def test_a_missing_credential_fails_every_item(self) -> None:
        outcome = drive(
            count=2,
            continue_on_fail=True,
            credentials=[{"throws": "Node does not have any credentials set"}],
            answers=[],
        )
        assert [item["json"]["error"] for item in outcome.items] == ["Node does not have any credentials set"] * 2

    def test_oauth2_secrets_stay_in_n8n(self) -> None:
        outcome = drive(parameters=OAUTH2, credentials=[token("a")], answers=[done(0)])
        assert outcome.jobs[0]["settings"]["credential"] == {
            "type": "bitrix24OAuth2Api",
            "data": {
                "client_endpoint": "https://portal.example/rest/",
                "access_token": "a",
                "expires": 1,
                "member_id": "m",
            },
        }
        assert "never-leaves" not in str(outcome.jobs)

    def test_the_limits_of_the_portal_go_to_the_runner(self) -> None:
        limits = {"plan": "custom", "requestsPerSecond": 5, "burst": 250}
        for parameters, stored in ((OAUTH2, token("a")), ({}, WEBHOOK)):
            outcome = drive(parameters=parameters, credentials=[{**stored, **limits}], answers=[done(0)])
            assert limits.items() <= outcome.jobs[0]["settings"]["credential"]["data"].items()

    def test_a_token_that_ends_soon_is_refreshed_first(self) -> None:
        outcome = drive(
            parameters=OAUTH2, credentials=[token("old", ends_in_hours=0.01), token("new")], answers=[done(0)]
        )
        assert outcome.refreshes == 1
        assert outcome.jobs[0]["settings"]["credential"]["data"]["access_token"] == "new"

    def test_a_refused_token_is_refreshed_and_the_rest_sent(self) -> None:
        outcome = drive(
            count=2,
            parameters=OAUTH2,
            credentials=[token("old"), token("old"), token("new")],
            answers=[done(0, remaining=(1,), reason="token"), done(1)],
        )
        assert outcome.refreshes == 1
        assert outcome.sent == [[0, 1], [1]]
        assert outcome.jobs[1]["settings"]["credential"]["data"]["access_token"] == "new"

    def test_a_token_that_another_run_has_renewed_is_taken_over(self) -> None:
        outcome = drive(
            parameters=OAUTH2,
            credentials=[token("old"), token("new")],
            answers=[done(remaining=(0,), reason="token"), done(0)],
        )
        assert outcome.refreshes == 0
        assert len(outcome.jobs) == 2

    def test_a_portal_that_refuses_every_token_is_not_asked_for_ever(self) -> None:
        outcome = drive(
            count=2,
            continue_on_fail=True,
            parameters=OAUTH2,
            credentials=[token("same")],
            answers=[done(remaining=(0, 1), reason="token")],
        )
        assert outcome.refreshes == 1
        assert "Reconnect" in details(outcome)[1]["advice"]

    def test_a_refused_webhook_is_not_renewed(self) -> None:
        outcome = drive(answers=[done(remaining=(0,), reason="token")])
        assert outcome.thrown is not None
        assert "does not accept" in outcome.thrown["message"]


class TestFiles:
    def test_a_file_travels_as_base64(self) -> None:
        file = {"text": "hello", "fileName": "a.txt", "mimeType": "text/plain"}
        outcome = drive(
            parameters=UPLOAD,
            inputs=[{"json": {}, "binary": {"data": file, "other": file}}],
            answers=[done(0)],
        )
        assert outcome.jobs[0]["settings"]["binary"] == [
            {"data": {"data": "aGVsbG8=", "fileName": "a.txt", "mimeType": "text/plain"}}
        ]

    def test_several_files_travel_where_several_fields_are_named(self) -> None:
        file = {"text": "hello", "mimeType": "text/plain"}
        outcome = drive(
            parameters={**UPLOAD, "inputDataField": "data, scan"},
            inputs=[{"json": {}, "binary": {"data": file, "scan": file, "other": file}}],
            answers=[done(0)],
        )
        assert sorted(outcome.jobs[0]["settings"]["binary"][0]) == ["data", "scan"]

    @pytest.mark.parametrize(
        ("files", "sent"),
        [
            ({"files": [{"binaryPropertyName": "data"}, {"binaryPropertyName": "scan"}]}, ["data", "scan"]),
            ({"files": [{"binaryPropertyName": "gone"}]}, None),
            ({}, None),
        ],
    )
    def test_every_row_that_names_a_field_has_its_file_read(self, files: Any, sent: list[str] | None) -> None:
        file = {"text": "hello", "mimeType": "text/plain"}
        outcome = drive(
            parameters={"resource": "lists", "operation": "addElement", "filesUi": files},
            inputs=[{"json": {}, "binary": {"data": file, "scan": file, "other": file}}],
            answers=[done(0)],
        )
        binary = outcome.jobs[0]["settings"]["binary"][0]
        assert (sorted(binary) if binary else None) == sent

    def test_whether_a_missing_file_matters_is_for_the_runner_to_say(self) -> None:
        file = {"text": "hello", "mimeType": "text/plain"}
        outcome = drive(
            parameters=UPLOAD, inputs=[{"json": {}}, {"json": {}, "binary": {"data": file}}], answers=[done(0, 1)]
        )
        assert [entry is None for entry in outcome.jobs[0]["settings"]["binary"]] == [True, False]

    def test_large_files_are_spread_over_jobs(self) -> None:
        file = {"text": "x" * (30 * 1024 * 1024), "mimeType": "text/plain"}
        inputs = [{"json": {}, "binary": {"data": file}} for _ in range(3)]
        outcome = drive(parameters=UPLOAD, inputs=inputs, answers=[done(0, 1), done(2)])
        assert outcome.sent == [[0, 1], [2]]

    def test_a_downloaded_file_goes_into_the_binary_storage(self) -> None:
        file = {"data": "aGVsbG8=", "fileName": "a.txt", "mimeType": "text/plain"}
        item = {"json": {"id": 1}, "binary": {"data": file}, "pairedItem": {"item": 0}}
        result = {"items": [item], "remaining": [], "reason": None, "failure": None}
        outcome = drive(answers=[{"result": result}])
        assert outcome.items[0]["binary"] == {
            "data": {"stored": "hello", "fileName": "a.txt", "mimeType": "text/plain"}
        }


class TestPayload:
    """The runner says how large a message it takes; no job is larger."""

    LIMIT: ClassVar[list[dict[str, Any]]] = [{"result": {"maxPayload": 20_000}}]

    @staticmethod
    def sizes(outcome: Outcome) -> list[int]:
        return [len(json.dumps(job["settings"], ensure_ascii=False).encode()) for job in outcome.jobs]

    def test_items_are_spread_over_jobs_that_fit(self) -> None:
        long = [f"{place}{'ж' * 2000}" for place in range(6)]
        outcome = drive(
            count=6,
            runner=self.LIMIT,
            parameters={"chatId": "=x"},
            values={"chatId": long},
            answers=[done(0, 1), done(2, 3), done(4, 5)],
        )
        assert outcome.sent == [[0, 1], [2, 3], [4, 5]]
        assert max(self.sizes(outcome)) < 20_000
        assert [item["pairedItem"]["item"] for item in outcome.items] == [0, 1, 2, 3, 4, 5]

    def test_an_item_that_no_message_may_carry_fails_alone(self) -> None:
        outcome = drive(
            count=3,
            continue_on_fail=True,
            runner=self.LIMIT,
            parameters={"chatId": "=x"},
            values={"chatId": ["a", "b" * 20_000, "c"]},
            answers=[done(0, 2)],
        )
        assert outcome.sent == [[0, 2]]
        failed = outcome.items[1]["json"]
        assert "20,000 are allowed" in failed["error"]
        assert failed["details"]["code"] == "PAYLOAD_TOO_LARGE"
        assert "N8N_RUNNERS_MAX_PAYLOAD" in failed["details"]["advice"]

    def test_an_item_that_no_message_may_carry_stops_the_run_before_anything_is_sent(self) -> None:
        file = {"text": "x" * 30_000, "mimeType": "text/plain"}
        outcome = drive(
            runner=self.LIMIT,
            parameters=UPLOAD,
            inputs=[{"json": {}}, {"json": {}, "binary": {"data": file}}],
            answers=[done(0, 1)],
        )
        assert outcome.jobs == []
        assert outcome.thrown is not None
        assert outcome.thrown["itemIndex"] == 1

    def test_values_that_all_items_share_count_too(self) -> None:
        outcome = drive(
            count=2, continue_on_fail=True, runner=self.LIMIT, parameters={"userId": "u" * 20_000}, answers=[]
        )
        assert outcome.jobs == []
        assert [entry["code"] for entry in details(outcome)] == ["PAYLOAD_TOO_LARGE"] * 2
