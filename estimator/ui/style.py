"""One style sheet for what the dashboard draws itself; colours follow the page's light or dark."""

from __future__ import annotations

PALETTE = """
  --es-text: light-dark(#1b2533, #f2f4f8);
  --es-soft: light-dark(#4a5666, #b6c0cd);
  --es-line: light-dark(#d5dbe3, #38424e);
  --es-fill: light-dark(#f3f5f8, #1c232c);
  --es-page: light-dark(#ffffff, #12171e);
  --es-accent: light-dark(#1f5fbf, #8ab4ff);
  --es-band: light-dark(#a9c6ee, #35568c);
  --es-mark: light-dark(#123c7d, #d3e3ff);
  --es-target: light-dark(#b3321b, #ff9d8a);
  --es-good: light-dark(#1a7f4b, #7fd6a4);
  --es-chosen: light-dark(#eaf2fd, #18283f);
"""
"""Text and marks keep a contrast of at least 4.5:1 on the page in both schemes."""

PAGE = f"""<style>
[data-testid="stApp"] {{ {PALETTE} }}
[data-testid="stMainBlockContainer"] {{ padding: 3.1rem 1.4rem 2rem; max-width: 1500px; }}
[data-testid="stHeader"] {{ height: 2.9rem; min-height: 2.9rem; }}
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {{ gap: 0.4rem; }}
[data-testid="stSidebarUserContent"] {{ padding: 0 0 2rem; }}
[data-testid="stSidebar"] [data-testid="stColumn"] {{ min-width: 0; }}
[data-testid="stMain"] [data-testid="stBaseButton-secondary"],
[data-testid="stMain"] [data-testid="stBaseButton-primary"],
[data-testid="stMain"] [data-testid="stPopoverButton"] {{
  min-height: 1.75rem; padding: 0 0.7rem; }}
[data-testid="stSidebarHeader"] {{
  height: 2.2rem; min-height: 2.2rem; margin: 0; padding: 0.3rem; }}
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] {{ gap: 0.45rem; }}
[data-testid="stSidebarUserContent"] [data-testid="stNumberInputStepUp"],
[data-testid="stSidebarUserContent"] [data-testid="stNumberInputStepDown"] {{ display: none; }}
[data-testid="stSliderTickBar"] {{ display: none; }}
[data-testid="stApp"] [data-testid="stBaseButton-primary"],
[data-testid="stApp"] [data-testid="stBaseButton-primary"] p {{ color: light-dark(#fff, #0e1117); }}
[data-testid="stApp"] [data-testid="stMultiSelectTagsContainer"] span span {{
  background: var(--es-chosen); color: var(--es-text); }}
[data-testid="stApp"] [data-testid="stExpander"] summary {{ opacity: 1; }}
[data-testid="stApp"] [data-testid="stExpander"] summary,
[data-testid="stApp"] [data-testid="stExpander"] summary p {{ color: var(--es-text); }}
.es {{ color: var(--es-text); line-height: 1.38; }}
.es p, p.es {{ margin: 0; }}
.es-top {{ display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; font-size: 0.83rem;
  color: var(--es-soft); align-items: baseline; }}
.es-top strong {{ color: var(--es-text); font-size: 0.95rem; }}
.es-kind {{ font-size: 0.78rem; font-weight: 600; letter-spacing: 0.04em; color: var(--es-accent);
  text-transform: uppercase; }}
.es-head {{ font-size: 1.4rem; font-weight: 650; line-height: 1.22; margin: 0; padding: 0; }}
.es-say {{ font-size: 0.98rem; margin-top: 0.2rem; }}
.es-quiet {{ font-size: 0.83rem; color: var(--es-soft); }}
.es-say b {{ font-weight: 600; }}
.es-next {{ margin-top: 0.3rem; font-size: 0.98rem; }}
.es-change {{ font-size: 0.9rem; }}
.es-change b {{ font-weight: 600; }}
.es-alert, .es-note {{ border-left: 4px solid var(--es-target); background: var(--es-fill);
  color: var(--es-text); padding: 0.5rem 0.8rem; border-radius: 0.3rem; font-size: 0.93rem; }}
.es-note {{ border-left-color: var(--es-accent); }}
.es-table {{ border-collapse: collapse; width: 100%; font-size: 0.88rem; }}
.es-table th {{ text-align: left; font-weight: 600; color: var(--es-soft); padding: 0.25rem 0.5rem;
  border-bottom: 1px solid var(--es-line); vertical-align: bottom; }}
.es-table td {{ padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--es-line);
  vertical-align: top; }}
.es-table summary {{ overflow-wrap: anywhere; }}
.es-table .num {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.es-scroll {{ overflow-x: auto; max-width: 100%; }}
.es-tag {{ border: 1px solid var(--es-line); border-radius: 0.3rem; padding: 0 0.3rem;
  font-size: 0.8rem; color: var(--es-soft); white-space: nowrap; }}
.es-tag.assumed {{ border-style: dashed; border-color: var(--es-soft); font-style: italic; }}
dl.es.es-facts {{ padding: 0; display: grid;
  grid-template-columns: repeat(auto-fill, minmax(210px, 1fr));
  gap: 0.35rem 1rem; margin: 0.3rem 0; font-size: 0.9rem; }}
.es-facts dt {{ color: var(--es-soft); font-size: 0.82rem; }}
.es-facts dd {{ margin: 0; font-weight: 600; }}
.es-steps {{ margin: 0.2rem 0 0 1.2rem; padding: 0; }}
.es-steps li {{ margin: 0.15rem 0; }}
.es-lead {{ display: flex; flex-direction: column; gap: 0.36rem; }}
.es-lead .es-say {{ font-size: 0.93rem; line-height: 1.3; margin: 0.1rem 0 0; }}
dl.es.es-cards {{ display: grid; grid-template-columns: 1fr 1fr 0.85fr 1.45fr 1fr; gap: 0.5rem;
  margin: 0; padding: 0; }}
.es-cards .card {{ border: 1px solid var(--es-line); border-radius: 0.5rem;
  padding: 0.25rem 0.65rem 0.3rem; background: var(--es-fill); min-width: 0; }}
.es-cards .card.now {{ border-color: var(--es-accent); background: var(--es-chosen); }}
.es-cards dt {{ color: var(--es-soft); font-size: 0.8rem; font-weight: 400; line-height: 1.3; }}
.es-cards dd {{ margin: 0; display: flex; flex-direction: column; }}
.es-cards dd b {{ font-size: 1.6rem; font-weight: 650; line-height: 1.15; white-space: nowrap;
  font-variant-numeric: tabular-nums; }}
.es-cards dd span {{ font-size: 0.78rem; color: var(--es-soft); line-height: 1.25; }}
.es-cards .card {{ position: relative; }}
.tip {{ display: inline-block; margin-left: 0.35rem; }}
.tip summary {{ list-style: none; cursor: pointer; width: 1rem; height: 1rem; line-height: 0.95rem;
  border: 1px solid var(--es-soft); border-radius: 50%; font-size: 0.7rem; text-align: center;
  color: var(--es-soft); display: inline-block; }}
.tip summary::-webkit-details-marker {{ display: none; }}
.tip summary:hover, .tip[open] summary {{ color: var(--es-accent); border-color: currentColor; }}
.tip summary:focus-visible {{ outline: 2px solid var(--es-accent); outline-offset: 1px; }}
.tip > div {{ position: absolute; z-index: 20; left: 0; top: 1.7rem; width: max-content;
  max-width: min(22rem, 88vw); padding: 0.5rem 0.75rem; border: 1px solid var(--es-line);
  border-radius: 0.5rem; background: var(--es-page); color: var(--es-text); font-size: 0.84rem;
  font-weight: 400; line-height: 1.38; white-space: normal; text-align: left;
  box-shadow: 0 6px 22px rgb(0 0 0 / 22%); }}
.tip p + p {{ margin-top: 0.35rem; }}
.es-cards .card:nth-child(n+4) .tip > div {{ left: auto; right: 0; }}
.es-cards dd .es-shape {{ position: absolute; right: 0.65rem; top: 0.4rem; width: 42%;
  display: flex; align-items: flex-end; gap: 1px; height: 2.5rem; }}
.es-shape i {{ flex: 1; background: var(--es-soft); opacity: 0.45; border-radius: 1px; }}
.es-shape i.hit {{ background: var(--es-accent); opacity: 1; }}
.es-shape i.t {{ position: absolute; top: -2px; bottom: 0; width: 0; flex: none; background: none;
  border-left: 2px dashed var(--es-target); opacity: 1; }}
ol.es.es-gates {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
  gap: 0.3rem 0.9rem; margin: 0; padding: 0; list-style: none; counter-reset: gate; }}
.es-gates > li {{ counter-increment: gate; margin: 0; font-size: 0.84rem; }}
.es-gates p, .es-gates ul li {{ display: flex; justify-content: space-between; gap: 0.6rem; }}
.es-gates p {{ border-bottom: 1px solid var(--es-line); line-height: 1.45; font-size: 0.84rem; }}
.es-gates strong::before {{ content: counter(gate); color: var(--es-accent);
  border: 1px solid var(--es-accent); border-radius: 50%; display: inline-block; width: 1.15rem;
  line-height: 1.05rem; text-align: center; font-size: 0.75rem; margin-right: 0.4rem; }}
.es-gates em {{ font-style: normal; color: var(--es-soft); font-variant-numeric: tabular-nums; }}
.es-gates ul {{ margin: 0; padding: 0; list-style: none; }}
.es-gates ul li {{ margin: 0; font-size: 0.84rem; line-height: 1.3; padding: 0.05rem 0; }}
.es-gates ul li span {{ flex: 1; padding-left: 1.55rem; text-indent: -1.15rem; }}
.es-gates b {{ font-weight: 600; }}
.es-gates li.go span::before {{ content: "✓"; color: var(--es-good); }}
.es-gates li.on span::before {{ content: "→"; color: var(--es-accent); }}
.es-gates li.stop span::before {{ content: "✕"; color: var(--es-target); }}
.es-gates ul li span::before {{ display: inline-block; width: 1.15rem; text-indent: 0;
  font-weight: 700; }}
.es-sums p.es.es-money {{ font-size: 0.84rem; line-height: 1.35; margin: 0; }}
.st-key-doors {{ row-gap: 0; }}
.es-source {{ font-size: 0.8rem; color: var(--es-soft); margin: 0; }}
[class*="st-key-source"] {{ gap: 0 0.6rem; margin-top: -0.5rem; }}
[class*="st-key-source"] button {{ padding: 0; min-height: 1.4rem; }}
[class*="st-key-source"] button p {{ font-size: 0.8rem; text-decoration: underline;
  text-underline-offset: 2px; }}
.st-key-doors button, .st-key-doors [data-testid="stElementContainer"] {{ min-height: 1.6rem; }}
.st-key-doors button {{ padding: 0; line-height: 1.6rem; vertical-align: middle; }}
.st-key-doors button p {{ font-size: 0.83rem; text-decoration: underline;
  text-decoration-color: var(--es-soft); text-underline-offset: 2px; }}
.es-stops li {{ margin: 0; font-size: 0.84rem; }}
.es-stops li::before {{ content: "!"; color: var(--es-target); font-weight: 700;
  margin-right: 0.35rem; }}
ul.es.es-stops {{ margin: 0; padding: 0.2rem 0.8rem; list-style: none; font-size: 0.84rem;
  display: flex; flex-wrap: wrap; gap: 0 1.4rem;
  border-left: 4px solid var(--es-target); background: var(--es-fill); border-radius: 0.3rem; }}
.st-key-tradeoffs-view button {{ padding: 0 0.5rem; }}
.es a {{ color: var(--es-accent); }}
.es-h {{ font-size: 1.05rem; font-weight: 650; margin: 0.4rem 0 0.1rem; padding: 0; }}
@media (min-width: 1400px) {{
  .st-key-desk {{ display: grid; grid-template-columns: minmax(0, 57fr) minmax(0, 43fr);
    gap: 0.4rem 1.2rem; align-items: start; }}
  .st-key-desk > * {{ grid-column: 1 / -1; grid-row: 2; min-width: 0; }}
  .st-key-desk > :has(> .st-key-desk-rows) {{ grid-column: 1; grid-row: 1; }}
  .st-key-desk > :has(> .st-key-desk-chart) {{ grid-column: 2; grid-row: 1; }}
}}
@media (max-width: 900px) {{
  dl.es.es-cards {{ grid-template-columns: repeat(6, minmax(0, 1fr)); }}
  .es-cards .card {{ grid-column: span 2; }}
  .es-cards .now, .es-cards .works {{ grid-column: span 3; }}
}}
@media (max-width: 640px) {{
  dl.es.es-cards {{ grid-template-columns: repeat(2, minmax(0, 1fr)); }}
  .es-cards .card, .es-cards .now, .es-cards .works {{ grid-column: span 1; }}
  .es-cards .sure {{ grid-column: span 2; order: 1; }}
  .es-cards .card:nth-child(even) .tip > div {{ left: auto; right: 0; }}
  [data-testid="stMainBlockContainer"] {{ padding: 3.2rem 0.8rem 2rem; }}
  .es-head {{ font-size: 1.15rem; }}
  .es-table.wide {{ min-width: 46rem; }}
}}
</style>"""

EMBED = """<style>
[data-testid="stMainBlockContainer"] { padding: 0.5rem 0.9rem 1rem; }
@media (min-width: 641px) and (max-width: 1000px) {
  dl.es.es-cards { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .es-cards .card, .es-cards .now { grid-column: span 1; }
  .es-cards .works, .es-cards .ready { display: none; }
}
</style>"""

ROWS = f"""
:host, .root {{ {PALETTE} color: var(--es-text); display: block; container-type: inline-size;
  font-family: inherit; }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px; table-layout: fixed; }}
.tip {{ display: inline-block; position: relative; margin-left: 4px; font-weight: 400; }}
.tip summary {{ list-style: none; cursor: pointer; width: 14px; height: 14px; line-height: 13px;
  border: 1px solid var(--es-soft); border-radius: 50%; font-size: 10px; text-align: center; }}
.tip summary::-webkit-details-marker {{ display: none; }}
.tip summary:focus-visible {{ outline: 2px solid var(--es-accent); outline-offset: 1px; }}
.tip > div {{ position: absolute; z-index: 20; left: -8px; top: 18px; width: 17rem;
  padding: 8px 12px; border: 1px solid var(--es-line); border-radius: 8px;
  background: var(--es-page);
  color: var(--es-text); font-size: 13px; line-height: 1.38; text-align: left; white-space: normal;
  box-shadow: 0 6px 22px rgb(0 0 0 / 22%); }}
th.num .tip > div {{ left: auto; right: -8px; }}
caption {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
th {{ text-align: left; font-weight: 600; color: var(--es-soft); padding: 1px 6px 3px;
  font-size: 12px; border-bottom: 1px solid var(--es-line); vertical-align: bottom;
  line-height: 1.15; }}
td {{ padding: 0 6px; height: 24px; border-bottom: 1px solid var(--es-line);
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
.num {{ text-align: right; font-variant-numeric: tabular-nums; }}
th.num {{ text-align: right; }}
tr.chosen td {{ background: var(--es-chosen); }}
tr.chosen td:first-child {{ box-shadow: inset 3px 0 0 var(--es-accent); }}
tr.out td {{ color: var(--es-soft); }}
tr.out .band {{ background: none; border: 1px dashed var(--es-soft); box-sizing: border-box; }}
tr.today td {{ font-style: italic; border-bottom: 2px solid var(--es-line); }}
button {{ all: unset; cursor: pointer; color: inherit; font-weight: 600; max-width: 100%;
  overflow: hidden; text-overflow: ellipsis; display: block; box-sizing: border-box;
  line-height: 24px; }}
button:hover .name {{ text-decoration: underline; }}
button:focus-visible {{ outline: 2px solid var(--es-accent); outline-offset: -2px; }}
.sr {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
.model {{ font-weight: 400; color: var(--es-soft); margin-left: 5px; }}
.tick {{ color: var(--es-accent); font-weight: 700; margin-right: 3px; }}
.why {{ color: var(--es-soft); font-weight: 400; margin-left: 1px; }}
.cell {{ display: grid; grid-template-columns: var(--label, 46px) 1fr; align-items: center;
  gap: 6px; }}
.cell .val {{ text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }}
tr.out .cell .val {{ font-weight: 400; }}
.track {{ position: relative; height: 14px; min-width: 40px; }}
.band {{ position: absolute; top: 3px; height: 8px; border-radius: 2px;
  background: var(--es-band); }}
.mid {{ position: absolute; top: 1px; height: 12px; width: 3px; margin-left: -1px;
  background: var(--es-mark); }}
.target {{ position: absolute; top: -6px; bottom: -6px; width: 0;
  border-left: 1px dashed var(--es-target); }}
.scale {{ font-weight: 400; display: flex; justify-content: space-between; font-size: 11px;
  margin-left: calc(var(--label, 46px) + 6px); }}
@container (max-width: 900px) {{ .scale.money span:nth-child(2) {{ display: none; }} }}
@container (min-width: 561px) and (max-width: 860px) {{ .scale.money, .kind {{ display: none; }}
  td.num, th.num {{ padding: 0 3px; }} }}
@container (min-width: 561px) and (max-width: 700px) {{ .model {{ display: none; }} }}
.unsure {{ border-bottom: 1px dashed var(--es-soft); }}
.only-narrow {{ display: none; }}
@container (max-width: 560px) {{
  table, tbody, tr, td {{ display: block; width: auto; }}
  colgroup, thead {{ display: none; }}
  tr {{ border: 1px solid var(--es-line); border-radius: 6px; margin-bottom: 8px; padding: 4px 0;
    display: grid; grid-template-columns: 1fr 1fr; }}
  td:not(.num) {{ grid-column: span 2; }}
  tr.chosen {{ border: 2px solid var(--es-accent); }}
  tr.chosen td:first-child {{ box-shadow: none; }}
  td {{ border: 0; height: auto; padding: 2px 10px; white-space: normal; }}
  td.num {{ display: flex; justify-content: space-between; text-align: left; }}
  td.num::before, .cell::before {{ content: attr(data-label); color: var(--es-soft);
    font-weight: 400; }}
  .cell {{ grid-template-columns: 96px 48px 1fr; }}
}}
"""
