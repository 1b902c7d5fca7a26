"""In how many of the analyses that could have been done does a finding hold?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

# What an evaluation tells of each finding; low and high may be missing.
RESULT = ("estimate", "low", "high")


def share(
    finding: str | Sequence[str],
    choices: Mapping[str, Sequence],
    evaluate: Callable,
    *,
    holds: Callable[[Mapping], bool] | None = None,
    one_at_a_time: bool = False,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """
    Recompute findings over every combination of choices, and mark where they hold.

    The first option of each choice is the analysis as reported. By default a finding holds where
    its estimate has the sign of the reported one and its interval leaves out 0.

    Parameters
    ----------
    finding : str or sequence of str
        The headlines; rows of what `evaluate` returns.
    choices : mapping of str to sequence
        e.g. ``{"restoration": ["full", "exact", "none"], "hmm": [True, False]}``.
    evaluate : callable
        Called with one option of each choice by keyword. Returns `estimate`, and `low` and
        `high` if there is an interval: a mapping for one finding, a DataFrame with findings as
        index for several. A ValueError counts as "cannot be said" and is kept as `note`.
    holds : callable, optional
        Takes one finding's result (a mapping) and says whether it holds.
    one_at_a_time : bool
        Change one choice at a time instead of all combinations.
    n_jobs : int
        Processes (joblib).

    Returns
    -------
    DataFrame
        `finding`, a column for each choice, `estimate`, `low`, `high`, `holds` (bool; false where
        nothing can be said), `note`, `share` (of the combinations in which the finding holds);
        by finding as given, then in the order of the choices.

    References
    ----------
    Steegen, S., Tuerlinckx, F., Gelman, A. and Vanpaemel, W. (2016). Increasing transparency
    through a multiverse analysis. Perspectives on Psychological Science 11(5), 702-712.

    Examples
    --------
    >>> def evaluate(stop, unit):
    ...     return {"estimate": 1.0, "low": -0.2 if stop and unit == "paragraph" else 0.4}
    >>> choices = {"stop": [False, True], "unit": ["section", "paragraph"]}
    >>> table = share("创新 rises", choices, evaluate)
    >>> table.holds.tolist(), table.share[0].item()
    ([True, True, True, False], 0.75)
    """
    from joblib import Parallel, delayed

    findings = [finding] if isinstance(finding, str) else list(finding)
    settings = _settings(choices, one_at_a_time)
    results = Parallel(n_jobs=n_jobs)(delayed(_attempt)(evaluate, setting) for setting in settings)
    rows = []
    for name in findings:
        found = [_result(result, name, len(findings)) for result in results]
        judge = holds or _same_side(found[0])
        verdicts = [not one["note"] and bool(judge(one)) for one in found]
        rows += [{"finding": name, **setting, **one, "holds": verdict, "share": np.mean(verdicts)}
                 for setting, one, verdict in zip(settings, found, verdicts, strict=True)]
    return pd.DataFrame(rows)[["finding", *choices, *RESULT, "holds", "note", "share"]]


def _settings(choices: Mapping[str, Sequence], one_at_a_time: bool) -> list[dict]:
    """Return the combinations, the reported one first."""
    empty = [name for name, options in choices.items() if not len(options)]
    if empty or not choices:
        raise ValueError(f"choice {(empty or ['(none)'])[0]!r} has no option; give at least one")
    if not one_at_a_time:
        return [dict(zip(choices, options, strict=True)) for options in product(*choices.values())]
    base = {name: options[0] for name, options in choices.items()}
    return [base, *({**base, name: option} for name, options in choices.items()
                    for option in options[1:])]


def _attempt(evaluate: Callable, setting: Mapping):
    """Evaluate one combination; a refusal is a result too."""
    try:
        return evaluate(**setting)
    except ValueError as refusal:
        return str(refusal)


def _result(result, name: str, n_findings: int) -> dict:
    """Read one finding's numbers out of what an evaluation returned."""
    nothing = dict.fromkeys(RESULT, np.nan)
    if isinstance(result, str):
        return {**nothing, "note": result or "refused"}
    if isinstance(result, pd.DataFrame):
        if name not in result.index:
            return {**nothing, "note": f"no row for {name}"}
        result = result.loc[name]
    elif n_findings > 1:
        raise ValueError("several findings need a DataFrame from evaluate, findings as its index")
    read = {key: float(result[key]) if key in result else np.nan for key in RESULT}
    return {**read, "note": "no estimate" if np.isnan(read["estimate"]) else ""}


def _same_side(reported: Mapping) -> Callable[[Mapping], bool]:
    """Hold where the sign is the reported one and the interval, if any, leaves out 0."""
    sign = np.sign(reported["estimate"])

    def judge(result: Mapping) -> bool:
        near = result["low"] if sign > 0 else result["high"]
        near = result["estimate"] if np.isnan(near) else near
        return sign != 0 and np.sign(near) == sign and np.sign(result["estimate"]) == sign

    return judge


def by_choice(table: pd.DataFrame, choices: Iterable[str]) -> pd.DataFrame:
    """
    Show on which choices a finding hangs: the share in which it holds, option by option.

    Parameters
    ----------
    table : DataFrame
        From `share`.
    choices : iterable of str
        The names of its choices (the keys of what `share` was given).

    Returns
    -------
    DataFrame
        `finding`, `choice`, `option` (as text), `n`, `share`; in the order of the table.

    Examples
    --------
    >>> def evaluate(stop, unit):
    ...     return {"estimate": 1.0, "low": -0.2 if stop else 0.4}
    >>> table = share("创新 rises", {"stop": [False, True], "unit": ["section"]}, evaluate)
    >>> by_choice(table, ["stop", "unit"])[["option", "share"]].to_numpy().tolist()
    [['False', 1.0], ['True', 0.0], ['section', 0.5]]
    """
    pieces = []
    for choice in choices:
        option = table[choice].astype(str).rename("option")
        held = table.groupby(["finding", option], sort=False).holds.agg(["size", "mean"])
        held = held.set_axis(["n", "share"], axis=1).reset_index()
        held.insert(1, "choice", choice)
        pieces.append(held)
    place = {name: row for row, name in enumerate(dict.fromkeys(table.finding))}
    stacked = pd.concat(pieces, ignore_index=True)
    return stacked.sort_values("finding", key=lambda f: f.map(place), kind="stable",
                               ignore_index=True)
