"""Paper is made whatever anybody typed."""

import pytest
import typst

from outreach.foundation import typesetting

LETTER = {"points": 12, "leading": 0.5, "spacing": 1, "date": "1 May", "reference": "7K3M-Q4TX",
          "heading": "Hello", "blocks": [{"kind": "paragraph", "items": [[{"text": "x", "bold": False}]]}]}


def paper(*address):
    return typesetting.pdf("letter", {"title": "A letter", "from": "Us", "police": "101", "both_sides": True,
                                      "letters": [{**LETTER, "address": [*address]}]})


@pytest.mark.parametrize("name", ["Żółć", "Ọlá", "李小龙", "ਸਿੰਘ", "Ann 😀", "Bell\x07", "A\u200db", ""])
def test_no_name_keeps_a_paper_from_being_made(name):
    assert paper(name, "1 Mill Lane")[:5] == b"%PDF-"


def test_what_our_type_has_not_is_told_apart():
    plain = "".join(one for one in map(chr, range(0x180)) if one.isprintable())
    assert typesetting.unprintable(f"{plain}\n – “’” ẹ") == ""
    assert typesetting.unprintable("Li 李 😀 李") == "李😀"


def test_a_mistake_in_the_facts_is_still_told():
    with pytest.raises(typst.TypstError):
        typesetting.pdf("letter", {"letters": []})
