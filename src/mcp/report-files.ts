// The files of a recording that a client can read: the whole report as JSON, and as one HTML page for people.
import {
  type McpServer,
  type ResourceLink,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { renderJson } from '../report/json.ts';
import { renderHtml } from '../report/page/html.ts';
import type { Kept, Recordings } from './recordings.ts';

const FILES = {
  'report.json': { mimeType: 'application/json', what: 'The whole report', render: renderJson },
  'report.html': { mimeType: 'text/html', what: 'The report as a page, for people', render: renderHtml },
} as const;
type FileName = keyof typeof FILES;

const uriOf = (handle: string, name: string) => `culprit://recordings/${handle}/${name}`;

export function linksTo({ handle }: Kept): ResourceLink[] {
  return Object.entries(FILES).map(([name, { mimeType, what }]) => ({
    type: 'resource_link',
    uri: uriOf(handle, name),
    name,
    description: what,
    mimeType,
  }));
}

/** They are made when they are read. Their text comes from the program as it is, for a program or a browser. */
export function addReportFiles(server: McpServer, recordings: Recordings): void {
  const template = new ResourceTemplate(uriOf('{recording}', '{file}'), { list: undefined });
  server.registerResource(
    'report',
    template,
    { title: 'Report of a recording', description: `Files: ${Object.keys(FILES).join(', ')}` },
    (uri, { recording, file }) => {
      const kept = typeof recording === 'string' ? recordings.byHandle(recording) : undefined;
      const name = Object.keys(FILES).find((known): known is FileName => known === file);
      if (!kept || !name) throw new ResourceNotFoundError(uri.href);
      const { mimeType, render } = FILES[name];
      return { contents: [{ uri: uri.href, mimeType, text: render(kept.report) }] };
    },
  );
}
