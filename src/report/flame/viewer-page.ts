// One HTML page that carries a viewer and its data, and that the browser keeps from loading anything else.
import { escapeHtml, jsonForScript } from '../escape.ts';
import { hashSource, inlineScript } from './inline-script.ts';

/** A flame graph viewer, as taken from its package. */
export interface ViewerAssets {
  /** Name and version. */
  name: string;
  /** The license texts of all packages in it, which have to travel with the code. */
  license: string;
  styles: string[];
  script: string;
}

export interface ViewerPage {
  title: string;
  viewer: ViewerAssets;
  /** Any JSON value; the start script finds it as `profileData`. */
  data: unknown;
  /** Our own code, run after the viewer's. */
  start: string;
}

const READ_DATA = `const profileData = JSON.parse(document.getElementById('profile').textContent);`;

/**
 * A page that opens from disk with no network. The policy in it allows inline styles and exactly our two scripts,
 * by hash: markup hidden in a name could neither run nor load anything, even if a viewer put it into the page.
 */
export function renderViewerPage({ title, viewer, data, start }: ViewerPage): string {
  const viewerScript = inlineScript(viewer.script);
  const startScript = inlineScript(`${READ_DATA}\n${start}`);
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy([viewerScript, startScript])}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<!-- Viewer: ${commentText(`${viewer.name}\n${viewer.license}`)} -->
${viewer.styles.map((style) => `<style>${style.replaceAll('</style', '<\\/style')}</style>`).join('\n')}
<script type="application/json" id="profile">${jsonForScript(data)}</script>
</head>
<body>
<script>${viewerScript}</script>
<script>${startScript}</script>
</body>
</html>
`;
}

function contentPolicy(scripts: string[]): string {
  return [
    `default-src 'none'`,
    // speedscope demangles C++ names in WebAssembly it carries.
    `script-src ${scripts.map(hashSource).join(' ')} 'wasm-unsafe-eval'`,
    `style-src 'unsafe-inline'`,
    'font-src data:',
    'img-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}

function commentText(text: string): string {
  return text.replace(/--|[<>]/g, ' ');
}
