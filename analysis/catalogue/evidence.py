"""
Say what a text is: place, level, genre, year, issuer, day of delivery, each with its evidence.

Every source (what the file says of itself, its title, the line of the congress, the speaker, the first
sentence of address, headings, the words of the text, folder and file name) gives votes with a weight;
the heaviest value wins, and what spoke against it is said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import NamedTuple

from analysis.catalogue import places
from analysis.catalogue.places import Place

# How far into a text title, date, speaker and address may stand.
HEAD = 2500
_DIGIT = {
    **{c: str(n) for n, c in enumerate("〇一二三四五六七八九")},
    **dict(zip("０１２３４５６７８９", "0123456789", strict=True)),
    **dict.fromkeys("○◯Ｏ零OoｏОΟ", "0"),
}
_O = "[〇○◯Ｏ零OoｏОΟ0０]"
_N = "[0-9０-９〇○◯Ｏ零OoｏОΟ一二三四五六七八九]"
_DAY = re.compile(
    rf"(?<![0-9０-９])(?P<year>(?:19|20|１９|２０|一九|二{_O}){_N}{{2}})\s*年\s*"
    r"(?P<month>[0-9０-９]{1,2}|十[一二]?|元|[一二三四五六七八九])\s*月\s*"
    r"(?P<day>[0-9０-９]{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]|廿[一二三四五六七八九]?)\s*日"
)
# A day in figures, alone in its line.
_ISO = re.compile(r"[（(\[]?\s*(?P<year>(?:19|20)\d\d)([-/.．·])\s*(?P<month>\d{1,2})\2\s*(?P<day>\d{1,2})\s*[)）\]]?")
_YEAR = re.compile(rf"(?<![0-9０-９])((?:19|20|１９|２０|一九|二{_O}){_N}{{2}})(?![0-9０-９])")
_CONGRESS = re.compile(
    r"(?:在|于|——|^)?\s*(?P<place>[^，。；：\s（()）—\-]{0,24}?)(?:第[一二三四五六七八九十百]{1,4}届|[一二三四五六七八九十]{1,3}届)?"
    r"(?:人民代表大会|人大)(?:第?[一二三四五六七八九十]{1,3}次会议|常务委员会|.{0,2}会议|上)",
    re.MULTILINE,
)
# Leagues and prefectures have no congress.
_CONFERENCE = re.compile(r"[在于](?P<place>[^，。；：\s（()）—\-]{1,20}?(?:盟|地区))[^，。；：\s]{0,12}会议上")
_PARTY = re.compile(
    r"(?:中国共产党|中共)(?P<place>[^，。；：\s]{0,16}?)(?:第[一二三四五六七八九十百]+(?:次|届)|.{0,6})代表大会上的报告|党代会报告"
    r"|在(?:中国共产党|中共)(?P<where>[^，。；：\s]{0,16}?)第[一二三四五六七八九十]+次(?P<nation>全国)?代表大会上"
)
_ADDRESS = re.compile(
    r"(?:我[^，。\n]{0,8}|[,，\s]|^)代表(?!大会)(?P<who>[^，。；：,:\n]{0,30}?(?:政府|国务院|革命委员会|行政公署|委员会))[^。\n]{0,40}?(?:报告|汇报|作(?!关于|出?说明))"
)
_SPEAKER = re.compile(
    r"(?P<place>[^，。；：\s（()）—\d]{0,22}?)(?:人民政府)?(?:常务副|代理|代|副)?(?P<office>国务院总理|总理|省长|市长|州长|区长|县长|旗长|盟长|专员|自治区主席|政府主席)"
)
# Who is in charge at which level; 市 may be a municipality or of a county's level: what is said of it is kept as 市.
_OFFICES = {
    "国务院总理": "national", "总理": "national", "省长": "province", "自治区主席": "province", "政府主席": "province",
    "市长": "市", "州长": "city", "盟长": "city", "专员": "city", "区长": "district", "县长": "district", "旗长": "district",  # noqa: E501
}  # fmt: skip
_AUTHORITIES = (
    ("national", re.compile("国务院|中央人民政府|政务院|中央委员会")),
    ("province", re.compile("(?:省|自治区|区.{0,6}届)(?:第?.{1,4}届)?(?:人民)?(?:政府|革命委员会)")),
    ("市", re.compile("市(?:第?.{1,4}届)?(?:人民)?(?:政府|革命委员会)")),
    ("city", re.compile("(?:自治州|州|盟|地区)(?:第?.{1,4}届)?(?:人民)?(?:政府|革命委员会|行政公署)|行署")),
    ("district", re.compile("(?:县|区|旗)(?:第?.{1,4}届)?(?:人民)?政府")),
)
_WORDS = {
    "national": ("我国", "国务院将", "全国各族人民"),
    "province": ("全省", "我省", "省委", "省政府"),
    "city": (
        "全市",
        "我市",
        "市委",
        "市政府",
        "全州",
        "我州",
        "州委",
        "州政府",
        "全盟",
        "我盟",
        "盟委",
        "全地区",
        "地委",
    ),
    "district": ("全县", "我县", "县委", "县政府", "全旗", "我旗", "旗委", "区委", "区政府"),
    "zone": ("全区", "我区"),
}
_TITLES = (
    ("other", re.compile("(?:检察院|法院|常务委员会|常委会).{0,6}工作(?:的)?报告|(?:预算|计划)执行情况[^\n]{0,40}报告")),  # noqa: E501
    ("communique", re.compile("统计公报|统计资料公报|(?:统计局|国民经济).{0,40}公报")),
    ("party-congress-report", re.compile("(?:党|中国共产党|中共).{0,24}代表大会.{0,6}报告|党代会.{0,4}报告|party")),
    ("work-report", re.compile("政府工作(?:的)?(?:报告|汇报)|政府的?工作报告|work.?report|zfgzbg|gzbg|(?<![a-z])gov(?![a-z])", re.I)),  # noqa: E501
    ("five-year-plan", re.compile(
        "五年(?:规划|计划)|(?:规划|计划)(?:的)?(?:纲要|建议)|远景目标纲要|[十五六七八九]五规划|发展(?:十年)?规划|five.?year|(?<![a-z])plan(?![a-z])", re.I)),  # noqa: E501
    ("other", re.compile("机构改革|的决定|的意见|实施方案|条例|办法|通知")),
)  # fmt: skip


class Vote(NamedTuple):
    """One piece of evidence: for which value of a column, how heavy, and why in words."""

    column: str
    value: str
    weight: float
    why: str


@dataclass(frozen=True)
class Finding:
    """What a column is, why, what spoke against it, and by how much the one outweighs the other."""

    value: str
    why: str = ""
    against: str = ""
    margin: float = 0.0


def weigh(text: str, metadata: dict[str, str] | None = None, path: PurePath | None = None) -> dict[str, Finding]:
    """
    Find place, code, level, genre, date, delivered, plans, issuer and title of a text.

    Parameters
    ----------
    text : str
        The whole text, or as much as there is.
    metadata : dict, optional
        What the file says of it, by `readers.Text.metadata`.
    path : path, optional
        Its file, relative to the corpus: folders and name are evidence.

    Returns
    -------
    dict of Finding
        By column; columns of which nothing is known are missing.

    Examples
    --------
    >>> found = weigh("政府工作报告\\n——2020年12月28日在太原市第十四届人民代表大会第六次会议上\\n各位代表：\\n"
    ...               "现在，我代表市人民政府向大会报告工作。\\n一、2020年工作回顾\\n二、2021年工作安排\\n")
    >>> {column: found[column].value for column in ("place", "level", "genre", "date", "delivered", "issuer")}
    {'place': '太原市', 'level': 'city', 'genre': 'work-report', 'date': '2021', 'delivered': '2020-12-28', 'issuer': '太原市人民政府'}
    """  # noqa: E501
    metadata = metadata or {}
    found: dict[str, Finding] = {}
    head = _Head(text)
    found["genre"] = _decided(_genres(text, head, metadata, path))
    found["title"] = _title(head, metadata, found["genre"].value)
    found |= _where(text, head, metadata, path)
    level = found.get("level", Finding("")).value
    found |= _when(text, head, metadata, path, found["genre"].value, level)
    found["issuer"] = _issuer(head, metadata, found)
    return {column: finding for column, finding in found.items() if finding.value}


class _Head:
    """The lines before the address and the sentence of it, without marks of bold type and blanks."""

    def __init__(self, text: str):
        lines = [_plain(line) for line in text[:HEAD].splitlines()]
        self.lines = [line for line in lines if line]
        self.address = _ADDRESS.search(text[:HEAD])
        until = next(
            (n for n, line in enumerate(self.lines) if re.match("(?:尊敬的)?各位(?:代表|委员|领导)", line)), None
        )
        if until is None:
            until = next((n for n, line in enumerate(self.lines) if len(line) > 80), min(8, len(self.lines)))
        self.top = self.lines[: until + 1]
        self.text = "\n".join(self.top)


def _plain(line: str) -> str:
    line = re.sub(r"\*\*|　|\u200b", " ", line).strip()
    # 太 原 市: set wide.
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff](?:\s|$))", "", line)


def _decided(votes: Iterable[Vote]) -> Finding:
    """The value with the heaviest votes, the heaviest reasons for it, and the best one against."""
    weights: dict[str, float] = defaultdict(float)
    votes = sorted(votes, key=lambda vote: -vote.weight)
    for vote in votes:
        weights[vote.value] += vote.weight
    if not weights:
        return Finding("")
    value = max(weights, key=lambda v: (weights[v], v))
    why = ", ".join(list(dict.fromkeys(vote.why for vote in votes if vote.value == value))[:2])
    best = next((vote for vote in votes if vote.value != value and vote.weight >= 2), None)
    against = f"{best.why} (which says {best.value})" if best else ""
    others = max((weight for other, weight in weights.items() if other != value), default=0.0)
    return Finding(value, why, against, weights[value] - others)


# --- title and genre ------------------------------------------------------------------------------


def _title(head: _Head, metadata: dict[str, str], genre: str) -> Finding:
    said = _plain(metadata.get("title", ""))
    lines = [re.sub(r"^[-+*]\s+", "", line).strip("*#_ ") for line in head.top]
    first = next((line for line in lines if 3 < len(line) <= 60 and not line.startswith(("—", "─", "各位"))), "")
    if first and re.search("报告|规划|纲要|公报|计划|决定|方案", first) and not re.search("[。；]", first):
        return Finding(first, "it is the first line")
    if said:
        return Finding(said, "the file says so")
    if genre == "work-report":
        return Finding("政府工作报告", "of its kind; it names no title")
    return Finding(first if not re.search("[。；，]", first) else "", "it is the first line")


def _genres(text: str, head: _Head, metadata: dict[str, str], path: PurePath | None) -> Iterator[Vote]:
    sources = [(5.0, "what the file says", metadata.get("genre", "")), (4.0, "the title", metadata.get("title", ""))]
    # The first of the lines that names a kind: a plan is mentioned below the title of a report.
    lines = [line[:120] for line in head.top[:6] if any(pattern.search(line[:120]) for _, pattern in _TITLES)]
    sources.append((4.0, "the first lines", lines[0] if lines else ""))
    if path is not None:
        sources += [(2.5, "the file name", path.stem), (2.0, "the folder", " ".join(path.parts[:-1]))]
    for weight, where, said in sources:
        for genre, pattern in _TITLES:
            if hit := pattern.search(said):
                genre = "work-report" if _is_report_on_a_plan(said) else genre
                yield Vote("genre", genre, weight, f"{hit[0]} is in {where}")
                break
    if hit := head.address:
        if "委员会" in hit["who"] and "革命" not in hit["who"]:
            yield Vote("genre", "party-congress-report", 4, f"it is addressed for {hit['who']}")
        else:
            yield Vote("genre", "work-report", 4, f"it is addressed for {hit['who']}")
    signs = [sign for sign in _REPORT_SIGNS if re.search(sign, text)]
    if len(signs) >= 3 and not re.search("机构改革|的决定", head.text[:300]):
        yield Vote("genre", "work-report", 2, "it looks back, plans and addresses a congress for a government")


# What a work report says somewhere, whatever stands at its head.
_REPORT_SIGNS = ("各位代表|人大代表|政协委员", "本届政府|政府自身建设|政府工作|各级政府|[省市州县]政府|自治区政府",
                 "工作的?回顾|过去[一五]年|[一五]年来|去年", "今后五年|今年|工作安排|工作部署|总体要求|奋斗目标")  # fmt: skip  # noqa: E501


def _is_report_on_a_plan(said: str) -> bool:
    """A report to a congress on a plan is a report: 关于……第十个五年计划纲要的报告."""
    return bool(re.search("^.{0,6}关于.{0,40}(?:计划|规划|纲要).{0,6}的报告", said))


# --- place and level --------------------------------------------------------------------------------


class _Mention(NamedTuple):
    """Where a place is named: its name after those of the larger ones it is said to lie in."""

    names: tuple[str, ...]
    weight: float
    why: str


def _where(text: str, head: _Head, metadata: dict[str, str], path: PurePath | None) -> dict[str, Finding]:
    year = _spoken_year(head, metadata, path)
    in_head = list(_head_places(head))
    mentions = [*_said_places(metadata), *in_head, *_path_places(path)]
    unsure: dict[str, tuple[Place, ...]] = {}
    said = list(_said_codes(metadata, path))
    codes = [*_resolved(mentions, said, text, year, unsure), *said]
    # 市长 and 全市 are said in a municipality and in a city of a county's level, too: the place decides.
    town = places.of_code(_decided(_resolved(in_head, said, text, year, {})).value or _decided(codes).value)
    of_town = town.level if town and town.name.endswith("市") else "city"
    levels = [
        vote._replace(value=of_town) if vote.value == "市" else vote
        for vote in [*_head_levels(head, metadata, path), *_word_levels(text)]
    ]
    level = _decided([*levels, *(Vote("level", _level(vote.value), vote.weight, vote.why) for vote in codes)])
    fitting = [vote for vote in codes if _level(vote.value) == level.value]
    # What lies in another place that is named belongs there: 太原市 in 山西省.
    best = _decided(fitting)
    if level.value == "national":
        best = Finding("000000", level.why, margin=level.margin)
    elif not best.value or max(vote.weight for vote in fitting) < 3:
        within = _decided([vote for vote in codes if len(vote.value.rstrip("0")) < 5]).value if codes else ""
        best, level = _from_words(text, level, within if within and _level(within) != level.value else "", codes)
    found = {"level": level}
    if place := places.of_code(best.value):
        found |= {"place": replace(best, value=place.name), "code": replace(best, value=place.code, against="")}
        against = level.against if place.level == level.value else ""
        found["level"] = Finding(place.level, level.why or best.why, against, level.margin)
        if some := unsure.get(place.code):
            of = "、".join(_larger(one) for one in some)
            found["place"] = replace(found["place"], against=f"there is one in {of}, and nothing says which")
            del found["code"]
    return found


def _spoken_year(head: _Head, metadata: dict[str, str], path: PurePath | None) -> int:
    """A year of which a text is, roughly; 0 if nothing tells."""
    said = [head.text, metadata.get("year", ""), metadata.get("date", ""), metadata.get("title", "")]
    hits = [hit for part in (*said, path.stem if path else "") if (hit := _YEAR.search(part))]
    return int(_number(hits[0][1])) if hits else 0


def _resolved(mentions: list[_Mention], said: list[Vote], text: str, year: int, unsure: dict) -> list[Vote]:
    """Votes for the places that are meant; of namesakes the one that lies where the rest points to, else `unsure`."""
    lying: dict[str, float] = defaultdict(float, {vote.value: vote.weight for vote in said})
    for one in mentions:
        within = ""
        for name in one.names:
            if (place := places.find(name, within, year)) and place.level in ("province", "city"):
                within = place.code
                lying[within] += one.weight
    votes = []
    for one in mentions:
        place, within = None, ""
        for name in one.names:
            # What is said to lie where there is none of its name is another place.
            some = places.namesakes(name, year)
            inside = [p for p in places.known(name, year) if within and places.lies_in(p.code, within)]
            place = inside[0] if inside else some[0] if some else None
            if not inside and len(some) > 1:
                place = _meant(some, lying, text)
                if place is None:
                    unsure[some[0].code], place = some, some[0]
            within = place.code if place else within
        if place:
            votes.append(Vote("code", place.code, one.weight, one.why))
    for code in {vote.value for vote in votes} & unsure.keys():
        named = {place.code for place in unsure[code]}
        votes = [vote for vote in votes if vote.value not in named - {code}]
    return votes


def _meant(some: tuple[Place, ...], lying: dict[str, float], text: str) -> Place | None:
    """Of namesakes the one in a place that is named beside it, or of which the text speaks more."""
    for weigh in (
        lambda place: sum(weight for code, weight in lying.items() if places.lies_in(place.code, code)),
        lambda place: text.count(re.sub("市$", "", _larger(place))),
    ):
        ranked = sorted(((weigh(place), place) for place in some), key=lambda item: -item[0])
        if ranked[0][0] > ranked[1][0]:
            return ranked[0][1]
    return None


def _larger(place: Place) -> str:
    """Name of the city, or else the province, in which a district lies."""
    known = places.by_code()
    larger = known.get(place.code[:4] + "00") or known.get(place.code[:2] + "0000")
    return larger.name if larger else ""


def _from_words(text: str, level: Finding, within: str, codes: list[Vote]) -> tuple[Finding, Finding]:
    """The place by the words of the text, where head and name do not tell."""
    kinds = [level.value] if level.value else ["city", "province"]
    if level.value == "city":
        kinds.append("province")
    weighed = []
    for kind in kinds:
        for weight, place, why in places.centre(text, kind, within):
            # 全市 is said in a municipality, too; of provinces only those are cities.
            if kind != "province" or level.value != "city" or place.is_municipality:
                weighed.append((weight, place, why))
    weighed.sort(key=lambda item: -item[0])
    support = {vote.value: vote.weight for vote in codes}
    if weighed and (weighed[0][0] >= 3 or weighed[0][1].code in support):
        weight, place, why = weighed[0]
        if len(weighed) == 1 or weight > 1.1 * weighed[1][0]:
            clear = weight >= 20 and (len(weighed) == 1 or weight > 2 * weighed[1][0])
            level = replace(level, value=place.level, why=level.why or why)
            return Finding(place.code, why, margin=4.0 if clear else 2.0), level
    return _decided([vote for vote in codes if _level(vote.value) == level.value]), level


def _level(code: str) -> str:
    place = places.of_code(code)
    return place.level if place else ""


def _said_places(metadata: dict[str, str]) -> Iterator[_Mention]:
    names: list[str] = []
    why = ""
    for column in ("province", "city", "county", "place"):
        said = metadata.get(column, "")
        if some := (said,) if places.known(said) else places.first(said) or places.last(said):
            # A smaller place in a larger one: the larger is no evidence against it.
            names, why = [*names, *some], f"the file says {said}"
    if names:
        yield _Mention(tuple(names), 8, why)
    for column, weight in (("issuer", 3), ("sitename", 2)):
        if some := places.first(metadata.get(column, "")):
            yield _Mention(some, weight, f"the file says {metadata[column]}")


def _said_codes(metadata: dict[str, str], path: PurePath | None) -> Iterator[Vote]:
    """Codes of GB/T 2260 in a column or in the file name."""
    if code := re.sub(r"\D", "", metadata.get("code", ""))[:6]:
        code = code.ljust(6, "0")
        if code in places.by_code():
            yield Vote("code", code, 6, f"the file says code {code}")
    for code in re.findall(r"(?<!\d)\d{6}(?!\d)", path.stem if path else ""):
        if code in places.by_code():
            yield Vote("code", code, 4, f"code {code} is in the file name")


def _head_places(head: _Head) -> Iterator[_Mention]:
    for line in head.top[:12]:
        if hit := _congress(line):
            if names := _last_names(hit["place"]):
                yield _Mention(names, 6, f"{names[-1]} stands before the congress ({_short(hit[0])})")
        elif (hit := _CONFERENCE.search(line)) and len(line) < 120 and (names := places.last(hit["place"])):
            yield _Mention(names, 4, f"{names[-1]} stands before the conference ({_short(hit[0])})")
        elif (hit := _PARTY.search(line)) and (names := _last_names(hit["place"] or hit["where"] or "")):
            yield _Mention(names, 6, f"{names[-1]} stands before the congress of the Party")
        if len(line) <= 40 and (hit := _SPEAKER.search(line)):
            if names := _last_names(hit["place"]):
                yield _Mention(names, 4, f"the speaker is of {names[-1]}")
            elif (
                place := places.find(hit["place"][-4:]) or places.find(hit["place"][-3:])
            ) and place.level != "district":
                yield _Mention((place.name,), 3, f"the speaker is of {place.name}")
    if head.address and (names := _last_names(_BODY.sub("", head.address["who"]))):
        yield _Mention(names, 6, f"it is addressed for {head.address['who']}")
    for line in head.top[:3]:
        if len(line) <= 40 and re.search("报告|规划|纲要|公报|计划", line):
            yield from _title_place(line, 4, "the title")


_BODY = re.compile(r"(?:第?[一二三四五六七八九十]{1,3}届)?(?:(?:人民)?政府|革命委员会|行政公署|委员会).*")


def _title_place(line: str, weight: float, where: str) -> Iterator[_Mention]:
    bare = re.sub(r"^\W*(?:\d{4}年?(?:度)?)?\W*(?:关于)?(?:中共|中国共产党)?", "", line)
    if names := places.first(bare):
        yield _Mention(names, weight, f"{names[-1]} is in {where}")
    else:
        for size in (5, 4, 3, 2):
            if (place := places.find(bare[:size])) and place.level != "district":
                yield _Mention((place.name,), weight - 1, f"{bare[:size]} is in {where}")
                break


def _congress(line: str) -> re.Match | None:
    return _CONGRESS.search(line) if re.search("人民代表大会|人大", line) and len(line) < 120 else None


def _last_names(said: str) -> tuple[str, ...]:
    return places.last(re.sub(r"\s", "", said))


def _short(said: str) -> str:
    return said.strip(" —-")[:40]


def _path_places(path: PurePath | None) -> Iterator[_Mention]:
    if path is None:
        return
    names: tuple[str, ...] = ()
    why = ""
    for folder in path.parts[:-1]:
        if some := (folder,) if places.known(folder) else places.first(folder):
            names, why = (*names, *some), f"it lies in the folder {folder}"
    if names:
        yield _Mention(names, 4.5, why)
    stem = re.sub(r"[\d_\-\s.年【】\[\]()（）《》〔〕]+", " ", path.stem).strip()
    if some := places.first(stem):
        yield _Mention((*names, *some), 4, f"{some[-1]} is in the file name")
    elif re.search("[\u3400-\u9fff]", stem):
        for size in (6, 5, 4, 3, 2):
            place = places.find(stem[:size])
            if place and place.level != "district":
                yield _Mention((*names, stem[:size]), 3.5, f"{stem[:size]} is in the file name")
                break
    else:
        for word in re.findall("[a-z]{4,}", stem.lower()):
            if place := places.latin().get(word):
                yield _Mention((place.name,), 3, f"{word} is in the file name")
                break


def _head_levels(head: _Head, metadata: dict[str, str], path: PurePath | None) -> Iterator[Vote]:
    if said := _LEVEL_NAMES.get(metadata.get("level", "").strip().lower()):
        yield Vote("level", said, 6, f"the file says {metadata['level']}")
    if head.address and (level := _authority(head.address["who"])):
        weight = 3 if level in ("city", "市") else 4
        yield Vote("level", level, weight, f"it is addressed for {head.address['who']}")
    for line in head.top[:12]:
        if "全国人民代表大会" in line and _congress(line):
            yield Vote("level", "national", 6, "it stands before the National People's Congress")
        if (hit := _PARTY.search(line)) and (hit["nation"] or "全国" in (hit["place"] or "")):
            yield Vote("level", "national", 6, "it stands before the National Congress of the Party")
        if len(line) <= 40 and (hit := _SPEAKER.search(line)):
            yield Vote("level", _OFFICES[hit["office"]], 2, f"the speaker is {hit['office']}")
    title = " ".join([metadata.get("title", ""), *head.lines[:3]])[:300]
    # A bureau of statistics of a place publishes with the nation's survey team there (国家统计局大同调查队).
    if hit := re.search(
        "(?:^|[ 《])(?:中华人民共和国(?!国务院公报)|国家统计局(?!\\S{1,10}调查)|全国人民代表大会|中共中央)", title
    ):
        yield Vote("level", "national", 5, f"{hit[0].strip(' 《')} is in the title")
    elif re.search("国务院(?:机构|所属|组成|原有|办公)|机构改革", title) and not head.address:
        yield Vote("level", "national", 3, "the first lines are about the State Council")
    where = [("the title", metadata.get("title", ""))] + ([("the folder", " ".join(path.parts))] if path else [])
    for place, said in where:
        if re.search("国务院|guowuyuan|state.?council|national|central|中央政府", said, re.IGNORECASE):
            yield Vote("level", "national", 4, f"国务院 is in {place}")


_LEVEL_NAMES = {
    **dict.fromkeys(("national", "central", "state", "国家", "中央", "全国", "国家级"), "national"),
    **dict.fromkeys(("province", "provincial", "省", "省级", "省份"), "province"),
    **dict.fromkeys(("city", "municipal", "prefecture", "市", "市级", "地级", "地级市", "地市级"), "city"),
    **dict.fromkeys(("district", "county", "县", "县级", "区县", "区县级", "县区级"), "district"),
    "other": "other",
}


def _authority(who: str) -> str:
    return next((level for level, pattern in _AUTHORITIES if pattern.search(who)), "")


def _word_levels(text: str) -> Iterator[Vote]:
    """Whom a text calls its own: 全市 in a city, 全省 in a province."""
    counts = {level: sum(text.count(word) for word in words) for level, words in _WORDS.items()}
    # 全区 is said in districts and in autonomous regions; those speak of themselves by name.
    zone = counts.pop("zone")
    # City and province each name the other's organs; what is said of the own place as well decides.
    counts[
        "province"
        if (text.count("自治区") > 3 and text.count("自治区党委") < 8) or text.count("全区各族")
        else "district"
    ] += zone
    if not re.search("我国", text[:6000]) or counts["national"] < 8:
        counts["national"] = 0
    level, many = max(counts.items(), key=lambda item: item[1])
    rest = sum(counts.values()) - many
    if many >= 3 and many > rest:
        words = max(_WORDS[level], key=text.count)
        words = words if text.count(words) else "全区"
        weight = 3.0 if many > 3 * rest else 2.0
        level = "市" if "市" in words else level
        yield Vote("level", level, weight, f"{words} stands {text.count(words)} times in the text")


# --- years ------------------------------------------------------------------------------------------


def _number(said: str) -> str:
    """Digits of a written number, Chinese or full-width, up to 31.

    >>> _number("二〇〇六"), _number("十二"), _number("二十三"), _number("２"), _number("元")
    ('2006', '12', '23', '2', '1')
    """
    if said == "元":
        return "1"
    if "十" in said or "廿" in said:
        tens, _, ones = said.replace("廿", "二十").partition("十")
        return str(int(_DIGIT.get(tens, "1")) * 10 + int(_DIGIT.get(ones, "0")))
    return "".join(_DIGIT.get(c, c) for c in said)


def day(said: re.Match) -> str:
    """ISO date of a match of a written day, "" if there is no such day."""
    year, month, date = (int(_number(said[part])) for part in ("year", "month", "day"))
    return f"{year:04d}-{month:02d}-{date:02d}" if 1 <= month <= 12 and 1 <= date <= 31 else ""


def delivered(head_text: str) -> str:
    """
    Give the day on which a report was delivered, as its head states it; "" if it does not.

    The day beside the congress first, then one that stands alone; a day of publication is none.

    >>> delivered("——二〇一三年一月二十一日在河南省第十二届人民代表大会第一次会议上"), delivered("发布时间：2021年3月1日")
    ('2013-01-21', '')
    """  # noqa: E501
    hits = []
    for line in head_text.splitlines():
        if (hit := _ISO.fullmatch(line.strip(" —-*"))) and (said := day(hit)):
            hits.append((True, len(hits), said))
        for hit in _DAY.finditer(line):
            before, after = line[max(0, hit.start() - 8) : hit.start()], line[hit.end() : hit.end() + 40]
            if re.search("(?:发布|来源|时间|日期|更新|印发|刊登|编辑|浏览)", before) or re.search(
                "^\\s*(?:来源|发布|印发)|^[^，。；]{0,38}(?:批准|全体会议通过|审议通过)", after
            ):
                continue
            near = bool(re.search("大会|会议|人大", line))
            alone = len(line) < 60
            if near or alone:
                hits.append((not near, len(hits), day(hit)))
    return min(hits)[2] if hits else ""


def _when(
    text: str, head: _Head, metadata: dict[str, str], path: PurePath | None, genre: str, level: str
) -> dict[str, Finding]:
    stated = ""
    if genre in ("work-report", "party-congress-report", ""):
        stated = delivered(head.text) or delivered(metadata.get("title", ""))
    votes = list(_years(text, head, metadata, path, genre, stated, level))
    year = _decided(votes)
    if not year.value:
        return {}
    found = {"date": year}
    if stated and abs(int(stated[:4]) - int(year.value)) <= 1:
        found["delivered"] = Finding(stated, "the head states the day")
        if stated[:4] == year.value:
            found["date"] = replace(year, value=stated, why=f"{year.why}, the head states the day")
    if genre == "work-report":
        found["plans"] = Finding(year.value, year.why)
        if reviewed := _reviewed(text, int(year.value)):
            found["reviews"] = Finding(*reviewed)
    if genre == "five-year-plan" and (span := _span(head.text + " " + metadata.get("title", ""))):
        found["plans"] = Finding(span, "of the years of the plan")
    return found


_LOOKS_BACK = re.compile(
    r"^(?:[^\w“]*第?[一二三四五六七八九十]+(?:部分)?[、．.\s]\s*)?(?P<what>[^，。；]{2,36}?(?:回顾|总结))\W*$"
)


def _reviewed(text: str, planned: int) -> tuple[str, str] | None:
    """
    Years on which a report looks back, by its first heading that says so, and why.

    >>> _reviewed("一、“十三五”及2020年工作回顾", 2021)[0], _reviewed("一、2020年工作回顾\\n二、2021年", 2021)[0]
    ('2016-2020', '2020')
    """
    lines = (re.sub(r"^[#*\s]+", "", _plain(line)) for line in text.splitlines())
    said = next((hit["what"] for line in lines if len(line) <= 48 and (hit := _LOOKS_BACK.search(line))), "")
    years = [int(_number(hit[1])) for hit in _YEAR.finditer(said)]
    if hit := re.search('[“"](十?[一二三四五六七八九])五[”"]|(十?[一二三四五六七八九])五(?:规划|计划|时期|期间)', said):
        first = _PLANS[hit[1] or hit[2]]
        years += [first, first + 4]
    if hit := re.search("(?:过去|[近前这]|^)的?([一二三四五])年|([二三四五])年来", said):
        years += [planned - "一二三四五".index(hit[1] or hit[2]) - 1, planned - 1]
    elif re.search("届(?:人民)?政府", said):
        # Terms were shorter once.
        years += [planned - 5 if planned >= 1998 else 0, planned - 1]
    elif re.search("去年|年以来", said):
        years.append(planned - 1)
    # A plan's period goes on after the report.
    years = [min(year, planned - 1) for year in years]
    if not years or planned - min(years) > 6:
        return None
    first, last = min(years), max(years)
    return (str(last) if first == last else f"{first}-{last}"), f"a heading says {said}"


_ABOUT = "(?:的|度|政府|经济社会(?:发展)?|国民经济和社会发展|全[省市州县区国]|主要|重点|各项)*"
_TASKS = re.compile(
    rf"(?<!\d)(?P<year>(?:19|20)\d\d)年{_ABOUT}"
    "(?:工作的?(?:总体)?(?:安排|要求|思路|打算|任务|重点|部署|目标|意见|建议)|目标任务|(?:预期)?目标|任务|总体要求|(?<=重点)工作)"
)
_REVIEW = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)年(?:的|度)?(?:政府|主要|重点|经济社会发展|国民经济和社会发展|各项)*(?:工作)?(?:的)?(?:简要)?(?:回顾|主要成效|总结|完成情况|执行情况|基本情况)"
)


def _years(
    text: str, head: _Head, metadata: dict[str, str], path: PurePath | None, genre: str, stated: str, level: str
) -> Iterator[Vote]:
    report = genre in ("work-report", "")
    if stated:
        year, month = int(stated[:4]), int(stated[5:7])
        # Places hold their congresses for the coming year from November on; the nation's are of their year.
        planned = str(year + (month >= 11)) if report and level != "national" else str(year)
        yield Vote("date", planned, 4 if month < 8 or not report else 2.5, f"it was delivered on {stated}")
    if said := re.search(r"(?:18|19|20|21)\d\d", metadata.get("year", "")) or _YEAR.search(metadata.get("year", "")):
        yield Vote("date", _number(said[0]), 5, f"the file says {metadata['year']}")
    for column, weight in (("delivered", 3), ("date", 1.5)):
        if hit := re.search(r"((?:19|20)\d\d)(?:[-/.年](\d{1,2}))?", metadata.get(column, "")):
            later = report and hit[2] is not None and int(hit[2]) == 12
            yield Vote("date", str(int(hit[1]) + later), weight, f"the file says {metadata[column][:10]}")
    title = metadata.get("title", "")
    for where, said, weight in (("the title", title, 3), ("the first lines", " ".join(head.top[:3])[:150], 2)):
        if year := _own_year(said, genre):
            yield Vote("date", year, weight, f"{year} is in {where}")
    if path is not None:
        for where, said, weight in [
            ("the file name", path.stem, 3.5),
            *(("a folder", part, 2) for part in path.parts[:-1]),
        ]:
            if year := _own_year(said, genre):
                yield Vote("date", year, weight, f"{year} is in {where}")
        if hit := _STAMP.search(path.stem):
            # A day, which may be that of publication.
            later = report and level != "national" and int(hit["month"]) >= 11
            yield Vote("date", str(int(hit["year"]) + later), 2, f"{hit[0]} is in the file name")
        elif not _YEAR.search(path.stem) and (year := _short_year(path.stem)):
            yield Vote("date", year, 3, f"{year} is in the file name")
    if report:
        yield from _work_years(text)
    elif genre == "five-year-plan":
        if span := _span(head.text + " " + title):
            yield Vote("date", span[:4], 2, f"it plans {span}")
    elif counts := _counted(text):
        yield Vote("date", counts.most_common(1)[0][0], 1, "of no year it speaks more often")


def _own_year(said: str, genre: str) -> str:
    """The year by which a title or a name calls its text: not one to which it looks ahead (2035年远景目标)."""
    said = re.sub(rf"{_N}{{4}}年?远景|(?:[至到]|(?<=[0-9年])\s*[\-–—~～]+)\s*{_N}{{4}}", " ", said)
    if genre != "five-year-plan":
        said = _DAY.sub(lambda hit: hit[0] if hit.start() < 2 else " ", said)
    years = [_number(hit[1]) for hit in _YEAR.finditer(said)]
    return next((year for year in years if 1900 < int(year) < 2100), "")


_STAMP = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?!\d)")
# 05年政府工作报告, ’98: not 改革开放40年.
_SHORT_YEAR = re.compile(
    r"(?P<before>.*?)(?:[’'‘`](?P<marked>\d\d)(?:年度?)?|(?<!\d)(?P<year>\d\d)年度?)(?=$|[\s_\-(（]|政府|工作|党|统计|国民|报告)"
)


def _short_year(name: str) -> str:
    """
    Give the year of a file name that writes it with two digits, after nothing or a place.

    >>> _short_year("太原市05年政府工作报告"), _short_year("太原市’98政府工作报告"), _short_year("改革开放40年")
    ('2005', '1998', '')
    """
    hit = _SHORT_YEAR.match(name)
    if not hit:
        return ""
    before = hit["before"].strip(" _-（(")
    if before and not hit["marked"] and not places.known(before) and "".join(places.first(before)) != before:
        return ""
    digits = hit["marked"] or hit["year"]
    return ("19" if int(digits) >= 49 else "20") + digits


def _work_years(text: str) -> Iterator[Vote]:
    """Years that headings name: tasks of one, a review of the one before."""
    short = [line for line in (_plain(line) for line in text.splitlines()) if len(line) <= 60]
    for pattern, later, weight, what in ((_TASKS, 0, 4, "sets"), (_REVIEW, 1, 3, "reviews")):
        hits = [hit for line in short for hit in pattern.finditer(line)]
        inside = [] if hits else [hit for hit in pattern.finditer(text)]
        for some, heavy in ((hits, weight), (inside, weight - 1.5)):
            if some:
                # A review of several years ends with the last one; of tasks the first is of the year.
                year = max(int(hit["year"]) for hit in some) if later else int(some[0]["year"])
                hit = next(hit for hit in some if int(hit["year"]) == year)
                yield Vote(
                    "date", str(year + later), heavy, f"{'a heading' if some is hits else 'a sentence'} {what} {hit[0]}"
                )
    yield from _plan_years(text)
    yield from _usual_years(text)


_OF_PLAN = re.compile(
    r"(?:今年|明年|(?P<year>(?:19|20)\d\d)年)[^。；，\n]{0,6}是[^。；\n]{0,24}?[“\"]?(?P<plan>十?[一二三四五六七八九])五[”\"]?"
    "(?:规划|计划|时期|发展)?[^。；，\n]{0,12}?的?(?P<which>开局|起步|第一|头一|第二|第三|中期|第四|收官|最后|完成|决战|决胜)"
)
_NTH = {"开局": 0, "起步": 0, "第一": 0, "头一": 0, "第二": 1, "第三": 2, "中期": 2, "第四": 3}


def _plan_years(text: str) -> Iterator[Vote]:
    """今年是“十二五”开局之年 is said in 2011."""
    for hit in _OF_PLAN.finditer(text):
        first = _PLANS.get(hit["plan"])
        if first and not hit["year"]:
            year = first + _NTH.get(hit["which"], 4) + hit[0].startswith("明年") * -1
            yield Vote("date", str(year), 2.5, f"it says {hit[0]}")
            return


def _usual_years(text: str) -> Iterator[Vote]:
    """The year that the first half names most is the one reviewed, unless the second half names it more."""
    half = len(text) // 2
    # A year up to which something is planned is none that is reported.
    text = re.sub(rf"[到至\-–—~～]\s*{_N}{{4}}\s*年", "", text)
    first, second = _counted(text[:half]) or _counted(text), _counted(text[half:])
    if not first:
        return
    # Years of plans and goals (2020, 2035) stand in the second half, too, and round ones are compared with.
    year = max(first, key=lambda y: (first[y], y))
    nearest = max((y for y in first if first[y] >= max(2, 0.4 * first[year])), default=year)
    ahead = second[nearest] > 1.5 * first[nearest]
    planned = int(nearest) + (not ahead)
    yield Vote("date", str(planned), 1.5, f"the first half speaks of {nearest} up to the end")


def _counted(text: str) -> Counter:
    years = [_number(hit[1]) for hit in _YEAR.finditer(text)]
    return Counter(year for year in years if 1940 < int(year) < 2100)


_PLANS = {  # the five-year plans, by their number
    number: (1953 + 5 * n if n < 2 else 1966 + 5 * (n - 2))
    for n, number in enumerate(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六"))  # noqa: E501
}  # fmt: skip


def _span(said: str) -> str:
    """
    Years of a five-year plan, from a title.

    >>> _span("第十四个五年规划和2035年远景目标纲要"), _span("“十三五”规划"), _span("2016-2020年规划")
    ('2021-2025', '2016-2020', '2016-2020')
    """
    if hit := re.search(r"((?:19|20)\d\d)\s*年?\s*[-–—~～至到]+\s*((?:19|20)\d\d)", said):
        return f"{hit[1]}-{hit[2]}"
    if hit := re.search(
        '第([一二三四五六七八九十]{1,3})个五年|[“"]?(十?[一二三四五六七八九十])五[”"]?(?:规划|计划|时期|发展)', said
    ):
        first = _PLANS.get(hit[1] or hit[2])
        return f"{first}-{first + 4}" if first else ""
    return ""


# --- issuer -----------------------------------------------------------------------------------------


def _issuer(head: _Head, metadata: dict[str, str], found: dict[str, Finding]) -> Finding:
    said = metadata.get("issuer", "").strip()
    # A newspaper, an office or a website hands on what others issue.
    if re.search("(?:人民政府|国务院|委员会|人民代表大会|统计局|政务院)$", said):
        return Finding(said, "the file says so")
    genre, level = found["genre"].value, found.get("level", Finding("")).value
    if genre == "communique":
        if level == "national":
            return Finding("国家统计局", "it is a communiqué of statistics")
        own = re.search(r"(?:^|[\s（(])([\u3400-\u9fff]{2,15}?[省市区县州盟旗]统计局)", head.text)
        place = found["place"].value if "place" in found else ""
        return Finding(own[1] if own else f"{place}统计局" if place else "", "it is a communiqué of statistics")
    if level == "national":
        term = head.address and re.search("第[一二三四五六七八九十]+届中央委员会", head.address["who"])
        party = Finding(f"中国共产党{term[0] if term else '中央委员会'}", "of the Party in the nation")
        return party if genre == "party-congress-report" else Finding("国务院", found["level"].why)
    place = found.get("place")
    if place is None:
        return Finding("")
    if genre == "party-congress-report":
        term = re.search("第[一二三四五六七八九十]+届委员会", head.address["who"] if head.address else "")
        return Finding(f"中国共产党{place.value}{term[0] if term else '委员会'}", "of the Party in this place")
    body = "革命委员会" if head.address and "革命委员会" in head.address["who"] else "人民政府"
    older = "行政公署" if place.value.endswith(("地区", "盟")) and body == "人民政府" else body
    return Finding(f"{place.value}{older}", f"it is of {place.value}")
