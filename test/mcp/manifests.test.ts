// What agents, plugins and registries read beside the code: the skill, the plugin and the server's manifest.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const textOf = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const json = (path: string) => JSON.parse(textOf(path));
const manifest = json('package.json');

test('the server is listed under the name and version of the package', () => {
  const { name, version, description, packages } = json('server.json');
  expect({ name, version }).toEqual({ name: manifest.mcpName, version: manifest.version });
  expect(name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
  // The most that the registry takes.
  expect(description.length).toBeLessThanOrEqual(100);
  expect(packages).toEqual([
    {
      registryType: 'npm',
      identifier: manifest.name,
      version: manifest.version,
      runtimeHint: 'npx',
      transport: { type: 'stdio' },
      packageArguments: [{ type: 'positional', value: 'mcp' }],
    },
  ]);
});

test('the plugin starts the server of its own version', () => {
  const { name, version, mcpServers } = json('.claude-plugin/plugin.json');
  expect({ name, version }).toEqual({ name: manifest.name, version: manifest.version });
  expect(mcpServers.culprit).toEqual({ command: 'npx', args: ['-y', `culprit@${version}`, 'mcp'] });
  expect(readdirSync(fileURLToPath(new URL('../../.claude-plugin', import.meta.url)))).toEqual([
    'plugin.json',
  ]);
});

describe('the skill', () => {
  const path = 'skills/culprit/SKILL.md';
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(textOf(path)) ?? [];
  const fields = parse(head);

  test('has the fields that the format knows, within their bounds', () => {
    expect(Object.keys(fields)).toEqual(['name', 'description', 'license', 'compatibility']);
    expect(fields.name).toBe(basename(dirname(path)));
    expect(fields.description.length).toBeLessThanOrEqual(1_024);
    expect(fields.compatibility.length).toBeLessThanOrEqual(500);
  });

  test('is short enough to be read as a whole, and is packed', () => {
    // As the format recommends: 5,000 tokens and 500 lines.
    expect(body.length / 4).toBeLessThan(5_000);
    expect(body.split('\n').length).toBeLessThan(500);
    expect(manifest.files).toContain('skills');
  });
});
