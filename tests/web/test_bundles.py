"""A ZIP on a bill, from upstream to the reader's screen: the papers in it are its pages."""

import pytest

from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of, problem_of
from tests.papers import archive, chinese_pdf, cornered, encoded, encrypted_zip, pdf, tiff, zipped
from tests.web.test_documents import is_near, pages_drawn

PAPERS = {
    "10.png": encoded(cornered(size=(60, 40)), "PNG"),
    "2.pdf": chinese_pdf("发票"),
    "1.tif": tiff([(30, 20), (20, 30)]),
    "list.xlsx": archive("[Content_Types].xml"),
    "notes.txt": b"not shown",
}
SIZES = [(30, 20), (20, 30), (833, 250), (60, 40)]


def test_an_attached_archive_shows_its_papers(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    content = zipped(PAPERS)
    url = odd_cloud.put_file("papers.zip", content)
    invoice = row_of("beside.pdf", odd_cloud.put_file("beside.pdf", pdf()))
    key = odd_cloud.put_list([invoice], attachList=[{"attachSerialNo": "A", "fileName": "附件.zip", "url": url}])
    _, bundle = files_of(odd_site.whole(key))
    assert (bundle["state"], bundle["media_type"], bundle["picture"]) == ("ready", "application/zip", True)
    assert [(page["width"], page["height"]) for page in bundle["pages"]] == SIZES
    pictures = pages_drawn(odd_site, key, bundle)
    assert [picture.size for picture in pictures] == SIZES
    assert all(is_near(pictures[number].getpixel((2, 2)), (255, 0, 0)) for number in (0, 1, 3))
    told = [odd_site.get(f"/bills/{key}/iiif/{page['page_id']}/text.json").json()["words"] for page in bundle["pages"]]
    assert [[word["text"] for word in words] for words in told] == [[], [], ["发票"], []]
    assert odd_site.get(f"/api/v1/bills/{key}/files/{bundle['file_id']}").content == content
    shown = odd_site.page(f"/bills/{key}", lang="en")
    assert "4 pages" in shown
    assert "附件.zip" in shown
    assert all(page["page_id"] in shown for page in bundle["pages"])
    manifest = odd_site.get(f"/bills/{key}/iiif/manifest.json").json()
    assert [(item["width"], item["height"]) for item in manifest["items"][1:]] == SIZES


@pytest.mark.parametrize(
    ("name", "declared"),
    [("b.zip", "application/zip"), ("b.pdf", "application/pdf"), ("b.docx", "image/png"), ("b", "text/plain")],
)
def test_an_archive_is_known_by_its_content_whatever_it_is_called(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str, declared: str
) -> None:
    url = odd_cloud.put_file(f"wrong-{name}", zipped(PAPERS), declared)
    (file,) = files_of(odd_site.whole(odd_cloud.put_list([row_of(name, url)])))
    assert (file["state"], file["media_type"], len(file["pages"])) == ("ready", "application/zip", 4)


def test_other_files_that_are_called_archives_are_shown_as_what_they_are(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    url = odd_cloud.put_file("really-a-pdf.zip", pdf(2), "application/zip")
    (file,) = files_of(odd_site.whole(odd_cloud.put_list([row_of("really-a-pdf.zip", url)])))
    assert (file["media_type"], len(file["pages"])) == ("application/pdf", 2)


@pytest.mark.parametrize(
    "content",
    [
        zipped({"[Content_Types].xml": b"<?xml?>", "word/media/image1.png": PAPERS["10.png"]}),
        zipped({"META-INF/MANIFEST.MF": b"", "icon.png": PAPERS["10.png"]}),
        zipped({"notes.txt": b"text", "inside.zip": zipped(PAPERS)}),
    ],
)
def test_an_archive_that_is_no_bundle_is_there_to_download(
    odd_site: Installation, odd_cloud: ScriptedCloud, content: bytes
) -> None:
    key = odd_cloud.put_bill({f"package-{len(content)}.zip": content})
    (file,) = files_of(odd_site.whole(key))
    assert (file["state"], file["pages"]) == ("ready", [])
    assert odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").content == content
    assert "Download it to open it" in odd_site.page(f"/bills/{key}", lang="en")


def test_a_locked_archive_says_so_and_the_bill_opens(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"locked.zip": encrypted_zip(PAPERS), "beside-locked.pdf": pdf()})
    odd_site.whole(key)
    locked, beside = files_of(odd_site.json(f"/bills/{key}", lang="en"))
    assert (locked["state"], "password" in locked["problem"]) == ("unreadable", True)
    assert beside["state"] == "ready"
    address = f"/bills/{key}/pictures/{locked['file_id']}/100.jpg"
    problem_of(odd_site.get(address, headers={"Accept": "application/json"}), 422, "unreadable_document")
