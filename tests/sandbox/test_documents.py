"""`documentgenerator.*` and `crm.documentgenerator.*`: templates, documents, numbers and files."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from html import unescape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NOT_AN_OBJECT = "Invalid value to match with parameter {fields}. Should be value of type array."
REST, CRM = "documentgenerator", "crm.documentgenerator"


def word_file(*paragraphs: str, header: str = "") -> bytes:
    """A Word file; `|` in a paragraph is where one run ends and the next begins."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", part("document", paragraphs))
        archive.writestr("word/header1.xml", part("hdr", [header]))
        archive.writestr("word/media/image1.png", b"\x89PNG {Title}")
    return kept.getvalue()


def part(root: str, paragraphs: Any) -> str:
    runs = ("".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in text.split("|")) for text in paragraphs)
    body = "".join(f'<w:p w:rsidR="1"><w:pPr/>{text}</w:p>' for text in runs)
    return f'<w:{root} xmlns:w="{WORD}"><w:tbl/>{body}</w:{root}>'


def text_of(content: bytes, name: str = "word/document.xml") -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read(name))
    paragraphs = root.iter(f"{{{WORD}}}p")
    return ["".join(text.text or "" for text in paragraph.iter(f"{{{WORD}}}t")) for paragraph in paragraphs]


def file(content: bytes) -> list[str]:
    return ["template.docx", base64.b64encode(content).decode()]


async def template(portal: RestClient, content: bytes, world: str = REST, **more: Any) -> int:
    fields = {"name": "Letter", "numeratorId": 1, "region": "de", "file": file(content), **more}
    if world == CRM:
        fields |= {"entityTypeId": ["2"]}
    return int((await portal.result(f"{world}.template.add", {"fields": fields}))["template"]["id"])


async def document(portal: RestClient, template_id: int, world: str = REST, **more: Any) -> dict[str, Any]:
    subject = {"entityTypeId": 2, "entityId": 1} if world == CRM else {"value": "ORDER_1"}
    arguments = {"templateId": template_id, **subject, **more}
    made: dict[str, Any] = (await portal.result(f"{world}.document.add", arguments))["document"]
    return made


async def fetched(portal: RestClient, url: str) -> bytes:
    async with portal.session.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_fields_are_filled_wherever_they_stand(portal: RestClient) -> None:
    content = word_file(
        "Dear {Cli|ent|Name}, &lt;{Total}&gt;", "No field {here", "{Made~format=d.m.Y}", header="{Title}"
    )
    number = await template(portal, content)
    values = {"ClientName": "Ann & <Co>", "Total": 5, "Made": "today", "Title": "Head"}
    made = await document(portal, number, values=values)
    filled = await fetched(portal, made["downloadUrlMachine"])
    assert text_of(filled) == ["Dear Ann & <Co>, <5>", "No field {here", "today"]
    assert text_of(filled, "word/header1.xml") == ["Head"]
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        assert archive.read("word/media/image1.png") == b"\x89PNG {Title}"


async def test_values_are_written_as_their_descriptions_say(portal: RestClient) -> None:
    number = await template(portal, word_file("{Day}", "{Signed}", "{Who}", "{Rows}", "{Unknown}"))
    made = await document(
        portal,
        number,
        values={"Day": "2027-01-31", "Signed": "soon", "Who": {"NAME": "Ann", "LAST_NAME": "Lee"}, "Rows": ["a", "b"]},
        fields={
            "Day": {"TYPE": "DATE", "FORMAT": {"format": "Y/m/d"}},
            "Signed": {"TYPE": "DATE"},
            "Who": {"TYPE": "NAME", "FORMAT": {"format": "#LAST_NAME#, #NAME_SHORT#"}},
        },
    )
    filled = await fetched(portal, made["downloadUrlMachine"])
    assert text_of(filled) == ["2027/01/31", "soon", "Lee, A.", "ab", ""]
    assert b"<w:br/>" in zipfile.ZipFile(io.BytesIO(filled)).read("word/document.xml")


async def test_a_pdf_follows_when_it_has_been_made(portal: RestClient, sandbox: Sandbox) -> None:
    sandbox.clock.freeze()
    made = await document(
        portal, await template(portal, word_file("Dear {Name} (" + "long " * 40 + ")")), values={"Name": "Zoë"}
    )
    assert "pdfUrlMachine" not in made
    sandbox.clock.advance(2)
    shown = (await portal.result(f"{REST}.document.get", {"id": made["id"]}))["document"]
    printed = await fetched(portal, shown["pdfUrlMachine"])
    assert printed.startswith(b"%PDF-1.4")
    assert b"Dear Zo\xeb \\(long" in printed
    offset = int(printed.rsplit(b"startxref\n", 1)[1].split()[0])
    assert printed[offset:].startswith(b"xref\n0 6\n")
    places = re.findall(rb"(\d{10}) 00000 n ", printed)
    assert all(printed[int(place) :].startswith(b"%d 0 obj" % index) for index, place in enumerate(places, 1))


async def test_a_document_made_anew_loses_its_former_file(portal: RestClient) -> None:
    made = await document(portal, await template(portal, word_file("{Name}")), values={"Name": "Ann"})
    changed = (await portal.result(f"{REST}.document.update", {"id": made["id"], "values": {"Name": "Bob"}}))[
        "document"
    ]
    assert (changed["id"], changed["number"], changed["updatedBy"]) == (str(made["id"]), made["number"], 1)
    assert text_of(await fetched(portal, changed["downloadUrlMachine"])) == ["Bob"]
    async with portal.session.get(made["downloadUrlMachine"]) as answer:
        assert answer.status == 404


async def test_a_record_fills_the_documents_of_the_crm(portal: RestClient) -> None:
    content = word_file("{Title}", "{CompanyTitle} {CompanyPhone}", "{AssignedName}", "{Opportunity}", "{Nonsense}")
    made = await document(portal, await template(portal, content, CRM), CRM, values={"Opportunity": "a lot"})
    assert text_of(await fetched(portal, made["downloadUrlMachine"])) == [
        "Meeting room chairs, 24 seats",
        "Ashgrove Dental Partners +442079460110",
        "Priya",
        "a lot",
        "",
    ]
    assert (made["entityId"], made["entityTypeId"], made["products"]["currencyId"]) == ("1", "2", "GBP")
    card = (await portal.result(f"{CRM}.document.getfields", {"id": made["id"], "values": {"Title": "X"}}))[
        "documentFields"
    ]
    assert (card["Title"]["value"], card["Title"]["default"]) == ("X", "Meeting room chairs, 24 seats")
    assert (card["DocumentNumber"]["required"], card["DocumentNumber"]["value"]) == ("Y", made["number"])


async def test_numerators_count_as_they_are_told(portal: RestClient, sandbox: Sandbox) -> None:
    sandbox.clock.freeze()
    rules = {"start": 1000, "step": 5, "length": 8, "periodicBy": "day", "timezone": "Europe/Berlin"}
    generator = {"Bitrix_Main_Numerator_Generator_SequentNumberGenerator": rules}
    fields = {"name": "Invoices", "template": "INV-{NUMBER}", "settings": generator}
    numerator = (await portal.result(f"{REST}.numerator.add", {"fields": fields}))["numerator"]
    assert (numerator["template"], numerator["code"]) == ("INV-{NUMBER}", None)
    number = await template(portal, word_file("{DocumentNumber}"), numeratorId=numerator["id"])
    assert [(await document(portal, number))["number"] for _ in range(2)] == ["INV-00001000", "INV-00001005"]
    given = await document(portal, number, values={"DocumentNumber": "DG-1"})
    assert (given["number"], given["title"]) == ("DG-1", "Letter DG-1")
    card = (await portal.result(f"{REST}.template.getfields", {"id": number}))["templateFields"]
    assert card["DocumentNumber"]["value"] == "INV-00001010"
    sandbox.clock.advance(86_400)
    assert (await document(portal, number))["number"] == "INV-00001000"
    assert (await portal.refusal(f"{CRM}.numerator.delete", {"id": numerator["id"]}))[1] == "DOCGEN_ACCESS_ERROR"
    changed = await portal.result(f"{REST}.numerator.update", {"id": numerator["id"], "fields": {"name": "Bills"}})
    assert changed["name"] == "Bills"
    assert await portal.result(f"{REST}.numerator.delete", {"id": numerator["id"]}) is None
    refusal = await portal.refusal(f"{REST}.document.add", {"templateId": number, "value": "ORDER_1"})
    assert refusal == (400, "0", "Error getting next number")


@pytest.mark.parametrize(
    ("method", "arguments", "code", "message"),
    [
        (f"{REST}.template.add", {}, "100", "Could not find value for parameter {fields}"),
        (f"{REST}.template.add", {"fields": {"name": "A"}}, "0", "Empty required fields: numeratorId, region"),
        (
            f"{CRM}.template.add",
            {"fields": {"name": "A", "numeratorId": 1, "region": "de"}},
            "0",
            "Empty required fields: entityTypeId",
        ),
        (
            f"{REST}.template.add",
            {"fields": {"name": "A", "numeratorId": 1, "region": "de"}},
            "0",
            "Missing file content",
        ),
        (
            f"{REST}.template.add",
            {"fields": {"name": "A", "numeratorId": 1, "region": "de", "file": ["a.docx", "eA=="]}},
            "0",
            "Could not save file",
        ),
        (f"{REST}.template.get", {"id": 99}, "0", "Template not found"),
        (f"{REST}.template.update", {"id": 1, "fields": "x"}, "100", NOT_AN_OBJECT),
        (f"{CRM}.template.getfields", {"id": 1}, "100", "Could not find value for parameter {entityTypeId}"),
        (f"{REST}.document.add", {"templateId": 1}, "0", 'Empty required parameter "value"'),
        (f"{REST}.document.add", {"templateId": 99, "value": "A"}, "0", "Template not found"),
        (f"{CRM}.document.add", {"templateId": 1, "entityTypeId": 999}, "0", "No provider for entityTypeId"),
        (f"{CRM}.document.add", {"templateId": 1, "entityTypeId": 2}, "0", 'Empty required parameter "value"'),
        (
            f"{CRM}.document.add",
            {"templateId": 1, "entityTypeId": 2, "entityId": 4242},
            "0",
            "Cannot create document",
        ),
        (f"{REST}.document.get", {"id": 99}, "0", "Document not found"),
        (f"{CRM}.document.delete", {"id": 99}, "0", "Document not found"),
        (f"{REST}.numerator.add", {"fields": {"name": "A"}}, "0", "Empty required fields: template"),
        (f"{REST}.numerator.get", {"id": 99}, "100", "Could not construct parameter {numerator}"),
        (f"{REST}.numerator.delete", {"id": 1}, "DOCGEN_ACCESS_ERROR", "Access denied"),
        (f"{REST}.region.get", {"id": "xx"}, "0", "Region not found"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str, message: str) -> None:
    assert await portal.refusal(method, arguments) == (400, code, message)


@pytest.mark.parametrize("method", [f"{REST}.document.get", f"{CRM}.document.update", f"{REST}.template.delete"])
async def test_a_call_that_names_nothing(portal: RestClient, method: str) -> None:
    assert (await portal.refusal(method))[:2] == (400, "100")


async def test_templates_are_for_those_who_were_let_in(sandbox: Sandbox, portal: RestClient) -> None:
    seller = RestClient(portal.session, sandbox.webhook(3))
    own = await template(portal, word_file("{Name}"))
    for_sales = await template(portal, word_file("{Name}"), users=["D2"])
    assert (await seller.refusal(f"{REST}.template.get", {"id": own}))[1] == "DOCGEN_ACCESS_ERROR"
    denied = await seller.refusal(f"{REST}.document.add", {"templateId": own, "value": "ORDER_1"})
    assert denied[:2] == (403, "DOCGEN_ACCESS_ERROR")
    assert (await document(seller, for_sales))["createdBy"] == 3
    listed = (await seller.result(f"{REST}.template.list"))["templates"]
    assert set(listed) == {"1", str(for_sales)}


async def test_the_worlds_have_scopes_and_documents_of_their_own(
    sandbox: Sandbox, session: aiohttp.ClientSession, portal: RestClient
) -> None:
    clerk = RestClient(session, sandbox.webhook(1, {"crm"}))
    assert (await clerk.result(f"{CRM}.template.list"))["templates"]["1"]["name"] == "Offer"
    assert (await clerk.refusal(f"{REST}.template.list"))[1] == "insufficient_scope"
    assert (await portal.result(f"{REST}.template.list"))["templates"]["1"]["name"] == "Supply contract"


async def test_a_template_that_documents_were_made_from_is_only_marked(portal: RestClient) -> None:
    number = await template(portal, word_file("{Name}"))
    made = await document(portal, number)
    assert await portal.result(f"{REST}.template.delete", {"id": number}) is None
    assert str(number) not in (await portal.result(f"{REST}.template.list"))["templates"]
    marked = (await portal.result(f"{REST}.template.list", {"filter": {"isDeleted": "Y"}}))["templates"]
    assert marked[str(number)]["isDeleted"] == "Y"
    refusal = await portal.refusal(f"{REST}.document.add", {"templateId": number, "value": "A"})
    assert refusal == (400, "0", "Cannot create document on deleted template")
    assert (await portal.refusal(f"{REST}.template.getfields", {"id": number}))[1] == "0"
    changed = await portal.result(f"{REST}.document.update", {"id": made["id"], "values": {"Name": "Ann"}})
    assert text_of(await fetched(portal, changed["document"]["downloadUrlMachine"])) == ["Ann"]


async def test_lists_hold_what_is_selected(portal: RestClient) -> None:
    [shown] = (await portal.result(f"{REST}.template.list", {"select": ["name", "providers"]}))["templates"].values()
    assert (shown["id"], shown["name"], "region" in shown) == ("1", "Supply contract", False)
    assert shown["providers"] == ["bitrix\\documentgenerator\\dataprovider\\rest"]
    _, body = await portal.call(
        f"{CRM}.document.list", {"order": {"id": "DESC"}, "select": ["id", "entityId", "pdfId"]}
    )
    rows = body["result"]["documents"]
    assert ([(row["id"], row["entityId"]) for row in rows], body["total"]) == ([("2", "2"), ("1", "1")], 2)
    assert int(rows[0]["pdfId"]) > 0
    assert await portal.result(f"{REST}.template.list", {"filter": {"name": "None"}}) == {"templates": []}


async def test_public_links_open_and_close(portal: RestClient) -> None:
    made = await document(portal, await template(portal, word_file("{Name}")), values={"Name": "Ann"})
    link = (await portal.result(f"{REST}.document.enablepublicurl", {"id": made["id"]}))["publicUrl"]
    async with portal.session.get(link) as answer:
        address = re.search(r'href="([^"]+)"', await answer.text())
    assert address is not None
    assert text_of(await fetched(portal, unescape(address.group(1)))) == ["Ann"]
    shown = (await portal.result(f"{REST}.document.get", {"id": made["id"]}))["document"]
    assert shown["publicUrl"] == link
    assert shown["publicUrlView"]["time"]
    closed = await portal.result(f"{REST}.document.enablepublicurl", {"id": made["id"], "status": 0})
    assert closed == {"publicUrl": None}
    async with portal.session.get(link) as answer:
        assert answer.status == 404
