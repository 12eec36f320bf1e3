// Outputs of comparisons against the schemas of those who read them; the copies are in test/report/schemas.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { validateXML } from 'xmllint-wasm';

const read = (name: string) => readFileSync(new URL(`../report/schemas/${name}`, import.meta.url), 'utf8');

const junit = read('junit-windyroad.xsd');

/** Empty when the XML is what readers of JUnit expect. */
export async function junitErrors(xml: string): Promise<string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [junit] });
  return errors.map(({ message }) => message);
}

// Draft 04, but for its `$schema` and `id` it says nothing that later drafts read otherwise. One of its patterns (of
// languages) has a bracket too many, which only regular expressions without the u flag allow.
const { $schema: _draft, id: _id, ...draft07 } = JSON.parse(read('sarif-2.1.0-rtm.5.json'));
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(draft07);

/** Empty when it is a SARIF log, version 2.1.0. */
export function sarifErrors(log: unknown): string[] {
  validate(log);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
