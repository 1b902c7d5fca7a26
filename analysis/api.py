"""The API reference, as Markdown made from signatures and docstrings whenever pages are made."""

import importlib
import inspect
import pkgutil

import analysis


def modules() -> list[str]:
    """Names of the package's modules, in order of the alphabet; the command line aside."""
    found = pkgutil.walk_packages(analysis.__path__, "analysis.")
    return sorted(each.name for each in found if not each.name.endswith("__main__"))


def members(module) -> list[tuple[str, object]]:
    """Public functions and classes that a module defines itself, as they stand in the file."""
    own = [
        (name, thing) for name, thing in vars(module).items()
        if not name.startswith("_") and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__ and inspect.getdoc(thing) and name != "register"
    ]  # fmt: skip
    return sorted(own, key=lambda item: inspect.getsourcelines(item[1])[1])


def page() -> str:
    """
    Write the reference of the whole package.

    >>> "### `counts.count" in page()
    True
    """
    parts = ["# API reference", "What each module offers, from its docstrings."]
    for name in modules():
        module = importlib.import_module(name)
        short = name.removeprefix("analysis.")
        parts += [f"## {short}", _block(inspect.getdoc(module))]
        for member, thing in members(module):
            parts += [f"### `{short}.{member}{_signature(thing)}`", _block(inspect.getdoc(thing))]
    return "\n\n".join(parts) + "\n"


def _block(text: str | None) -> str:
    """A docstring as it is written: its columns and examples rest on the line breaks."""
    return f"```text\n{text or ''}\n```"


def _signature(thing) -> str:
    try:
        found = inspect.signature(thing)
    except ValueError:
        return ""
    bare = [p.replace(annotation=p.empty) for p in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=found.empty))
