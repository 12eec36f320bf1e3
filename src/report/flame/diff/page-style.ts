// How a differential flame graph's page looks.

export const PAGE_STYLE = `
:root { color-scheme: light; font: 14px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
html { overflow-y: scroll; }
body { margin: 0; padding: 12px 16px; }
h1 { font-size: 18px; margin: 0 0 2px; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 6px; overflow-wrap: anywhere; }
p { margin: 0 0 6px; }
.quiet, small, caption, dt { color: #555; }
.notice { padding: 6px 10px; background: #fff6d6; border-left: 4px solid #c99700; }
#tools { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin: 8px 0; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 12px; }
legend { float: left; margin-right: 8px; font-weight: 600; }
input[type=search] { font: inherit; padding: 3px 6px; width: 16em; }
button { font: inherit; cursor: pointer; }
.key { display: inline-block; padding: 0 8px; border-radius: 2px; }
.key.more { background: rgb(178, 24, 43); color: #fff; }
.key.less { background: rgb(33, 102, 172); color: #fff; }
.key.noise { background: #dcdcdc; color: #333; }
main { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 16px; align-items: start; }
@media (max-width: 900px) { main { grid-template-columns: minmax(0, 1fr); } }
#graph { position: relative; min-height: 20px; }
.frame { position: absolute; height: 19px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  box-sizing: border-box; font: 12px/19px system-ui, sans-serif; cursor: pointer; border-radius: 2px; text-indent: 3px; }
.frame:hover { filter: brightness(0.93); }
.frame:focus-visible { outline: 2px solid #000; outline-offset: -2px; z-index: 1; }
.frame[aria-selected=true] { box-shadow: inset 0 0 0 2px #000; }
.frame.found { box-shadow: inset 0 -3px 0 #7b3294; font-weight: 600; }
.frame.faded { opacity: 0.4; }
#panel { position: sticky; top: 12px; max-height: calc(100vh - 24px); overflow: auto; box-sizing: border-box;
  border: 1px solid #ccc; border-radius: 4px; padding: 10px 12px; }
table.sides { border-collapse: collapse; width: 100%; margin: 8px 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; }
.sides td, .sides th { padding: 2px 4px; text-align: right; white-space: nowrap; font-weight: 400; }
.sides th:first-child { text-align: left; }
.sides td { border-top: 1px solid #eee; }
.sides td:last-child { font-weight: 600; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 10px; margin: 6px 0; }
dd { margin: 0; overflow-wrap: anywhere; }
ol.functions { list-style: none; margin: 0 0 8px; padding: 0; }
.functions button { display: block; width: 100%; text-align: left; border: 0; border-left: 4px solid; background: none;
  padding: 3px 8px; margin: 2px 0; overflow-wrap: anywhere; color: inherit; }
.functions button:hover, .functions button:focus-visible { background: #f0f0f0; }
.functions .more { border-color: rgb(178, 24, 43); }
.functions .less { border-color: rgb(33, 102, 172); }
`;
