"""Layout is repaired where a word, a sentence or a numbering shows it; what was meant stays."""

import pytest

from restoration import diagnose, restore
from restoration.layout import GOES_ON, MOST, find_blanks, find_lettered
from restoration.layout import _find_cuts as find_cuts

TABLE = "地区    人口\n迎泽区    59.8\n杏花岭区  75.2"


@pytest.mark.parametrize("clean", [
    "政府工作报告\n各位代表:\n现在,我代表市人民政府报告工作。",
    "一、过去五年工作的回顾\n五年来,全市上下团结奋斗。",
    "(六)着力保障和改善民生,促进社会和谐进步\n改善民生是经济发展的根本目的。",
    "坚持科教兴国。实施科教兴国战略,大力振兴教育事业,\n一要加大改革力度,二要增加投入。",
    "第一节 高标准塑造特色风貌\n1 以强烈使命担当扛起责任\n● 经济高质量发展",
    "牢记领袖殷殷嘱托 全方位推进高质量发展 全面再现盛景",
    "总理 李克强\n市长 张三 李四",
    "到 2025 年,5G 基站达到 3000 座,占 GDP 的 5% 以上,比 2020 年高 2 倍。",
    "Big Data 与 Cloud Computing 并用,见 Table 3。",
    TABLE,
    "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
    "　　各位代表:\n　　现在报告工作。",
    "2 ** 3 等于 8,而 3 ** 2 等于 9。",
])
def test_what_was_meant_stays(clean):
    assert restore(clean).ledger.edits == ()


def test_a_cut_word_is_weighed_by_the_model():
    cut = "拓宽农民增收致富渠道。持续巩固拓展脱贫攻坚成\n\n果,守牢不发生规模性返贫底线。"
    edits = find_cuts(cut)
    assert [(edit.before, edit.alternatives) for edit in edits] == [("\n\n", ("\n\n",))]
    assert edits[0].margin > GOES_ON


def test_paragraphs_that_lost_their_full_stop_are_not_joined():
    text = "全面落实政策。农村人居环境持续美化\n\n七是人民群众幸福感持续提升。城乡居民收入增长"
    assert find_cuts(text) == []


def test_a_paragraph_that_could_go_on_is_no_cut():
    """Among whole paragraphs this joint is the closest to a cut that was seen: 11.8 nats."""
    line = "健全多层次社会保障体系,提高城乡低保标准。民生底线兜牢兜实"
    assert find_cuts(f"{line}\n\n做好安全稳定工作。严格落实安全生产责任制。") == []


def test_a_title_cut_in_two_where_it_stands_whole_elsewhere():
    text = "第十四个五年规划和二〇三五年\n\n远景目标纲要(草案)\n\n《二〇三五年远景目标纲要》编制。"
    assert [(edit.before, text[edit.end]) for edit in find_cuts(text)] == [("\n\n", "远")]


def test_blanks_of_fonts_go_and_those_of_headings_stay():
    text = "第一节 发展基础\n从2015 年的347 亿元到2020 年的486 亿元,率先 蹚 出新路,—— 坚持发展。"
    assert diagnose(text).spaced
    assert "".join(text[edit.start - 1] for edit in find_blanks(text)) == "5706先蹚—"


def test_letters_set_apart_are_three_at_least():
    assert [edit.start for edit in find_lettered("张 三\n目 录 表")] == [5, 7]


def test_a_run_in_heading_starts_a_paragraph_as_its_neighbours_do():
    text = "增长动力。**提高精度。**坚持规划。\n\n加快进度。持续开展。\n\n加大力度。以此为核心。"
    assert restore(text).text.startswith("增长动力。\n\n提高精度。坚持规划。\n\n")


def test_a_glued_heading_needs_a_full_stop_before_and_a_line_end_after():
    kept = "按照第四章规定,推进融合。第四章的要求是明确的,必须落实。\n"
    assert restore(kept).ledger.edits == ()


def test_a_page_of_verse_is_not_searched_to_its_end():
    assert len(find_cuts("推动高质量发展。推动高质量发展推动高质量,\n" * (2 * MOST))) == MOST + 1
