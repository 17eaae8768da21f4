"""Mathematics as MathML, which browsers draw themselves: no script, nothing to download.

docutils translates; a formula that it does not understand is a warning, which fails the build.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

# ln x has a thin space before x, and before ln after a number or a letter.
THIN = '<mspace width="0.17em"></mspace>'
APPLIED = re.compile(r'<mo>&ApplyFunction;</mo>(?!\s*<mo stretchy="false">\()')
AFTER_A_TERM = re.compile(r"(</m(?:[in]|sub|sup|frac)>\s*)(<mi>(?:ln|det)</mi>)")


def _written(writer: Any, node: nodes.Element, block: bool) -> None:
    try:
        formula = tex2mathml(node.astext(), as_block=block)
        formula = AFTER_A_TERM.sub(rf"\1{THIN}\2", APPLIED.sub(THIN, formula))
    except MathError as error:
        logger.warning("mathematics: %s in %s", error, node.astext(), location=node)
        formula = ""
    writer.body.append(f'<div class="formula">{formula}</div>' if block else formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer(
        "mathml",
        (lambda writer, node: _written(writer, node, block=False), None),
        (lambda writer, node: _written(writer, node, block=True), None),
    )
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
