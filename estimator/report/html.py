"""The answer as one HTML file that opens offline: no script, no request, every text escaped."""

from __future__ import annotations

import base64
import pkgutil
import re
import zlib
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from estimator.engine.comparison import Comparison
from estimator.report.pdf import report_data
from estimator.words.format import Style

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
STYLE = """
:root{color-scheme:light;--ink:#1b2533;--muted:#566273;--rule:#dfe4ea;--deep:#1f3a5f;
--accent:#1f5fbf;--bad:#b3321b;--tint:#f3f6fa;--mark:#e4edf9}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1.2rem;color:var(--ink);background:#fff;
font:16px/1.45 "Estimator Sans","Source Sans 3","Helvetica Neue",Arial,sans-serif}
h1{color:var(--deep);font-size:1.7rem;line-height:1.2;margin:.3rem 0 .7rem}
h2{color:var(--deep);font-size:1.2rem;margin:1.8rem 0 .5rem}
.note{color:var(--muted);font-size:.88rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.5rem;
margin:.7rem 0}
.cards>div{border:1px solid var(--rule);border-radius:6px;padding:.4rem .6rem;
background:var(--tint);position:relative}
.cards .now{background:var(--mark);border-color:var(--accent)}
.cards b{display:block;font-size:1.45rem;line-height:1.2}
.cards span{color:var(--muted);font-size:.85rem}
.cards svg{position:absolute;right:.6rem;top:.4rem;width:42%;height:2.6rem}
.gates{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.3rem 1rem;
margin:.6rem 0}
.gates p,.gates li{display:flex;justify-content:space-between;gap:.6rem;margin:0}
.gates p{border-bottom:1px solid var(--rule)}
.gates ul{list-style:none;margin:0;padding:0}
.gates em{font-style:normal;color:var(--muted);white-space:nowrap}
.gates li span{padding-left:1.2rem;text-indent:-1.2rem}
.gates li span::before{display:inline-block;width:1.2rem;text-indent:0;font-weight:700}
.gates .go span::before{content:"✓";color:#1a7f4b}
.gates .on span::before{content:"→";color:var(--accent)}
.gates .stop span::before{content:"✕";color:var(--bad)}
.stops{list-style:none;margin:.5rem 0;padding:.3rem .8rem;border-left:4px solid var(--bad);
background:var(--tint)}
.scroll{overflow-x:auto}p,li,td:first-child{overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th{background:var(--deep);color:#fff;text-align:left;padding:.35rem .45rem;vertical-align:bottom}
td{padding:.3rem .45rem;border-bottom:1px solid var(--rule);vertical-align:top}
td.n{text-align:right;white-space:nowrap}
tr.best td{background:var(--mark)}tr.out td{color:var(--muted)}tr.total td{font-weight:700}
.bar{position:relative;height:8px;margin-top:3px;background:linear-gradient(var(--rule),
var(--rule)) center/100% 1px no-repeat;min-width:6rem}
.bar i,.bar b,.bar s{position:absolute;top:1px;height:6px;border-radius:2px}
.bar i{background:#9dbbe6}.bar b{background:var(--accent);width:2px;top:0;height:8px}
.bar s{background:var(--bad);width:2px;top:-1px;height:10px}
figure svg{width:100%;height:auto}
figcaption{font-size:.8rem;opacity:.8}
figure{margin:0}
@media print{body{max-width:none}h2{break-after:avoid}}
"""


def html_bytes(
    comparison: Comparison,
    evidence: Evidence | None = None,
    style: Style | None = None,
    date: str | None = None,
) -> bytes:
    """The page of a comparison; the same arguments give the same bytes.

    Parameters
    ----------
    comparison, evidence, style, date
        As for the PDF; the page holds the same figures in the same words.
    """
    d = report_data(comparison, evidence, style, date)
    parts = [
        _head(d),
        _answer(d),
        _rows(d),
        *(_picture(c) for c in d["charts"]),
        _bill(d),
        _pairs(d["finance_title"], d["finance"]),
        *(_picture(c) for c in d["money_charts"]),
        _table(d["quarters_title"], d["quarter_heads"], d["quarters"], range(1, 3))
        if d["quarters"]
        else "",
        _pairs(d["risks_title"], d["risks"]),
        "".join(f"<p>{escape(f)}</p>" for f in d["facts"]),
        _numbered(d["path_title"], [escape(p) for p in d["path"]]),
        _inputs(d),
        _numbered(d["method_title"], [escape(m) for m in d["method"]]),
        f"<h2>{escape(d['limits_title'])}</h2><p>{escape(d['limits'])}</p>",
        _numbered(d["sources_title"], [_source(s, d) for s in d["sources"]]),
        f"<p class=note>{escape(d['repeat'])}</p><p class=note>{escape(d['footer'])}</p>",
        "</main></body></html>\n",
    ]
    return "".join(parts).encode("utf-8")


def _head(d: dict[str, Any]) -> str:
    raw = pkgutil.get_data("estimator.report", "fonts/EstimatorSans-Regular.ttf") or b""
    font = base64.b64encode(raw).decode()
    face = f'@font-face{{font-family:"Estimator Sans";src:url(data:font/ttf;base64,{font})}}'
    return (
        f'<!DOCTYPE html><html lang="{escape(d["lang"])}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(d['title'])}</title><style>{face}{STYLE}</style></head><body><main>"
    )


def _answer(d: dict[str, Any]) -> str:
    top = " · ".join(x for x in (d["name"], d["task"], d["date"], d["grade"]) if x)
    changes = ""
    if d["changes"]:
        listed = " · ".join(map(escape, d["changes"]))
        changes = f"<p><b>{escape(d['changes_title'])}:</b> {listed}</p>"
    warnings = "".join(f"<li>{escape(w)}</li>" for w in d["warnings"])
    sums = "".join(f"<p>{escape(s)}</p>" for s in d["sums"])
    return (
        f"<p class=note>{escape(top)}</p><h1>{escape(d['headline'])}</h1>"
        f"<p>{escape(d['detail'])}</p>"
        f"{f'<ul class=stops>{warnings}</ul>' if warnings else ''}"
        f"<div class=cards>{''.join(_card(c) for c in d['cards'])}</div>"
        f"<div class=gates>{''.join(_gate(g, d['share_head']) for g in d['gates'])}</div>"
        f"{sums}<p class=note>{escape(d['rests'])}</p>{changes}"
    )


def _card(c: dict[str, Any]) -> str:
    shape = ""
    if c["shape"]:
        wide = 100 / len(c["shape"]["bars"])
        bars = "".join(
            f'<rect x="{i * wide:.2f}" y="{100 - 100 * h:.1f}" width="{0.84 * wide:.2f}" '
            f'height="{100 * h:.1f}" fill="{"#1f5fbf" if hit else "#b9c2cd"}"/>'
            for i, (h, hit) in enumerate(c["shape"]["bars"])
        )
        at = c["shape"]["at"]
        line = "" if at is None else f'<path d="M{100 * at:.1f} 0V100" stroke="#b3321b"/>'
        shape = (
            f'<svg role="img" aria-label="{escape(c["shape"]["alt"])}" viewBox="0 0 100 100" '
            f'preserveAspectRatio="none">'
            f"{bars}{line}</svg>"
        )
    return (
        f'<div class="{escape(c["name"])}"><span>{escape(c["label"])}</span>'
        f"<b>{escape(c['value'])}</b>{shape}<span>{escape(c['note'])}</span></div>"
    )


def _gate(g: dict[str, Any], share: str) -> str:
    zones = "".join(
        f'<li class="{escape(kind)}"><span>{escape(when)}<b>{escape(then)}</b></span>'
        f"<em>{escape(often)}</em></li>"
        for kind, when, then, often in g["zones"]
    )
    return f"<div><p><b>{escape(g['title'])}</b><em>{escape(share)}</em></p><ul>{zones}</ul></div>"


def _rows(d: dict[str, Any]) -> str:
    heads = "".join(f"<th scope=col>{escape(h)}</th>" for h in d["heads"])
    body = "".join(_row(r, d) for r in d["rows"])
    excluded = _pairs(d["reasons_title"], d["excluded"])
    return (
        f"<h2>{escape(d['table_title'])}</h2><div class=scroll><table><thead><tr>{heads}</tr>"
        f"</thead><tbody>{body}</tbody></table></div>"
        f"<p class=note>{escape(d['table_note'])} {escape(d['evidence_note'])}</p>{excluded}"
    )


def _row(r: dict[str, Any], d: dict[str, Any]) -> str:
    kind = "best" if r["recommended"] else "" if r["feasible"] else "out"
    name = f"<b>{escape(r['approach'])}</b>" if r["recommended"] else escape(r["approach"])
    extra = [r["model"]] if r["model"] else []
    extra += [] if r["feasible"] or r["accuracy_bar"] is None else [d["not_possible"]]
    name += "".join(f"<br><span class=note>{escape(x)}</span>" for x in extra)
    cells = [
        f"<td>{name}</td>",
        f"<td>{_interval(r['accuracy'], r['accuracy_range'], r['accuracy_bar'])}</td>",
        f"<td>{_interval(r['total'], r['total_range'], r['total_bar'])}</td>",
    ]
    plain = ("reaches_target", "labelling", "hours", "cloud", "people", "weeks", "grade")
    cells += [f"<td class=n>{escape(str(r[c]))}</td>" for c in plain]
    return f"<tr class='{kind}'>{''.join(cells)}</tr>"


def _interval(text: str, spread: str, bar: dict[str, float] | None) -> str:
    out = f"{escape(text)} <span class=note>{escape(spread)}</span>"
    if bar is None:
        return out
    wide = max(bar["high"] - bar["low"], 0.01)
    marks = f"<i style='left:{bar['low']:.1%};width:{wide:.1%}'></i>"
    marks += f"<b style='left:{bar['middle']:.1%}'></b>"
    if bar["target"] is not None:
        marks += f"<s style='left:{bar['target']:.1%}'></s>"
    return f"{out}<div class=bar aria-hidden=true>{marks}</div>"


def _picture(chart: dict[str, str]) -> str:
    if not chart["svg"]:
        return ""
    drawing = inline_svg(chart["svg"], chart["alt"])
    source = f"<figcaption>{escape(chart['source'])}</figcaption>" if chart["source"] else ""
    return f"<h2>{escape(chart['title'])}</h2><figure>{drawing}{source}</figure>"


def inline_svg(svg: str, alt: str) -> str:
    """A drawing for use inside a page: its own ids, a text alternative, the page's fonts."""
    prefix = f"c{zlib.crc32(svg.encode('utf-8')):08x}-"
    body = svg[svg.index("<svg") + len("<svg") :]
    body = re.sub(r'\bid="', f'id="{prefix}', body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}", body)
    return f'<svg role="img" aria-label="{escape(alt)}"{body}'


def _bill(d: dict[str, Any]) -> str:
    if not d["lines"]:
        return ""
    body = "".join(
        f"<tr class='{'total' if line['total'] else ''}'>"
        + "".join(_bill_cell(k, c, line["note"]) for k, c in enumerate(line["cells"]))
        + "</tr>"
        for line in d["lines"]
    )
    heads = "".join(f"<th scope=col>{escape(h)}</th>" for h in d["line_heads"])
    return (
        f"<h2>{escape(d['costs_title'])}</h2><div class=scroll><table><thead><tr>{heads}</tr>"
        f"</thead><tbody>{body}</tbody></table></div><p class=note>{escape(d['costs_note'])}</p>"
        f"<p>{escape(d['assumed'])}</p>"
    )


def _bill_cell(column: int, text: str, note: str) -> str:
    number = " class=n" if column in (2, 4, 5, 6) else ""
    small = f"<br><span class=note>{escape(note)}</span>" if column == 1 and note else ""
    return f"<td{number}>{escape(text)}{small}</td>"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], right: range) -> str:
    top = "".join(f"<th scope=col>{escape(h)}</th>" for h in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if k in right else ''}>{escape(str(c))}</td>" for k, c in enumerate(r)
        )
        + "</tr>"
        for r in rows
    )
    return (
        f"<h2>{escape(title)}</h2><div class=scroll><table><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _inputs(d: dict[str, Any]) -> str:
    rows = [[i["field"], i["value"] + (" *" if i["changed"] else "")] for i in d["inputs"]]
    table = _table(d["inputs_title"], d["input_heads"], rows, range(0))
    return f"{table}<p class=note>* {escape(d['inputs_note'])} {escape(d['unset'])}</p>"


def _pairs(title: str, pairs: Sequence[Sequence[str]]) -> str:
    if not pairs:
        return ""
    items = "".join(f"<li><b>{escape(a)}</b>: {escape(b)}</li>" for a, b in pairs)
    return f"<h2>{escape(title)}</h2><ul>{items}</ul>"


def _numbered(title: str, items: Sequence[str]) -> str:
    """A numbered list of parts that are escaped already."""
    if not items:
        return ""
    return f"<h2>{escape(title)}</h2><ol>{''.join(f'<li>{i}</li>' for i in items)}</ol>"


def _source(s: dict[str, str], d: dict[str, Any]) -> str:
    out = escape(s["text"])
    if s["url"]:
        out += f', <a href="{escape(s["url"])}" rel="noreferrer">{escape(s["shown"])}</a>'
    if s["licence"]:
        out += f" ({escape(s['licence'])})"
    if s["places"]:
        out += f"; <span class=note>{escape(d['read_at'])}{escape(s['places'])}</span>"
    return out
