"""Sphinx's settings: `sphinx-build -EnqW -j auto --keep-going docs docs/_build`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import ziamath
from sphinx.application import Sphinx

import kullback

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import mathml  # noqa: E402, F401

sys.path.remove(str(HERE))  # where its folders would pass for packages, `reference` for one
# For the pages, which run in processes of their own: none of the reader's settings, no chatter.
IPYTHON = HERE / "_build" / "ipython"
(IPYTHON / "profile_default").mkdir(parents=True, exist_ok=True)
settings = IPYTHON / "profile_default" / "ipython_kernel_config.py"
settings.write_text("c.IPKernelApp.log_level = 40\n", encoding="utf-8")
os.environ["IPYTHONDIR"] = str(IPYTHON)
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])

project = "kullback"
author = "the authors of kullback"
release = version = kullback.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "mathml",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
nitpicky = True
nitpick_ignore_regex = [("py:obj", r"(math|numpy|scipy|sklearn)\..*")]  # not among these pages

# Pages: Markdown, whose cells are run; what they print is what the reader sees.
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_show_tb = True  # a cell that fails is a warning, with its traceback
nb_execution_timeout = 300
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_output_stderr = "severe"  # a warning in a cell fails the build

# The reference: docstrings as they are, one page a function.
autosummary_generate = True
autodoc_typehints = "none"  # types stand in the docstrings
default_role = "autolink"
numpydoc_show_class_members = False
add_module_names = False
toc_object_entries = False  # a page has but one

html_theme = "pydata_sphinx_theme"
html_title = "kullback"
# A font with the measures that browsers need for mathematics.
html_static_path = [
    "_static",
    str(Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"),
]
html_css_files = ["kullback.css"]
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it would fetch pages, which browsers refuse to do from disk
html_sidebars = {"index": [], "quickstart": [], "command-line": []}
html_theme_options = {
    "logo": {"text": "kullback"},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "show_toc_level": 1,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_show_copyright = False
html_use_index = False  # the reference is one


def _as_plain_text(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Docstrings write |x| and J. Doe; reST would see a substitution, and item J of a list."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            lines[i] = re.sub(r"^(\s*[A-Z])\. (?=[A-Z])", r"\1\\. ", line.replace("|", "\\|"))


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", _as_plain_text)
