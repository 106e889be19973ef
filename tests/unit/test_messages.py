"""The catalogue is whole, and the tool that says so would notice if it weren't."""

from pathlib import Path

import pytest

from tests import messages
from tests.messages import extracted, merged, parsed, problems
from viewer.domain import codes
from viewer.i18n import catalogue


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A package and templates with a few sentences."""
    (tmp_path / "viewer").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "viewer/a.py").write_text('N_("Entry {seq}")\n_("Bill")\nNN_("{n} page", "{n} pages")\nother("x")\n')
    (tmp_path / "templates/a.html").write_text(
        '{{ _("As of %(time)s", time=1) }}{{ ngettext("%(num)s a", "%(num)s b", 2) }}'
    )
    return tmp_path


GOOD = """
msgid "%(num)s a"
msgid_plural "%(num)s b"
msgstr[0] "%(num)s 张"

msgid "As of %(time)s"
msgstr "截至 %(time)s"

msgid "Bill"
msgstr "单据"

msgid "Entry {seq}"
msgstr "分录 {seq}"

msgid "{n} page"
msgid_plural "{n} pages"
msgstr[0] "{n} 页"
"""


def found(text: str, sources: Path) -> list[str]:
    return list(problems(parsed(messages.HEADER + text), extracted(sources)))


def test_the_committed_catalogue_translates_every_sentence() -> None:
    assert list(problems(parsed(messages.CATALOGUE.read_text("utf-8")), extracted())) == []


def test_the_committed_catalogue_is_as_the_update_writes_it() -> None:
    text = messages.CATALOGUE.read_text("utf-8")
    assert text == merged(parsed(text), extracted()), "run: python -m tests.messages --update"


def test_sentences_come_from_the_package_and_the_templates(sources: Path) -> None:
    ids = {message.id for message in extracted(sources) if message.id}
    assert ids == {"Bill", "Entry {seq}", "As of %(time)s", ("{n} page", "{n} pages"), ("%(num)s a", "%(num)s b")}


def test_a_whole_catalogue_has_no_problem(sources: Path) -> None:
    assert found(GOOD, sources) == []


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('msgstr "单据"', 'msgstr ""', "not translated: Bill"),
        ('msgid "Bill"', '#, fuzzy\nmsgid "Bill"', "fuzzy: Bill"),
        ('"分录 {seq}"', '"分录 {no}"', "other placeholders: Entry {seq}"),
        ('"截至 %(time)s"', '"截至"', "other placeholders: As of %(time)s"),
        ('"{n} 页"', '"页"', "other placeholders: {n} page"),
        ('msgid "Bill"', 'msgid "Gone"\nmsgstr "无"\n\nmsgid "Bill"', "no longer used: Gone"),
        ('msgid "Bill"', '#~ msgid "Gone"\n#~ msgstr "无"\n\nmsgid "Bill"', "no longer used: Gone"),
        ('msgid "Bill"\nmsgstr "单据"\n', "", "not translated: Bill"),
    ],
)
def test_what_is_wrong_is_one_line_for_each_message(sources: Path, right: str, wrong: str, problem: str) -> None:
    assert right in GOOD
    assert found(GOOD.replace(right, wrong), sources) == [problem]


def test_an_update_adds_what_is_new_drops_what_is_gone_and_keeps_the_rest(sources: Path) -> None:
    updated = merged(
        parsed(messages.HEADER + 'msgid "Gone"\nmsgstr "无"\n\nmsgid "Bill"\nmsgstr "单据"\n'), extracted(sources)
    )
    assert updated.startswith(messages.HEADER)
    assert 'msgid "Bill"\nmsgstr "单据"\n' in updated
    assert "Gone" not in updated
    assert "#:" not in updated
    assert len(found(updated.removeprefix(messages.HEADER), sources)) == 4
    assert merged(parsed(updated), extracted(sources)) == updated


TYPES = {
    "1": "电子普通发票", "2": "电子专用发票", "3": "增值税普通发票", "4": "增值税专用发票", "5": "卷式发票", "7": "通用机打",
    "8": "出租车票", "9": "火车票", "10": "飞机行程单", "11": "其它票据", "12": "机动车销售发票", "13": "二手车销售发票",
    "14": "定额发票", "15": "通行费电子发票", "16": "公路汽车票", "17": "过路桥费", "19": "完税证明", "20": "轮船票",
    "21": "海关缴款书", "23": "通用机打电子发票", "24": "火车退票凭证", "25": "财政电子票据", "26": "数电普票", "27": "数电专票",
    "28": "数电航空行程单", "29": "数电铁路客票", "83": "数电机动车发票", "84": "数电二手车发票",
}  # fmt: skip
STATUSES = ["正常", "失控", "作废", "红冲", "异常", "非正常", "红字待确认", "部分红冲", "全额红冲"]


def test_codes_have_the_names_that_the_invoice_cloud_gives_them() -> None:
    chinese = catalogue("zh-CN").gettext
    assert {code: chinese(name) for code, name in codes.INVOICE_TYPES.items()} == TYPES
    assert [chinese(codes.INVOICE_STATUSES[str(code)]) for code in range(9)] == STATUSES
    assert [chinese(name) for name in codes.EXPEND_STATUSES.values()] == ["未用", "在用", "已用", "已入账"]
    assert [chinese(name) for name in codes.CHECK_STATUSES.values()] == ["查验通过", "查验失败", "未查验"]
