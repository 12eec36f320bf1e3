import { expect, test } from 'vitest';
import {
  escapeAllStrings,
  escapeControls,
  escapeHtml,
  escapeLogCommands,
  jsonForScript,
  jsonForTerminal,
} from '../../src/report/escape.ts';
import { HOSTILE_NAME } from './build-report.ts';

test('what a terminal would act on is shown instead', () => {
  expect(escapeControls('\x1b[31mred\x07\r\n\tend\x9b2J\x7f')).toBe(
    '\\x1b[31mred\\x07\\r\\n\\tend\\x9b2J\\x7f',
  );
});

test('bidi overrides, invisible characters, line separators and lone surrogates are shown', () => {
  expect(escapeControls('a\u202eb\u2066c\u200bd\u2028e\ud800f\ufeff')).toBe(
    'a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}e\\u{d800}f\\u{feff}',
  );
});

test('names in any script and emoji stay as they are', () => {
  expect(escapeControls('größe 名前 🔥 <T>')).toBe('größe 名前 🔥 <T>');
});

test('a long text is cut with an ellipsis, and never inside an escape or a surrogate pair', () => {
  expect(escapeControls('abcdef', 6)).toBe('abcdef');
  expect(escapeControls('abcdefg', 6)).toBe('abcdef…');
  expect(escapeControls('abcd\x1b[1m', 6)).toBe('abcd…');
  expect(escapeControls('abc🔥🔥', 6)).toBe('abc🔥…');
  expect(escapeControls('x'.repeat(1 << 20))).toHaveLength(401);
});

test('every string inside a value is escaped, and nothing else changes', () => {
  const value = { name: 'a\x1b', list: ['\n', 1, null, true], deeper: { at: 2, text: 'ok' } };
  expect(escapeAllStrings(value)).toEqual({
    name: 'a\\x1b',
    list: ['\\n', 1, null, true],
    deeper: { at: 2, text: 'ok' },
  });
});

test('markup is inert in HTML text and attributes', () => {
  expect(escapeHtml(`<b a="1" c='2'>&\x1b`)).toBe('&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\x1b');
});

test('JSON for a script holds nothing that ends the script, and is the same value', () => {
  const value = { name: HOSTILE_NAME, separators: '\u2028\u2029' };
  const json = jsonForScript(value);
  expect(json).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(json)).toEqual(value);
});

test('JSON for a terminal holds nothing a terminal acts on, and is the same value', () => {
  const value = { name: `${HOSTILE_NAME}\x7f\x9b\u{e0041}\ud800` };
  const json = jsonForTerminal(value);
  expect(json).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  expect(JSON.parse(json)).toEqual(value);
});

test('text in the log of a CI job commands nothing there', () => {
  const text = 'a::b\n::error::c\n \t::add-mask::d\n##[group]e x##[f';
  expect(escapeLogCommands(text)).toBe(
    'a::b\n\\x3a:error::c\n \t\\x3a:add-mask::d\n#\\x23[group]e x#\\x23[f',
  );
});

test('JSON in the log of a CI job commands nothing there, and is the same value', () => {
  const value = { name: '##[set-output name=x]y', more: '###[ \\##[' };
  const json = jsonForTerminal(value);
  expect(json).not.toContain('##[');
  expect(JSON.parse(json)).toEqual(value);
});

test('a name is cut, the sentences of culprit around it are not', () => {
  const sentence = `${'a sentence of culprit, '.repeat(30)}with an end.`;
  const safe = escapeAllStrings({
    title: 'x'.repeat(500),
    verdictReason: sentence,
    advice: [sentence],
    nextMeasurement: { command: sentence },
    evidence: [{ source: 'y'.repeat(500), statement: 'z'.repeat(5_000) }],
  });
  expect(safe.title).toBe(`${'x'.repeat(400)}…`);
  expect([safe.verdictReason, ...safe.advice, safe.nextMeasurement.command]).toEqual([
    sentence,
    sentence,
    sentence,
  ]);
  expect(safe.evidence).toEqual([{ source: `${'y'.repeat(400)}…`, statement: `${'z'.repeat(2_000)}…` }]);
});
