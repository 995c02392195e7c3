"""`disk.*`: storages, folders, files and their bytes."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

PRICES, SUPPORT, PLANS, ARCHIVE = 16, 17, 19, 20
AUTUMN, RETURNS, LOGO, SAMPLES = 21, 23, 25, 27
COMPANY, GROUP = 1, 2


@pytest.fixture
def agent(sandbox: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """The webhook of user 7, who is no administrator."""
    return RestClient(session, sandbox.webhook(7))


def content(name: str, data: bytes) -> list[str]:
    return [name, base64.b64encode(data).decode()]


def new_file(folder: int, name: str, data: bytes = b"x", **more: Any) -> dict[str, Any]:
    return {"id": folder, "data": {"NAME": name}, "fileContent": content(name, data), **more}


async def names(portal: RestClient, folder: int, **arguments: Any) -> list[str]:
    return [entry["NAME"] for entry in await portal.result("disk.folder.getChildren", {"id": folder, **arguments})]


async def download(portal: RestClient, url: str) -> bytes:
    async with portal.session.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_storages_of_company_group_and_people(portal: RestClient, agent: RestClient) -> None:
    _, body = await portal.call("disk.storage.getList")
    assert body["total"] == 15
    mine = {"filter": {"ENTITY_TYPE": "user", "ENTITY_ID": 7}}
    [storage] = await agent.result("disk.storage.getList", mine)
    assert storage == {
        "ID": "9",
        "NAME": "Marcus Bell",
        "CODE": None,
        "MODULE_ID": "disk",
        "ENTITY_TYPE": "user",
        "ENTITY_ID": "7",
        "ROOT_OBJECT_ID": "9",
    }
    assert [entry["ID"] for entry in await agent.result("disk.storage.getList")] == ["1", "9"]
    assert await portal.result("disk.storage.getTypes") == ["user", "common", "group"]


async def test_a_new_portal_has_a_storage_for_its_administrator(empty_portal: RestClient) -> None:
    storages = await empty_portal.result("disk.storage.getList", {"filter": {"ENTITY_TYPE": "user", "ENTITY_ID": "1"}})
    made = await empty_portal.result("disk.storage.uploadFile", new_file(int(storages[0]["ID"]), "a.txt"))
    assert made["NAME"] == "a.txt"


async def test_storages_of_others_are_closed(agent: RestClient) -> None:
    denied = (400, "ACCESS_DENIED", "Access denied")
    assert await agent.refusal("disk.storage.get", {"id": 3}) == denied
    assert await agent.refusal("disk.storage.getChildren", {"id": GROUP}) == denied
    assert await agent.refusal("disk.file.get", {"id": SAMPLES}) == denied
    assert await agent.refusal("disk.storage.getForApp") == (
        400, "ACCESS_DENIED", "Access denied! Application context required",
    )  # fmt: skip


async def test_an_application_has_a_storage_of_its_own(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    application = RestClient(session, f"{sandbox.url}/rest/")
    auth = {"auth": sandbox.access_token}
    storage = await application.result("disk.storage.getForApp", auth)
    assert storage["ENTITY_TYPE"] == "restapp"
    assert await application.result("disk.storage.getForApp", auth) == storage


async def test_children_by_filter_and_order(portal: RestClient) -> None:
    _, body = await portal.call("disk.storage.getChildren", {"id": COMPANY, "order": {"NAME": "DESC"}})
    assert [entry["NAME"] for entry in body["result"]] == ["Support", "Price lists", "Pictures"]
    assert body["total"] == 3
    assert await names(portal, PRICES, filter={"TYPE": "file"}) == ["Prices autumn 2026.csv"]
    assert await names(portal, SUPPORT, filter={"%NAME": "RETURN"}) == ["Returns.txt"]
    assert (await portal.refusal("disk.folder.getChildren", {"id": SUPPORT, "filter": {"MOOD": 1}}))[1] == (
        "ERROR_ARGUMENT"
    )


async def test_rows_have_upper_keys_and_text_numbers(portal: RestClient) -> None:
    folder = await portal.result("disk.folder.get", {"id": ARCHIVE})
    assert (folder["ID"], folder["REAL_OBJECT_ID"], folder["PARENT_ID"], folder["DELETED_TYPE"]) == (
        "20", "20", "16", "0",
    )  # fmt: skip
    assert folder["DETAIL_URL"].endswith("/docs/disk/path/Price%20lists/Archive")
    file = await portal.result("disk.file.get", {"id": AUTUMN})
    assert (file["TYPE"], file["SIZE"], file["GLOBAL_CONTENT_VERSION"], file["CREATED_BY"]) == ("file", "182", "1", "2")
    assert "REAL_OBJECT_ID" not in file


@pytest.mark.parametrize(
    ("number", "start", "kind", "name"),
    [
        (AUTUMN, b"Article,Name,Price GBP", "text/csv", "Prices autumn 2026.csv"),
        (RETURNS, b"Returns", "text/plain", "Returns.txt"),
        (LOGO, b"\x89PNG\r\n\x1a\n", "image/png", "Logo.png"),
    ],
)
async def test_downloading_needs_the_link_alone(
    portal: RestClient, number: int, start: bytes, kind: str, name: str
) -> None:
    url = (await portal.result("disk.file.get", {"id": number}))["DOWNLOAD_URL"]
    async with portal.session.get(url) as answer:
        assert (answer.status, answer.content_type) == (200, kind)
        assert answer.content_disposition is not None
        assert answer.content_disposition.filename == name
        assert (await answer.read()).startswith(start)


async def test_a_wrong_link_leads_nowhere(portal: RestClient) -> None:
    url = (await portal.result("disk.file.get", {"id": LOGO}))["DOWNLOAD_URL"]
    for wrong in (f"{url}x", url.split("?")[0], f"{url.split('=')[0]}="):
        async with portal.session.get(wrong) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "ERROR_NOT_FOUND")


async def test_bytes_come_back_as_they_went_in(portal: RestClient) -> None:
    data = bytes(range(256)) * 1024
    made = await portal.result("disk.folder.uploadFile", new_file(SUPPORT, "Größe 新.bin", data))
    assert (made["SIZE"], made["PARENT_ID"], made["NAME"]) == (str(len(data)), str(SUPPORT), "Größe 新.bin")
    assert isinstance(made["ID"], int), "what was just made is answered with a number"
    async with portal.session.get(made["DOWNLOAD_URL"]) as answer:
        assert await answer.read() == data
        assert "filename*=utf-8''Gr%C3%B6%C3%9Fe%20%E6%96%B0.bin" in answer.headers["Content-Disposition"]


async def test_names_are_taken_once(portal: RestClient) -> None:
    await portal.result("disk.folder.uploadFile", new_file(SUPPORT, "Answers.txt"))
    taken = await portal.refusal("disk.folder.uploadFile", new_file(SUPPORT, "answers.TXT"))
    assert taken == (400, "DISK_OBJ_22000", "A file with this name already exists")
    numbered = new_file(SUPPORT, "Answers.txt", generateUniqueName=True)
    assert [(await portal.result("disk.folder.uploadFile", numbered))["NAME"] for _ in range(2)] == [
        "Answers (1).txt",
        "Answers (2).txt",
    ]
    folder = await portal.refusal("disk.storage.addFolder", {"id": COMPANY, "data": {"NAME": "Support"}})
    assert folder == (400, "DISK_OBJ_22000", "A folder with this name already exists")


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("disk.folder.uploadFile", {"id": SUPPORT, "fileContent": ["a.txt", "eA=="]}, "DISK_BASE_SERVICE_22001"),
        (
            "disk.folder.uploadFile",
            {"id": SUPPORT, "data": {"NAME": "a"}, "fileContent": ["a", "no! base64?"]},
            "ERROR_COULD_NOT_SAVE_FILE",
        ),
        ("disk.folder.uploadFile", {"id": SUPPORT, "data": {"NAME": "a"}, "rights": "all"}, ""),
        ("disk.folder.uploadFile", {"id": 424242, "data": {"NAME": "a"}}, "ERROR_NOT_FOUND"),
        ("disk.folder.uploadFile", {"data": {"NAME": "a"}}, "ERROR_ARGUMENT"),
        ("disk.folder.get", {"id": AUTUMN}, "ERROR_NOT_FOUND"),
        ("disk.file.get", {"id": SUPPORT}, "ERROR_NOT_FOUND"),
        ("disk.folder.shareToUser", {"id": SUPPORT, "userId": 7}, "ERROR_ARGUMENT"),
        ("disk.folder.shareToUser", {"id": SUPPORT, "taskName": "disk_access_read"}, "ERROR_ARGUMENT"),
        ("disk.folder.getExternalLink", {"id": RETURNS}, "ERROR_NOT_FOUND"),
        ("disk.file.getExternalLink", {}, "ERROR_ARGUMENT"),
        ("disk.file.moveTo", {"id": AUTUMN}, "ERROR_ARGUMENT"),
        ("disk.file.rename", {"id": AUTUMN, "newName": ""}, "0"),
        ("disk.file.rename", {"id": RETURNS, "newName": "Bot answers.txt"}, "DISK_OBJ_22000"),
        ("disk.folder.addSubFolder", {"id": SUPPORT, "data": {}}, "ERROR_ARGUMENT"),
        ("disk.folder.deleteTree", {"id": 1}, "DISK_OBJ_22000"),
        ("disk.folder.markDeleted", {"id": 1}, "DISK_OBJ_22000"),
        ("disk.folder.moveTo", {"id": 1, "targetFolderId": SUPPORT}, ""),
        ("disk.folder.moveTo", {"id": PRICES, "targetFolderId": ARCHIVE}, "DISK_OBJ_22000"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str) -> None:
    status, error, _ = await portal.refusal(method, arguments)
    assert (status, error) == (400, code)


async def test_uploading_through_a_form(portal: RestClient) -> None:
    place = await portal.result("disk.folder.uploadFile", {"id": SUPPORT})
    assert set(place) == {"field", "uploadUrl"}

    def form() -> aiohttp.FormData:
        sent = aiohttp.FormData(quote_fields=False)
        sent.add_field(place["field"], b"\x00\xff", filename="Grüße.bin")
        return sent

    async with portal.session.post(place["uploadUrl"], data=form()) as answer:
        made = (await answer.json())["result"]
    assert (made["NAME"], made["SIZE"], made["CREATED_BY"]) == ("Grüße.bin", "2", "1")
    assert await download(portal, made["DOWNLOAD_URL"]) == b"\x00\xff"
    async with portal.session.post(place["uploadUrl"], data=form()) as answer:
        assert answer.status == 404, "an upload address is good for one file"


async def test_an_upload_of_nothing_is_refused_and_can_be_tried_again(portal: RestClient) -> None:
    place = await portal.result("disk.storage.uploadFile", {"id": COMPANY})
    async with portal.session.post(place["uploadUrl"], data={"file": "text"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "ERROR_COULD_NOT_SAVE_FILE")
    sent = aiohttp.FormData()
    sent.add_field("file", b"x", filename="late.txt")
    async with portal.session.post(place["uploadUrl"], data=sent) as answer:
        assert (await answer.json())["result"]["NAME"] == "late.txt"


async def test_moving_renaming_and_copying_a_file(portal: RestClient) -> None:
    moved = await portal.result("disk.file.moveTo", {"id": AUTUMN, "targetFolderId": SUPPORT})
    assert (moved["ID"], moved["PARENT_ID"]) == ("21", "17")
    renamed = await portal.result("disk.file.rename", {"id": AUTUMN, "newName": "Prices.csv"})
    assert renamed["NAME"] == "Prices.csv"
    copied = await portal.result("disk.file.copyTo", {"id": AUTUMN, "targetFolderId": PRICES})
    assert copied["DOWNLOAD_URL"] != renamed["DOWNLOAD_URL"]
    assert await portal.result("disk.file.delete", {"id": AUTUMN}) is True
    assert (await download(portal, copied["DOWNLOAD_URL"])).startswith(b"Article")
    async with portal.session.get(renamed["DOWNLOAD_URL"]) as answer:
        assert answer.status == 404
    assert (await portal.refusal("disk.file.get", {"id": AUTUMN}))[1] == "ERROR_NOT_FOUND"


async def test_copying_and_destroying_a_tree(portal: RestClient, sandbox: Sandbox) -> None:
    copied = await portal.result("disk.folder.copyTo", {"id": PRICES, "targetFolderId": SUPPORT})
    assert await names(portal, copied["ID"]) == ["Archive", "Prices autumn 2026.csv"]
    assert await portal.result("disk.folder.deleteTree", {"id": PRICES}) is True
    assert (await portal.refusal("disk.folder.get", {"id": ARCHIVE}))[1] == "ERROR_NOT_FOUND"
    [archive] = await portal.result("disk.folder.getChildren", {"id": copied["ID"], "filter": {"TYPE": "folder"}})
    [old] = await portal.result("disk.folder.getChildren", {"id": int(archive["ID"])})
    assert (await download(portal, old["DOWNLOAD_URL"])).startswith(b"Article")
    files = sandbox.database.collection("disk_objects").find(TYPE="file")
    assert all(sandbox.database.blobs.get(file["FILE_ID"]) is not None for file in files)


async def test_moving_a_folder_takes_its_content_to_the_other_storage(portal: RestClient) -> None:
    root = (await portal.result("disk.storage.get", {"id": GROUP}))["ROOT_OBJECT_ID"]
    await portal.result("disk.folder.moveTo", {"id": PRICES, "targetFolderId": root})
    assert (await portal.result("disk.file.get", {"id": AUTUMN}))["STORAGE_ID"] == str(GROUP)


async def test_the_recycle_bin(portal: RestClient) -> None:
    thrown = await portal.result("disk.folder.markDeleted", {"id": PRICES})
    assert (thrown["DELETED_TYPE"], thrown["DELETED_BY"]) == ("3", "1")
    assert await names(portal, 1) == ["Support", "Pictures"]
    inside = await portal.result("disk.file.get", {"id": AUTUMN})
    assert inside["DELETED_TYPE"] == "4"
    async with portal.session.get(inside["DOWNLOAD_URL"]) as answer:
        assert answer.status == 404
    await portal.result("disk.storage.addFolder", {"id": COMPANY, "data": {"NAME": "Price lists"}})
    restored = await portal.result("disk.folder.restore", {"id": PRICES})
    assert (restored["DELETED_TYPE"], restored["NAME"]) == ("0", "Price lists (1)")
    assert (await portal.result("disk.file.get", {"id": AUTUMN}))["DELETED_TYPE"] == "0"


async def test_versions_keep_former_bytes(portal: RestClient) -> None:
    arguments = {"id": RETURNS, "fileContent": content("Returns.txt", b"New rules")}
    changed = await portal.result("disk.file.uploadVersion", arguments)
    assert (changed["GLOBAL_CONTENT_VERSION"], changed["SIZE"]) == ("2", "9")
    assert await download(portal, changed["DOWNLOAD_URL"]) == b"New rules"
    _, body = await portal.call("disk.file.getVersions", {"id": RETURNS})
    [former] = body["result"]
    assert (former["OBJECT_ID"], former["GLOBAL_CONTENT_VERSION"], body["total"]) == (str(RETURNS), "1", 1)
    assert (await download(portal, former["DOWNLOAD_URL"])).startswith(b"Returns")
    await portal.result("disk.file.delete", {"id": RETURNS})
    async with portal.session.get(former["DOWNLOAD_URL"]) as answer:
        assert answer.status == 404


async def test_a_form_encoded_upload_is_read_as_php_reads_it(portal: RestClient) -> None:
    form = {"id": str(SUPPORT), "data[NAME]": "a.txt", "fileContent[0]": "a.txt", "fileContent[1]": "aGVsbG8="}
    async with portal.session.post(f"{portal.base}disk.folder.uploadfile.json", data=form) as answer:
        made = (await answer.json())["result"]
    assert await download(portal, made["DOWNLOAD_URL"]) == b"hello"


async def test_access_to_a_folder_reaches_as_far_as_its_level(portal: RestClient, agent: RestClient) -> None:
    root = (await portal.result("disk.storage.get", {"id": GROUP}))["ROOT_OBJECT_ID"]
    made = await portal.result("disk.folder.uploadFile", new_file(PLANS, "plan.txt"))
    denied = (400, "ACCESS_DENIED", "Access denied")
    assert await agent.refusal("disk.file.get", {"id": made["ID"]}) == denied
    await share(portal, PLANS, "read")
    assert (await agent.result("disk.file.get", {"id": made["ID"]}))["NAME"] == "plan.txt"
    assert await agent.refusal("disk.folder.uploadFile", new_file(PLANS, "mine.txt")) == denied
    await share(portal, PLANS, "add")
    mine = await agent.result("disk.folder.uploadFile", new_file(PLANS, "mine.txt"))
    assert await agent.refusal("disk.file.rename", {"id": mine["ID"], "newName": "ours.txt"}) == denied
    await share(portal, PLANS, "edit")
    assert (await agent.result("disk.file.rename", {"id": mine["ID"], "newName": "ours.txt"}))["NAME"] == "ours.txt"
    assert await agent.refusal("disk.file.delete", {"id": mine["ID"]}) == denied
    assert await agent.refusal("disk.folder.markDeleted", {"id": PLANS}) == denied
    await share(portal, PLANS, "full")
    assert await agent.result("disk.file.delete", {"id": mine["ID"]}) is True
    assert await agent.refusal("disk.folder.getChildren", {"id": int(root)}) == denied


async def test_nobody_gives_more_than_they_have(portal: RestClient, agent: RestClient) -> None:
    await share(portal, PLANS, "add")
    for level, code in (("edit", "ACCESS_DENIED"), ("nonsense", "ACCESS_DENIED")):
        wanted = {"id": PLANS, "userId": 8, "taskName": f"disk_access_{level}"}
        assert (await agent.refusal("disk.folder.shareToUser", wanted))[1] == code
    await share(agent, PLANS, "add", user_id=8)
    await share(portal, PLANS, "full")
    assert (await agent.refusal("disk.folder.restore", {"id": PLANS}))[1] == "ACCESS_DENIED"


async def test_rights_of_an_upload(portal: RestClient, agent: RestClient) -> None:
    tasks = {task["NAME"]: task["ID"] for task in await portal.result("disk.rights.getTasks")}
    rights = [{"TASK_ID": tasks["disk_access_read"], "ACCESS_CODE": "U7"}, {"TASK_ID": 1, "ACCESS_CODE": "*"}]
    made = await portal.result("disk.folder.uploadFile", new_file(PLANS, "plan.txt", rights=rights))
    assert (await agent.result("disk.file.get", {"id": made["ID"]}))["NAME"] == "plan.txt"
    everyone = [{"TASK_ID": tasks["disk_access_edit"], "ACCESS_CODE": "*"}]
    other = await portal.result("disk.folder.uploadFile", new_file(PLANS, "open.txt", rights=everyone))
    assert (await agent.result("disk.file.rename", {"id": other["ID"], "newName": "a.txt"}))["NAME"] == "a.txt"


async def test_public_links_open_a_page_with_what_can_be_downloaded(portal: RestClient) -> None:
    link = await portal.result("disk.folder.getExternalLink", {"id": PRICES})
    assert await portal.result("disk.folder.getExternalLink", {"id": PRICES}) == link
    async with portal.session.get(link) as answer:
        page = await answer.text()
    assert "Archive/" in page
    address = re.search(r'href="([^"]+)">Prices autumn 2026.csv', page)
    assert address is not None
    assert (await download(portal, unescape(address.group(1)))).startswith(b"Article")
    await portal.result("disk.folder.deleteTree", {"id": PRICES})
    async with portal.session.get(link) as answer:
        assert answer.status == 404


async def test_going_back_to_a_version(portal: RestClient, agent: RestClient) -> None:
    await portal.result("disk.file.uploadVersion", {"id": RETURNS, "fileContent": content("Returns.txt", b"New")})
    [former] = await portal.result("disk.file.getVersions", {"id": RETURNS})
    assert await portal.result("disk.version.get", {"id": former["ID"]}) == former
    restored = await portal.result("disk.file.restoreFromVersion", {"id": RETURNS, "versionId": former["ID"]})
    assert restored["GLOBAL_CONTENT_VERSION"] == "3"
    assert (await download(portal, restored["DOWNLOAD_URL"])).startswith(b"Returns")
    foreign = await portal.refusal("disk.file.restoreFromVersion", {"id": AUTUMN, "versionId": former["ID"]})
    assert foreign[1] == "DISK_FILE_22004"
    assert (await portal.refusal("disk.version.get", {"id": 4242}))[1] == "ERROR_NOT_FOUND"


async def test_fields_are_documented(portal: RestClient) -> None:
    file = await portal.result("disk.file.getFields")
    assert file["SIZE"] == {"TYPE": "integer", "USE_IN_FILTER": False, "USE_IN_SHOW": True}
    folder = await portal.result("disk.folder.getFields")
    assert "SIZE" not in folder
    assert folder["REAL_OBJECT_ID"]["USE_IN_FILTER"] is False
    assert (await portal.result("disk.storage.getFields"))["NAME"]["TYPE"] == "string"


async def test_the_storage_of_an_application_can_be_renamed(sandbox: Sandbox, portal: RestClient) -> None:
    application = RestClient(portal.session, f"{sandbox.url}/rest/")
    auth = {"auth": sandbox.access_token}
    storage = await application.result("disk.storage.getForApp", auth)
    wanted = {**auth, "id": storage["ID"], "newName": "Backups"}
    assert (await application.result("disk.storage.rename", wanted))["NAME"] == "Backups"
    assert (await portal.refusal("disk.storage.rename", {"id": COMPANY, "newName": "X"}))[1] == ""


async def share(giver: RestClient, folder: int, level: str, user_id: int = 7) -> None:
    wanted = {"id": folder, "userId": user_id, "taskName": f"disk_access_{level}"}
    assert await giver.result("disk.folder.shareToUser", wanted) is True


async def test_somebody_invited_without_a_name_has_a_storage_too(portal: RestClient) -> None:
    invited = await portal.result("user.add", {"EMAIL": "new@example.com", "UF_DEPARTMENT": [1]})
    [storage] = await portal.result("disk.storage.getList", {"filter": {"ENTITY_TYPE": "user", "ENTITY_ID": invited}})
    assert storage["NAME"] == "new@example.com"
