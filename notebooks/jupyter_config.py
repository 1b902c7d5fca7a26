"""`make` copies it into the environment: PDFs of notebooks (nbconvert, JupyterLab) keep their Chinese characters."""

from analysis import html

html.printing(get_config())  # noqa: F821
