// The schemas people read are made from the ones the code is typed by. Update with
// `npx vitest run test/wire/published-schemas.test.ts -u` after reading what changed.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { jsonSchemaOf, SCHEMA_NAMES, watchConfigJsonSchema } from '../support/json-schemas.ts';

const FOLDER = fileURLToPath(new URL('../../schema/', import.meta.url));

test.each(SCHEMA_NAMES)('schema/%s.schema.json is what the source says', async (name) => {
  const text = `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`${FOLDER}${name}.schema.json`);
});

test('schema/culprit-watch.schema.json is what the source says', async () => {
  const text = `${JSON.stringify(watchConfigJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`${FOLDER}culprit-watch.schema.json`);
});

test('no schema of an older version lies beside them', () => {
  const written = SCHEMA_NAMES.map((name) => `${name}.schema.json`);
  expect(readdirSync(FOLDER).toSorted()).toEqual(
    [...written, 'culprit-config.schema.json', 'culprit-watch.schema.json'].toSorted(),
  );
});

test.each(SCHEMA_NAMES)('fields of a later version are allowed everywhere in %s', (name) => {
  expect(JSON.stringify(jsonSchemaOf(name))).not.toContain('"additionalProperties":false');
});
