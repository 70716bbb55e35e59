"""What somebody may call himself, or write, to be taken for something else by a program that reads it later."""

from __future__ import annotations

FORMULAS = (
    "=1+1",
    '=HYPERLINK("https://evil.example","点我")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
)
MARKUP = (
    "<b>",
    "</b><a href='https://evil.example'>点我</a>",
    "&lt;b&gt; &amp;",
    "<script>alert(1)</script>",
    "*星* _线_ `码` [点我](https://evil.example)",
)
FORMATS = ("{0}", "{}", "{number}", "{text!r:>9999}", "{0.__class__}", "%s %(name)s %n", "${HOME} $(id)", "{{7*7}}")
CHARACTERS = (
    "\u202e倒着写",
    "\u2067隔离\u2069",
    "漏\u200b水\u200d了\ufeff",
    "\x1b[31m红\x1b]0;标题\x07",
    "\x9b2J",
    "a" + "\u0301" * 300,
    "👨‍👩‍👧‍👦🏴\U000e0067",
)
LONG = "漏" * 21_846
"""64 KB in UTF-8."""

HOSTILE = (*FORMULAS, *MARKUP, *FORMATS, *CHARACTERS, LONG)
