"""Numbers that Word sets before paragraphs (一、 （一） 第一章 1.1), as it shows them."""

from collections.abc import Iterator

_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def chinese(number: int, digits: str = "零一二三四五六七八九", units=_UNITS) -> str:
    """
    Write a number below 100,000 in Chinese, as Word counts chapters.

    >>> [chinese(n) for n in (1, 10, 12, 20, 101, 110, 1005)]
    ['一', '十', '十二', '二十', '一百零一', '一百一十', '一千零五']
    """
    if number >= 10000:
        rest = number % 10000
        gap = digits[0] if 0 < rest < 1000 else ""
        return chinese(number // 10000, digits, units) + "万" + gap + (chinese(rest, digits, units) if rest else "")
    said, gap = "", False
    figures = str(number)
    for place, figure in enumerate(figures):
        unit = units[len(figures) - place - 1]
        if figure == "0":
            gap = bool(said)
            continue
        said += (digits[0] if gap else "") + digits[int(figure)] + unit
        gap = False
    return said.removeprefix(digits[1]) if 10 <= number < 20 and digits[1] == "一" else said or digits[0]


def _letters(number: int) -> str:
    """A, B, … Z, AA, BB, as Word counts on."""
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    said = ""
    for value, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
                        (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):  # fmt: skip
        said += sign * (number // value)
        number %= value
    return said


def _sign(first: str, last: int):
    """Signs of a row of Unicode that begins with 1; numbers beyond it are written out."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else str(number)


_FORMATS = {
    "chineseCounting": lambda n: chinese(n) if n < 100 else "".join(_DIGITS[int(c)] for c in str(n)),
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "koreanCounting": chinese,
    "chineseLegalSimplified": lambda n: chinese(n, _LEGAL, ("", "拾", "佰", "仟")),
    "ideographLegalTraditional": lambda n: chinese(n, "零壹貳參肆伍陸柒捌玖", ("", "拾", "佰", "仟")),
    "ideographDigital": lambda n: "".join(_DIGITS[int(c)] for c in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(c)] for c in str(n)),
    "taiwaneseDigital": lambda n: "".join("○一二三四五六七八九"[int(c)] for c in str(n)),
    "ideographTraditional": lambda n: _STEMS[(n - 1) % 10],
    "ideographZodiac": lambda n: _BRANCHES[(n - 1) % 12],
    "ideographZodiacTraditional": lambda n: _STEMS[(n - 1) % 10] + _BRANCHES[(n - 1) % 12],
    "ideographEnclosedCircle": _sign("㊀", 10),
    "decimalEnclosedCircle": _sign("①", 20),
    "decimalEnclosedCircleChinese": _sign("①", 20),
    "decimalEnclosedParen": _sign("⑴", 20),
    "decimalEnclosedFullstop": _sign("⒈", 20),
    "decimalFullWidth": lambda n: str(n).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    "decimalFullWidth2": lambda n: str(n).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    "decimalZero": lambda n: f"{n:02d}",
    "upperLetter": _letters,
    "lowerLetter": lambda n: _letters(n).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda n: _roman(n).lower(),
    "none": lambda n: "",
}


class Numbering:
    """Counters of the lists of one document; `label` counts on, so paragraphs come in their order."""

    def __init__(self, root, styles: dict):
        self._styles = styles
        parts = list(root) if root is not None else []
        self._lists = {_value(part, "abstractNumId"): part for part in parts if _name(part) == "abstractNum"}
        self._numbers = {_value(part, "numId"): part for part in parts if _name(part) == "num"}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def chain(self, style: str | None) -> Iterator:
        """A style and those on which it rests."""
        seen = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = _value(_child(self._styles[style], "basedOn"), "val")

    def label(self, properties) -> str:
        """Number of the next paragraph with these properties, with the blank after it; "" if it has none."""
        number, level = self._place(properties)
        if number in (None, "0") or number not in self._numbers:
            return ""
        key, levels = self._levels(number)
        shown = levels.get(level)
        if shown is None:
            return ""
        counts = self._counts.setdefault(key, {})
        self._begin(number, level, counts)
        for upper in range(level):
            counts.setdefault(upper, _start(levels.get(upper)))
        counts[level] = counts[level] + 1 if level in counts else _start(shown)
        for lower in [at for at in counts if at > level and _restarts(levels.get(at), level, at)]:
            del counts[lower]
        return self._written(shown, levels, counts)

    def _begin(self, number: str, level: int, counts: dict[int, int]) -> None:
        """A list may begin anew where it is used first (`startOverride`)."""
        if (number, level) in self._begun:
            return
        self._begun.add((number, level))
        for override in _children(self._numbers[number], "lvlOverride"):
            start = _value(_child(override, "startOverride"), "val")
            if start is not None and int(_value(override, "ilvl") or 0) == level:
                counts[level] = int(start) - 1

    def _place(self, properties) -> tuple[str | None, int]:
        """List and level of a paragraph: its own, else those of its style."""
        own = _child(properties, "numPr")
        style = _value(_child(properties, "pStyle"), "val")
        default = next((i for i, s in self._styles.items() if _value(s, "type") == "paragraph" and
                        _value(s, "default") in ("1", "true")), None)  # fmt: skip
        steps = list(self.chain(style if style is not None else default))
        found = [part for part in (own, *(_child(_child(step, "pPr"), "numPr") for step in steps)) if part is not None]
        number = next((n for part in found if (n := _value(_child(part, "numId"), "val")) is not None), None)
        level = next((n for part in found if (n := _value(_child(part, "ilvl"), "val")) is not None), None)
        if level is None and own is None and number in self._numbers:
            level = self._of_style([_value(step, "styleId") for step in steps], number)
        return number, int(level or 0)

    def _of_style(self, styles: list, number: str) -> int | None:
        """The level that names the style of the paragraph."""
        _, levels = self._levels(number)
        return next((at for at, level in levels.items() if _value(_child(level, "pStyle"), "val") in styles), None)

    def _levels(self, number: str) -> tuple[str, dict]:
        """Key of the counters, and the levels of a list, with what its number changes."""
        key = _value(_child(self._numbers[number], "abstractNumId"), "val")
        abstract = self._lists.get(key)
        link = _value(_child(abstract, "numStyleLink"), "val")
        if link is not None and not _children(abstract, "lvl"):
            linked = next((self._lists[k] for k in self._lists
                           if _value(_child(self._lists[k], "styleLink"), "val") == link), None)  # fmt: skip
            abstract = linked if linked is not None else abstract
        levels = {int(_value(level, "ilvl") or 0): level for level in _children(abstract, "lvl")}
        for override in _children(self._numbers[number], "lvlOverride"):
            if (level := _child(override, "lvl")) is not None:
                levels[int(_value(override, "ilvl") or 0)] = level
        return key or "", levels

    def _written(self, shown, levels: dict, counts: dict[int, int]) -> str:
        if _value(_child(shown, "numFmt"), "val") == "bullet":
            return ""
        pattern = _value(_child(shown, "lvlText"), "val") or ""
        legal = _child(shown, "isLgl") is not None
        for at, count in counts.items():
            sign = f"%{at + 1}"
            if sign in pattern:
                pattern = pattern.replace(sign, _number(levels.get(at), count, legal))
        suffix = _value(_child(shown, "suff"), "val") or "tab"
        # Where a tab follows 一、 a reader sees no blank.
        blank = suffix != "nothing" and pattern and pattern[-1] not in "、，。．.）)】〕》：:"
        return pattern + (" " if blank else "")


def _number(level, count: int, legal: bool) -> str:
    kind = _value(_child(level, "numFmt"), "val") or "decimal"
    return str(count) if legal and kind != "none" else _FORMATS.get(kind, str)(count)


def _start(level) -> int:
    return int(_value(_child(level, "start"), "val") or 1)


def _restarts(level, above: int, at: int) -> bool:
    """Whether a level begins anew after one above it; `lvlRestart` 0 means never."""
    said = _value(_child(level, "lvlRestart"), "val")
    return above < int(said) if said is not None else above < at


def _name(element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element, name: str):
    return None if element is None else next((part for part in element if _name(part) == name), None)


def _children(element, name: str) -> list:
    return [] if element is None else [part for part in element if _name(part) == name]


def _value(element, name: str) -> str | None:
    """An attribute by its local name."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)
