"""The picture in the docs stays true: imports go upstream, big libraries have one door."""



from analysis import paths

PACKAGE = paths.ROOT / "analysis"
FILES = sorted(PACKAGE.rglob("*.py"))
# Stages of the flow; a module imports its own stage and earlier ones.
STAGES = [
    {"paths", "storage", "glossary", "readers", "wordform"},
    {"catalogue", "structure", "corpus", "accuracy"},
    {"lexicons", "tokens", "doctor"},
    {"counts", "collocations", "text_reuse", "occurrences", "quantities"},
    {"uncertainty"},
    {"concordance", "weighting", "terms", "contrast", "tables", "damage"},
    {"keyness", "multiverse", "trend", "drift", "topics", "panel", "reference"},
    {"figures", "plot"},
    {"story"},
    {"notebooks", "pipeline", "trace", "claims", "findings"},
    {"explore", "html"},
    {"__main__", "__init__"},
]  # fmt: skip
# Library: the modules (first name below analysis) that may import it.
DOORS = {
    "jieba": {"tokens"},
    "rjieba": {"tokens"},
    "sklearn": {"topics"},
    "ahocorasick_rs": {"panel"},
    "xlsxwriter": {"panel"},
    "matplotlib": {"figures", "plot"},
    "wordcloud": {"plot"},
    "opencc": set(),
    "pypinyin": set(),
    "nbclient": {"notebooks"},
    "ipywidgets": {"explore"},
}
