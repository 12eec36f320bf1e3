// Text of YAML as values. A module of its own, so that it is loaded only where there is YAML: it takes megabytes, and most
// configurations are JSON. The bundler gives a package that is CommonJS only a default export where import() asks for it.
import { parse } from 'yaml';

/** An alias may stand for a list of aliases: a small file could expand to gigabytes. */
export const MAX_ALIASES = 100;

/** Throws the parser's error for what is no YAML. */
export const parseYaml = (text: string): unknown =>
  parse(text, { maxAliasCount: MAX_ALIASES, logLevel: 'error' });
