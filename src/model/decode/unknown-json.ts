// Reading JSON that others wrote: every field may be missing or of another kind.

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectIn(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

export function listIn(value: unknown, key: string): unknown[] {
  const list = objectIn(value)[key];
  return Array.isArray(list) ? list : [];
}

export function textIn(value: unknown, key: string): string {
  const text = objectIn(value)[key];
  return typeof text === 'string' ? text.slice(0, 4_000) : '';
}

/** null for what is no number. Some tools write numbers as text. */
export function numberIn(value: unknown, key: string): number | null {
  const found = objectIn(value)[key];
  if (typeof found !== 'number' && (typeof found !== 'string' || found === '')) return null;
  return Number.isFinite(Number(found)) ? Number(found) : null;
}
