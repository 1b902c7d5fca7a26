"""The panel: every cell is its hits, the literature's formula to the last digit, doubles refused by name."""

import re

import jieba
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import corpus, panel, uncertainty, wordform
from analysis.__main__ import main
from analysis.counts import streaming
from analysis.panel import files
from analysis.structure import agenda

COLUMNS = "id,file,title,issuer,place,code,level,genre,date,delivered,reviews,plans,source,licence,sha256,notes"
TEXT = """政府工作报告

各位代表：
一、2020年工作回顾
深化改革开放，改革成效明显。数字经济增长8.5%，大数据平台建成3个。
二、2021年工作安排
（一）推进改革。改革开放再出发，发展数字经济、平台经济。
（二）印度和印度尼西亚。ＧＤＰ增长6%。
各位代表！让我们共同努力！
"""


def make(folder, reports):
    """A catalogue of (id, place, code, level, year, text) beside its files."""
    rows = []
    for id, place, code, level, year, text in reports:
        (folder / f"{id}.txt").write_text(text, encoding="utf-8")
        rows.append(f"{id},{id}.txt,{id},,{place},{code},{level},work-report,{year},{year}-01-15,,{year},,,,")
    path = folder / "catalogue.csv"
    path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return corpus.load(path)


@pytest.fixture
def reports(tmp_path):
    return make(
        tmp_path,
        [
            ("gd-2021", "广东省", "440000", "province", 2021, TEXT),
            ("gz-2021", "广州市", "440100", "city", 2021, TEXT.replace("改革", "开放")),
            ("gz-2022", "广州市", "440100", "city", 2022, "一、2022年工作安排\n发展数字经济。\n"),
        ],
    )


def cell(table, report, measure, **keys):
    own = table[(table["report"] == report) & (table["measure"] == measure)]
    for key, value in keys.items():
        own = own[own[key] == value]
    assert len(own) == 1
    return own.iloc[0]


def test_a_cell_is_hits_over_tokens_of_its_part(reports):
    table = panel.build(reports, ["改革"], part=["tasks", "whole"], progress=False)
    counts = streaming.count(reports, "paragraph", progress=False)
    of_report = counts.restrict(report="gd-2021")
    tasks = of_report.restrict(function="tasks")
    found = cell(table, "gd-2021", "改革", part="tasks")
    assert (found["hits"], found["tokens"]) == (2, tasks.sizes.sum())
    assert found["value"] == pytest.approx(2 / tasks.sizes.sum() * 1e4)
    assert cell(table, "gd-2021", "改革", part="whole")["hits"] == 4
    assert cell(table, "gd-2021", "改革", part="whole")["tokens"] == of_report.sizes.sum()


def test_the_interval_is_the_suites(reports):
    table = panel.build(reports, {"words": ["经济", "改革"]}, progress=False)
    counts = streaming.count(reports, "paragraph", progress=False)
    as_frame = pd.DataFrame(
        {
            "words": [
                sum(reports[r].text[s:e].count(w) for w in ("经济", "改革"))
                for r in reports.ids
                for s, e, *_ in panel.structure.places(reports[r].text)
            ]
        }
    )
    from scipy import sparse

    own = type(counts)(sparse.csr_array(as_frame.to_numpy(np.int32)), counts.units, pd.Index(["words"], name="term"))
    expected = uncertainty.rates(own).set_index("report")
    for id in reports.ids:
        found = cell(table, id, "words")
        assert found[["low", "high"]].tolist() == pytest.approx(expected.loc[id, ["low", "high"]].tolist(), nan_ok=True)


def test_the_longest_term_counts_once_and_only_within_a_dictionary(reports):
    lists = [{"a": ["印度"], "b": ["印度尼西亚"]}, "印度"]
    with pytest.raises(ValueError, match="twice"):
        panel.build(reports, [{"印度": ["印度"]}, "印度"], progress=False)
    table = panel.build(reports, lists, progress=False)
    assert [cell(table, "gd-2021", m)["hits"] for m in ("a", "b", "印度")] == [1, 1, 2]


@given(
    st.text(alphabet="改革开放深化", max_size=30), st.lists(st.text("改革开放深化", min_size=1, max_size=4), min_size=1)
)
def test_matching_agrees_with_a_pattern_longest_first(text, terms):
    own = panel.Dictionary("d", {term: ("a",) for term in terms})
    longest = re.compile("|".join(map(re.escape, sorted(own.terms, key=lambda t: (-len(t), t)))))
    assert own.find(text)[:, 1:].tolist() == [list(m.span()) for m in longest.finditer(text)]
    assert len(own.find_as_alternatives(text, "a")) == pd.Series([text]).str.count("|".join(own.terms)).iloc[0]


def test_words_are_counted_in_one_form(reports):
    table = panel.build(reports, ["GDP", "ＧＤＰ增长"], progress=False)
    assert [cell(table, "gd-2021", m)["hits"] for m in ("GDP", "ＧＤＰ增长")] == [1, 1]
    assert panel.trace(reports, ["GDP"], "gd-2021", "GDP")["hit"].tolist() == ["ＧＤＰ"]


def test_the_literatures_index_to_the_last_digit(reports):
    words = ["改革", "改革开放", "数字经济", "经济"]
    table = panel.build(reports, {"reform": words}, literature=True, progress=False)
    for id in reports.ids:
        raw = reports[id].raw
        index = pd.Series([raw]).str.count("|".join(words)).iloc[0] / len(jieba.lcut(raw))
        assert cell(table, id, "reform", formula="literature")["value"] == index


@pytest.mark.parametrize("literature", [False, True])
def test_the_hits_behind_every_cell_are_its_number(reports, literature):
    lists = ["domains", {"digital": ["数字经济", "大数据", "平台"]}]
    table = panel.build(reports, lists, part=["whole", "tasks", "review"], literature=True, progress=False)
    formula = "literature" if literature else "rate"
    rows = table[table["formula"].eq(formula) & table["value"].notna() & table["measure"].ne("numerals")]
    for row in rows.itertuples():
        hits = panel.trace(reports, lists, row.report, row.measure, row.part, literature=literature)
        assert len(hits) == row.hits, (row.report, row.measure, row.part)
        text = reports[row.report].raw if literature else reports[row.report].text
        assert all(text[h.start : h.end] == h.hit for h in hits.itertuples())
        assert all(wordform.fold(h.hit) == h.term for h in hits.itertuples())


def test_damage_under_the_hits_of_the_five():
    own = corpus.load()
    table = panel.build(own, ["domains"], progress=False)
    shares = table[["untouched", "restored", "doubtful"]].sum(axis=1)
    assert shares[table["hits"] > 0].to_numpy() == pytest.approx(1)
    row = table[(table["hits"] > 20) & (table["untouched"] < 1)].iloc[0]
    hits = panel.trace(own, ["domains"], row["report"], row["measure"])
    assert hits["rests_on"].value_counts(normalize=True).reindex(panel.CLASSES, fill_value=0).tolist() == pytest.approx(
        row[list(panel.CLASSES)].tolist()
    )
    assert (hits["rests_on"] != "untouched").any()


def test_two_reports_for_one_place_and_year_are_named(tmp_path):
    rows = [("nc-2003", "南昌市", "360100", "city", 2003, TEXT), ("nc-2003b", "南昌市", "360100", "city", 2003, TEXT)]
    own = make(tmp_path, rows)
    with pytest.raises(ValueError, match=r"南昌市 2003 work-report: nc-2003, nc-2003b.*--without"):
        panel.build(own, ["改革"], progress=False)
    assert len(panel.build(own, ["改革"], without=["nc-2003b"], progress=False)) == 1
    with pytest.raises(ValueError, match="no report 'nc'"):
        panel.build(own, ["改革"], without=["nc"], progress=False)


def test_reports_without_a_place_stay_apart(tmp_path):
    own = make(tmp_path, [("a", "", "", "city", 2003, TEXT), ("b", "", "", "city", 2003, TEXT)])
    table = panel.build(own, ["改革"], progress=False)
    assert table["panel_id"].isna().all()
    assert any("no place" in note for note in table.attrs["notes"])
    with pytest.raises(ValueError, match="no report has a place"):
        panel.balanced(table)


def test_a_part_that_is_not_there_has_no_value_and_keeps_its_row(reports):
    table = panel.build(reports, ["改革"], part="review", measures=["length", "numerals"], progress=False)
    for measure in ("改革", "length", "numerals"):
        row = cell(table, "gz-2022", measure)
        assert np.isnan(row["value"])
        assert row["tokens"] == 0
    assert any("lack a part" in note for note in table.attrs["notes"])


def test_length_and_numerals(reports):
    table = panel.build(reports, measures=["length", "numerals"], progress=False)
    counts = streaming.count(reports, "report", progress=False)
    sizes = dict(zip(counts.units["report"], counts.sizes, strict=True))
    assert cell(table, "gd-2021", "length")["value"] == sizes["gd-2021"]
    # 2020, 8.5%, 3, 2021 and 6%.
    hits = panel.trace(reports, None, "gd-2021", "numerals")
    assert hits["hit"].tolist() == ["2020", "8.5%", "3", "2021", "6%"]
    assert cell(table, "gd-2021", "numerals")["hits"] == len(hits)


def test_targets_of_the_year_as_measures():
    own = corpus.load()
    table = panel.build(own, measures=["targets"], progress=False)
    gdp = cell(table, "taiyuan-gov-2021", "target_gdp")
    assert gdp[["value", "low", "high", "unit"]].tolist() == [8.25, 8.0, 8.5, "%"]
    (hit,) = panel.trace(own, None, "taiyuan-gov-2021", "target_gdp")["hit"]
    assert "8" in hit
    assert "8.5" in hit
    # A party congress sets no number for a year.
    assert np.isnan(cell(table, "taiyuan-party-2021", "target_gdp")["value"])


def test_the_place_of_a_domain_among_the_tasks(tmp_path):
    tasks = "（一）保护生态。治理污染。\n（二）深化改革。激发活力。\n（三）加强教育。办好学校。\n（四）治理水污染，保护环境。\n"
    own = make(
        tmp_path,
        [("a", "甲市", "140100", "city", 2021, f"一、2020年工作回顾\n改革成效明显。\n二、2021年工作安排\n{tasks}")],
    )
    table = panel.build(own, measures=["agenda"], progress=False)
    listed = agenda.tasks(own["a"])
    assert len(listed) == 4
    for domain, rows in listed[listed["domain"] != "unsure"].groupby("domain"):
        found = cell(table, "a", f"agenda_{domain}")
        assert found[["value", "hits", "unit"]].tolist() == [rows["order"].min(), len(rows), "rank"]
        assert len(panel.trace(own, None, "a", f"agenda_{domain}")) == len(rows)
    assert cell(table, "a", "agenda_ecology")["value"] == 1
    assert table.loc[table["hits"].eq(0), "value"].isna().all()


def test_promises_and_order_of_one_place_through_the_years():
    own = corpus.load()
    found = panel.promised(own).set_index(["status", "year"])
    assert found.loc[("target", 2021), ["low", "high"]].tolist() == [8.0, 8.5]
    text = own[found.loc[("target", 2026), "report"]].text
    assert "5" in text[found.loc[("target", 2026), "start"] : found.loc[("target", 2026), "end"]]
    table = panel.reordered(own)
    tasks = {year: agenda.tasks(own[f"taiyuan-gov-{year}"]) for year in (2021, 2026)}
    for row in table.dropna().itertuples():
        assert tasks[2026].set_index("order").loc[row.rank_after, "title"] == row.title_after
        assert tasks[2021].set_index("order").loc[row.rank_before, "domain"] == row.domain
    assert panel.promised(own, "rural_income", "山西省").attrs["why"]
    with pytest.raises(panel.Refusal, match="one report"):
        panel.reordered(own, "山西省")
    with pytest.raises(panel.Refusal, match="no work-report of 北京市"):
        panel.promised(own, place="北京市")


def test_shared_wording_with_the_level_above(tmp_path):
    own = "全面提升城市能级，推动老工业区转型，建设三座跨江大桥，整治二十条背街小巷，让老城区焕发新的活力与光彩。"
    copied = "坚持把水网建设作为头号工程，加快推进西线引水、东线调蓄、南线补源三大片区互联互通，年内完成投资四百亿元。"
    reports = make(
        tmp_path,
        [
            ("p", "广东省", "440000", "province", 2021, f"一、2021年工作安排\n{copied}\n"),
            ("c", "广州市", "440100", "city", 2021, f"一、2021年工作安排\n{own}\n{copied}\n"),
            ("d", "广州市", "440100", "city", 2022, f"一、2022年工作安排\n{copied}\n"),
            ("e", "南宁市", "450100", "city", 2021, f"一、2021年工作安排\n{own}\n"),
        ],
    )
    table = panel.build(reports, measures=["shared"], progress=False)
    assert 0.4 < cell(table, "c", "shared")["value"] < 0.6
    assert cell(table, "c", "shared")["hits"] == 1
    # Of another year, and of another province: no report of the level above.
    assert table.set_index("report").loc[["p", "d", "e"], "value"].isna().all()
    hits = panel.trace(reports, None, "c", "shared")
    assert hits["term"].tolist() == ["p"]
    assert copied[:-1] in hits["hit"][0]


def test_province_comes_from_the_code(reports):
    table = panel.build(reports, ["改革"], progress=False).set_index("report")
    assert table.loc["gz-2021", "province"] == "广东省"


@pytest.mark.parametrize(
    ("lists", "what"),
    [
        ([], "nothing to measure"),
        ({"a": []}, "no term"),
        (pd.DataFrame({"word": ["改革"]}), "no column `term`"),
        ([""], "no term"),
    ],
)
def test_lists_that_are_none_are_said_so(reports, lists, what):
    with pytest.raises(ValueError, match=what):
        panel.build(reports, lists, progress=False)


@pytest.mark.parametrize(
    "content",
    [
        "term,list,source\n改革,reform,x\n开放,opening,x\n",
        "term;domain\n改革;reform\n开放;opening\n",
        "TERM\tCategory\n改革\treform\n开放\topening\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_dictionaries_as_spreadsheets_save_them(tmp_path, content, encoding):
    path = tmp_path / "mine.csv"
    path.write_bytes(content.encode(encoding))
    (found,) = panel.read_lists(path)
    assert found.terms == {"改革": ("reform",), "开放": ("opening",)}


def test_a_file_of_words_is_one_list(tmp_path):
    path = tmp_path / "digital.txt"
    path.write_text("# 数字\n数字经济\r\n大数据\n\n", encoding="utf-8")
    assert panel.read_lists(path)[0].terms == {"数字经济": ("digital",), "大数据": ("digital",)}
    (tmp_path / "x.csv").write_text("word,list\n改革,a\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column `term` among word, list"):
        panel.read_lists(tmp_path / "x.csv")


def test_a_term_may_count_for_two_lists(reports):
    table = panel.build(
        reports, pd.DataFrame({"term": ["改革", "改革", "开放"], "list": ["a", "b", "b"]}), progress=False
    )
    assert [cell(table, "gd-2021", m)["hits"] for m in "ab"] == [4, 6]


@pytest.mark.parametrize("name", panel.SHIPPED)
def test_shipped_lists_have_sources_and_no_term_in_two_lists(name):
    from analysis import lexicons

    table = lexicons.load(name)
    assert table["term"].is_unique
    (found,) = panel.read_lists(name)
    assert all(len(lists) == 1 for lists in found.terms.values())


def test_coverage_names_the_years_that_are_missing(tmp_path):
    own = make(
        tmp_path,
        [(f"a{y}", "甲市", "140100", "city", y, TEXT) for y in (2003, 2004, 2008)]
        + [(f"b{y}", "乙市", "140200", "city", y, TEXT) for y in (2003, 2004)],
    )
    table = panel.build(own, ["改革"], progress=False)
    by_place = panel.coverage(table).set_index("place")
    assert by_place.loc["甲市", ["first", "last", "years", "missing"]].tolist() == [2003, 2008, 3, "2005-2007"]
    by_year = panel.coverage(table, "year").set_index("year")
    assert by_year.loc[2008, ["places", "of", "share"]].tolist() == [1, 2, 0.5]
    kept = panel.balanced(table)
    assert sorted(kept["report"]) == ["a2003", "a2004", "b2003", "b2004"]
    assert sorted(panel.balanced(table, (2003, 2003))["place"].unique()) == ["乙市", "甲市"]


# --- files ---------------------------------------------------------------------------------


def back(path):
    read = {
        ".csv": lambda: pd.read_csv(path, dtype={"code": str, "delivered": str}, keep_default_na=False, na_values=[""]),
        ".dta": lambda: pd.read_stata(path),
        ".parquet": lambda: pd.read_parquet(path),
    }
    return read[path.suffix]()


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("suffix", [".csv", ".dta", ".parquet"])
def test_a_written_panel_reads_back(reports, tmp_path, suffix, wide):
    options = {"part": ["whole", "tasks"], "measures": ["length"], "literature": True, "progress": False}
    table = panel.build(reports, ["改革", "domains"], **options)
    table = files.widen(table) if wide else table
    path, *_ = files.write(table, tmp_path / f"out{suffix}")
    found = back(path)
    assert list(found.columns) == list(table.columns)
    for name in table:
        if pd.api.types.is_numeric_dtype(table[name]):
            assert found[name].to_numpy(float) == pytest.approx(
                table[name].to_numpy(float, na_value=np.nan), nan_ok=True
            )
        else:
            both = [frame[name].astype(object).where(frame[name].notna(), "").tolist() for frame in (found, table)]
            assert both[0] == both[1]


def test_names_and_labels_keep_to_statas_limits(reports, tmp_path):
    long = {
        "a list with a very long name, longer than Stata takes": ["改革"],
        "a list with a very long name, longer than": ["开放"],
        "5G": ["数字"],
        "part of speech/名词": ["经济"],
    }
    wide = files.widen(panel.build(reports, long, part=["self-government", "whole"], literature=True, progress=False))
    assert len(set(wide.columns)) == len(wide.columns)
    assert all(re.fullmatch(r"[^\W\d]\w*", name) and len(name) <= 32 for name in wide.columns)
    path, *_ = files.write(wide, tmp_path / "p.dta")
    with pd.io.stata.StataReader(path) as reader:
        labels = reader.variable_labels()
    assert set(labels) == set(wide.columns)
    assert all(0 < len(label) <= 80 for label in labels.values())


def test_cells_of_a_sheet_are_text_never_formulas(tmp_path):
    own = make(tmp_path, [("a", "=HYPERLINK(1)", "", "city", 2003, TEXT)])
    path, *_ = files.write(panel.build(own, ["改革"], progress=False), tmp_path / "p.xlsx")
    import zipfile

    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 4
    assert not any("<f>" in sheet for sheet in sheets)
    path, *_ = files.write(panel.build(own, ["改革"], progress=False), tmp_path / "p.csv")
    assert ",'=HYPERLINK(1)," in path.read_text(encoding="utf-8")


def interpreted(do, folder):
    """Carry out a do-file by the commands that it uses, as Stata's manual has them; any other fails."""
    table, declared, estimated = None, None, None
    for line in filter(None, do.read_text(encoding="utf-8").splitlines()):
        if line.startswith("*") or re.fullmatch(r"version \d+", line):
            continue
        if found := re.fullmatch(r'use "(.+)", clear', line):
            table = pd.read_stata(folder / found[1])
        elif found := re.fullmatch(
            r'import delimited using "(.+)", clear varnames\(1\) case\(preserve\) '
            r'encoding\("UTF-8"\) stringcols\(([\d ]+)\)',
            line,
        ):
            text = [int(k) - 1 for k in found[2].split()]
            table = pd.read_csv(folder / found[1], encoding="utf-8-sig", dtype=dict.fromkeys(text, str))
        elif found := re.fullmatch(r'import excel using "(.+)", clear sheet\("(.+)"\) firstrow case\(preserve\)', line):
            table = pd.read_excel(folder / found[1], sheet_name=found[2], engine="calamine")
        elif found := re.fullmatch(r'label variable (\w+) "([^"]{1,80})"', line):
            assert found[1] in table
        elif found := re.fullmatch(r"keep if !missing\((\w+)\)", line):
            table = table[table[found[1]].notna()]
        elif found := re.fullmatch(r"keep if (.+)", line):
            for name, value in (part.split(" == ") for part in found[1].split(" & ")):
                table = table[table[name] == value.strip('"')]
        elif found := re.fullmatch(r"xtset (\w+) (\w+)", line):
            declared = [found[1], found[2]]
            assert len(table)
            assert not table.duplicated(declared).any()
        else:
            estimated = re.fullmatch(r"xtreg (\w+) i\.(\w+), fe vce\(cluster (\w+)\)", line)
            assert estimated, f"no command of a do-file: {line}"
            assert pd.api.types.is_numeric_dtype(table[estimated[1]])
            assert [estimated[3], estimated[2]] == declared
    return table, estimated


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("suffix", [".csv", ".dta", ".xlsx"])
def test_a_do_file_does_what_it_says(reports, tmp_path, suffix, wide):
    table = panel.build(reports, ["改革", "数字经济"], part=["whole", "tasks"], literature=True, progress=False)
    files.write(files.widen(table) if wide else table, tmp_path / f"p{suffix}")
    left, estimated = interpreted(tmp_path / f"p_{suffix[1:]}.do", tmp_path)
    own = table[table["measure"].eq("改革") & table["formula"].eq("rate") & table["part"].eq("whole")]
    assert len(left) == len(reports)
    assert left[estimated[1]].tolist() == pytest.approx(own["value"].tolist())


def test_tables_of_one_name_keep_scripts_of_their_own(reports, tmp_path):
    table = panel.build(reports, ["改革"], progress=False)
    made = [set(files.write(table, tmp_path / f"p{suffix}")) for suffix in (".csv", ".dta", ".xlsx")]
    assert not made[0] & made[1] | made[1] & made[2] | made[0] & made[2]


def test_a_corpus_without_shared_wording_has_a_panel(tmp_path):
    lone = make(tmp_path, [
        ("p", "广东省", "440000", "province", 2021, "一、2021年工作安排\n建设三座跨江大桥。\n"),
        ("c", "广州市", "440100", "city", 2021, "一、2021年工作安排\n整治二十条背街小巷。\n"),
    ])  # fmt: skip
    table = panel.build(lone, measures=["shared"], progress=False)
    assert len(table) == 2
    assert not table["value"].gt(0).any()


def test_an_r_script_names_the_file_the_panel_and_the_clusters(reports, tmp_path):
    files.write(panel.build(reports, ["改革"], progress=False), tmp_path / "p.csv")
    r = (tmp_path / "p_csv.R").read_text(encoding="utf-8")
    assert 'read.csv("p.csv"' in r
    assert "cluster = ~panel_id" in r


def test_covariates_say_what_did_not_match(reports):
    table = panel.build(reports, ["改革"], progress=False)
    more = pd.DataFrame({"code": [440000.0, 440100.0, 440300.0], "year": [2021, 2021, 2021], "gdp": [1.0, 2.0, 3.0]})
    merged, unmatched = files.merge(table, more)
    assert len(merged) == len(table)
    assert merged.set_index("report")["gdp"].to_dict() == pytest.approx(
        {"gd-2021": 1, "gz-2021": 2, "gz-2022": np.nan}, nan_ok=True
    )
    assert unmatched.to_numpy().tolist() == [["report", "440100", 2022], ["covariates", "440300", 2021]]
    with pytest.raises(ValueError, match="two rows for 440000 2021"):
        files.merge(table, pd.concat([more, more.head(1)]))
    with pytest.raises(ValueError, match="no column 'year'"):
        files.merge(table, more.drop(columns="year"))


def test_the_command_writes_everything(reports, tmp_path, capsys):
    (tmp_path / "gdp.csv").write_text("code,year,gdp\n440000,2021,1\n", encoding="gb18030")
    catalogue, out = str(tmp_path / "catalogue.csv"), str(tmp_path / "out" / "p.csv")
    arguments = ["panel", catalogue, "--terms", "改革", "--lists", "domains", "--part", "tasks", "-o", out]
    assert main([*arguments, "--covariates", str(tmp_path / "gdp.csv")]) == 0
    made = ["p.csv", "p_csv.R", "p_csv.do", "p_csv_codebook.csv", "p_csv_coverage.csv", "p_csv_unmatched.csv"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == made
    assert "2 of 3 places and years have none" in capsys.readouterr().err
    assert main(["panel", catalogue, "--terms", "改革", "--part", "tasks", "--trace", "gd-2021", "改革"]) == 0
    assert "gd-2021 改革, tasks: 2 hits" in capsys.readouterr().out
    assert main(["panel", str(tmp_path / "catalogue.csv"), "--terms", "改革", "-o", "p.sav"]) == 1
    assert ".dta" in capsys.readouterr().err


def test_the_same_bytes_twice(reports, tmp_path):
    for name in ("p.csv", "p.dta", "p.parquet"):
        made = []
        for _ in range(2):
            path, *_ = files.write(panel.build(reports, ["改革", "domains"], progress=False), tmp_path / name)
            made.append(path.read_bytes())
        assert made[0] == made[1], name


def test_long_tables_have_the_columns_that_are_documented(reports):
    table = panel.build(reports, ["改革"], progress=False)
    assert list(table.columns) == panel.COLUMNS
    assert set(files.LABELS) == set(panel.COLUMNS)
