"""Moving with the phone app: the file is taken along in one place and brought in another; people are asked again."""

import zipfile
from pathlib import Path

import pytest

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.browser.test_account_access import give_proof, proof_is_over
from tests.faults.installation import Installation

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def chooses(phone: Phone, file: Path) -> None:
    async with phone.page.expect_file_chooser() as chooser:
        await phone.press_button("Choose the file")
    await (await chooser.value).set_files(file)


async def test_a_file_is_taken_along_and_brought_elsewhere(
    new_phone: NewPhone, circle: NewCircle, installation: Installation, tmp_path: Path
) -> None:
    noor, _ = await circle("Noor", "Ana")
    await noor.ask("POST", "/v1/check-ins", {"feeling": 3, "note": "Slept by the sea."}, 201)
    await noor.ask("PUT", "/v1/me/plan", {"signs": ["No calls for days"]}, 200)
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings")
    async with phone.page.expect_download() as downloading:
        await phone.page.get_by_role("button", name="Take my data with me").click()
    download = await downloading.value
    assert download.suggested_filename == "porchlight.zip"
    file = tmp_path / "taken.zip"
    await download.save_as(file)
    with zipfile.ZipFile(file) as taken:
        page = taken.read("index.html").decode()
        assert sorted(taken.namelist()) == ["index.html", "porchlight.json"]
    # The page needs no network and runs nothing.
    assert "Slept by the sea." in page
    assert "<script" not in page
    assert [tag for tag in ("src=", "href=", "@import", "url(") if tag in page] == []

    (mia,) = await circle("Mia")
    other = await new_phone("Mia")
    await other.belongs_to(mia)
    await other.open("#/settings")
    await other.page.get_by_role("link", name="Bring my data here").click()
    await other.sees("It brings nobody.")
    await proof_is_over(installation, mia)
    await chooses(other, file)
    await give_proof(other)
    await other.sees("It is here. New: check-ins 1, things you mean to do 0, how it felt 0.")
    assert (await mia.ask("GET", "/v1/me/plan"))["signs"] == ["No calls for days"]
    assert (await mia.ask("GET", "/v1/circle"))["items"] == []
    # Once more brings nothing twice, and what is no such file is said so.
    await chooses(other, file)
    await other.sees("It is here. New: check-ins 0")
    wrong = tmp_path / "holiday.zip"
    wrong.write_bytes(b"PK and nothing else")
    await chooses(other, wrong)
    await other.sees("This is not a file that Porchlight gave you")
    assert len((await mia.ask("GET", "/v1/check-ins"))["items"]) == 1
