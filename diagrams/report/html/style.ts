/** How the page looks, on a screen and on paper. Fonts are those of the reader's system. */

export const STYLE = `
:root { --ink: #1b1f24; --soft: #57606a; --rule: #d0d7de; --wash: #f6f8fa; --accent: #1f4e79; --good: #1a7f37; --bad: #c62828; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 2rem 5rem; max-width: 60rem; color: var(--ink); background: #fff;
  font: 16px/1.6 "Liberation Sans", Arimo, Helvetica, Arial, sans-serif; }
header { padding: 3rem 0 2rem; border-bottom: 3px solid var(--accent); }
header h1 { margin: .3rem 0; font-size: 2.5rem; line-height: 1.15; color: var(--accent); }
header p { margin: .2rem 0; }
.course { text-transform: uppercase; letter-spacing: .08em; font-size: .85rem; color: var(--soft); }
.subtitle { font-size: 1.25rem; color: var(--soft); }
.authors { margin-top: 1.5rem !important; font-weight: bold; }
.made { margin-top: 1.2rem !important; font-size: .9rem; color: var(--soft); }
nav { margin: 2rem 0; padding: 1rem 1.5rem; background: var(--wash); border: 1px solid var(--rule); border-radius: 6px; }
nav .contents { margin: 0 0 .5rem; font-weight: bold; }
nav ul { margin: 0; padding: 0; list-style: none; columns: 2; column-gap: 2.5rem; }
nav li { break-inside: avoid; }
nav .level1 { font-weight: bold; margin-top: .35rem; break-after: avoid; }
nav .level2 { padding-left: 1.4rem; font-size: .93rem; }
nav span { display: inline-block; min-width: 1.6rem; color: var(--soft); font-weight: normal; }
a { color: #0b5cad; text-decoration: none; }
a:hover { text-decoration: underline; }
h2, h3, h4 { line-height: 1.25; break-after: avoid; }
h2 { margin: 3.2rem 0 1rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); font-size: 1.7rem; color: var(--accent); }
h3 { margin: 2.2rem 0 .7rem; font-size: 1.25rem; }
h4 { margin: 1.6rem 0 .5rem; font-size: 1.05rem; }
.number { color: var(--soft); font-weight: normal; margin-right: .4rem; }
code, pre { font-family: Cousine, "Liberation Mono", Menlo, Consolas, monospace; font-size: .88em; }
code { padding: .08em .3em; background: var(--wash); border-radius: 3px; overflow-wrap: anywhere; }
pre { padding: .9rem 1.1rem; background: var(--wash); border: 1px solid var(--rule); border-radius: 6px; overflow-x: auto; line-height: 1.45; }
pre code { padding: 0; background: none; }
.table { margin: 1.4rem 0; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.45; min-width: 36rem; }
caption { caption-side: top; text-align: left; padding-bottom: .45rem; color: var(--soft); font-size: .92rem; }
caption b, figcaption b { color: var(--ink); }
th { text-align: left; background: var(--wash); border-top: 2px solid var(--ink); border-bottom: 1px solid var(--ink); }
th, td { padding: .4rem .55rem; vertical-align: top; overflow-wrap: break-word; }
td { border-bottom: 1px solid var(--rule); }
tbody tr:last-child td { border-bottom: 2px solid var(--ink); }
.right { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.8rem 0; break-inside: avoid; }
.picture { overflow-x: auto; }
.picture > div { margin: 0 auto; }
.wide .picture { margin: 0 calc(50% - min(50vw - 1.5rem, 52rem)); }
figure svg, figure img { display: block; width: 100%; height: auto; }
figcaption { margin-top: .6rem; text-align: center; font-size: .92rem; color: var(--soft); }
.note { padding: .7rem 1rem; border-left: 4px solid var(--rule); background: var(--wash); }
.note.good { border-color: var(--good); background: #eefaf1; }
.note.bad { border-color: var(--bad); background: #fdeeee; color: var(--bad); }
strong.good { color: var(--good); }
strong.bad { color: var(--bad); }
li { margin: .25rem 0; }
@media (max-width: 44rem) { nav ul { columns: 1; } body { padding: 1rem; } }
@media print { .wide .picture { margin: 0; } .picture > div { min-width: 0 !important; } body { max-width: none; padding: 0; font-size: 10.5pt; } nav, pre, tr { break-inside: avoid; } h2 { break-before: page; } }
`;
