"""`states --html`: one page without anything beside it, in words rather than colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from mypy_session_plugin.command_line.sheets import Cell, Row, Sheet

_STYLE = """\
:root { color-scheme: light dark; --line: #8886; --soft: light-dark(#5a5a5a, #a5a5a5); --mark: #8882; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
.legend { max-width: 60rem; color: var(--soft); }
.sheet { overflow-x: auto; }
table { border-collapse: collapse; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
thead th { text-align: left; border-bottom: 2px solid var(--line); padding: .15rem .8rem; white-space: nowrap; }
thead th small { font-weight: normal; color: var(--soft); }
tbody th { color: var(--soft); font-weight: normal; text-align: right; padding: 0 .6rem 0 0; vertical-align: top; }
tbody th { user-select: none; }
tbody td { padding: 0 .8rem; white-space: pre; vertical-align: top; border-left: 1px solid var(--line); }
tbody td.source { border-left: 0; padding-left: 0; }
tbody tr:hover { background: var(--mark); }
td.same { color: var(--soft); }
tbody td.new { font-weight: 600; border-left: 4px double currentColor; }
tbody td.partly { white-space: normal; min-width: 22rem; }
td.partly { font-style: italic; }
td small { font-weight: normal; color: var(--soft); padding-left: .6rem; }
tbody td.report { white-space: normal; padding: .1rem 0 .3rem 1.2rem; border-left: 4px solid currentColor; }
td.error::before { content: "\\2716  error: "; font-weight: 600; }
td.note::before { content: "\\2192  note: "; font-weight: 600; }
@media print { .sheet { overflow: visible; } body { margin: 0; } tr { break-inside: avoid; } }"""

_LEGEND = (
    "How each variable stands after each line. What is new on a line is bold, with its reason; a bar (│) says that"
    " nothing has changed since the line above. Several states joined by | are those of several ways to the line, and"
    " are in italics; “unknown” is what the plugin cannot see. “assumed:” stands behind a line that raises: the plugin"
    " goes on as if it did not."
)


def page(title: str, sheets: Sequence[Sheet]) -> str:
    """The page; `title` is the name of the file."""
    body = "\n".join(line for sheet in sheets for line in _sheet(sheet))
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>States in {escape(title)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<h1>States in <code>{escape(title)}</code></h1>
<p class="legend">{escape(_LEGEND)}</p>
{body}
</body>
</html>"""


def _sheet(sheet: Sheet) -> Iterator[str]:
    name = escape(sheet.function.name)
    yield f'<h2 id="{name}"><code>{name}</code></h2>'
    yield '<div class="sheet"><table>'
    heads = (f'<th scope="col">{escape(lane.place)} <small>{escape(lane.holds)}</small></th>' for lane in sheet.lanes)
    yield f'<thead><tr><th scope="col">line</th><th scope="col">source</th>{"".join(heads)}</tr></thead>'
    yield "<tbody>"
    for row in sheet.rows:
        yield from _row(row)
    yield "</tbody></table></div>"
    if sheet.unknown:
        yield f'<p class="legend">Nothing is known of <code>{escape(", ".join(sheet.unknown))}</code>.</p>'


def _row(row: Row) -> Iterator[str]:
    cells = "".join(map(_cell, row.cells))
    yield f'<tr><th scope="row">{row.number}</th><td class="source">{escape(row.text)}</td>{cells}</tr>'
    for report in row.reports:
        kind = escape(report.severity)
        yield f'<tr><th></th><td class="report {kind}" colspan="{len(row.cells) + 1}">{escape(report.text)}</td></tr>'


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "<td></td>"
    text, reason = escape(cell.text), escape(cell.reasons)
    if not cell.is_new:
        return f'<td class="same" title="{text}" aria-label="{text}">│</td>'
    kind = "new partly" if "|" in cell.text else "new"
    return f'<td class="{kind}">{text}{f"<small>{reason}</small>" if reason else ""}</td>'
