import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { toSpeedscope } from '../../src/report/flame/speedscope.ts';
import { renderSpeedscopeHtml } from '../../src/report/flame/speedscope-html.ts';
import { readViewer } from '../../src/report/flame/viewer-file.ts';
import { renderZeroXHtml } from '../../src/report/flame/zero-x-html.ts';
import { buildCpuProfile, buildFrame, HOSTILE_NAME } from './build-report.ts';

const profiles = [
  buildCpuProfile([
    { frames: [buildFrame('handleOrder', { file: 'src/orders.ts', line: 42 })], micros: 1000 },
    { frames: [buildFrame(HOSTILE_NAME, { file: HOSTILE_NAME, line: 1 })], micros: 1000 },
    { frames: [buildFrame('x'.repeat(1 << 20))], micros: 1000 },
  ]),
];

const renderers: [string, () => Promise<string>][] = [
  [
    'speedscope',
    async () => renderSpeedscopeHtml(toSpeedscope(profiles, HOSTILE_NAME), await readViewer('speedscope')),
  ],
  ['0x', async () => renderZeroXHtml(profiles, HOSTILE_NAME, await readViewer('0x'))],
];

describe.each(renderers)('the %s page', (_, render) => {
  let html = '';
  let scripts: string[] = [];
  beforeAll(async () => {
    html = await render();
    scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '');
  });

  test('asks for nothing outside itself', () => {
    const page = html.replace(/<script>[\s\S]*?<\/script>/g, '');
    const loads = [
      ...page.matchAll(/<[a-z][^>]*\s(?:src|href)\s*=\s*(?!"data:)[^>]{0,80}/gi),
      ...page.matchAll(/(?:@import|url\()\s*(?!["']?data:)["']?.{0,80}/gi),
      ...html.matchAll(/sourceMappingURL.{0,80}/g),
    ];
    expect(loads.map((match) => match[0])).toEqual([]);
  });

  test('allows the browser no connection, and no script but its own two', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const hashes = scripts.map(
      (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    );
    expect(hashes).toHaveLength(2);
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src ${hashes.join(' ')} 'wasm-unsafe-eval';`);
  });

  test('holds the profile as data that parses', () => {
    const json = /<script type="application\/json" id="profile">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(JSON.stringify(JSON.parse(json))).toContain('handleOrder (src/orders.ts:42)');
  });

  test('keeps hostile names as text', () => {
    const markup = html.match(/<script>alert|<img src=x|[\x1b\u202e]/gu);
    expect(markup).toBeNull();
    expect(html.match(/<\/script>/g)).toHaveLength(3);
  });

  test('is bounded by the viewer, not by names of a megabyte', () => {
    expect(html.length).toBeLessThan(1_200_000);
  });

  test('carries the license of the viewer', () => {
    expect(html).toMatch(/Viewer: (speedscope|0x) \d+\.\d+[\s\S]*Permission is hereby granted/);
  });
});
