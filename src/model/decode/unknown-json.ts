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
  const number = asNumber(objectIn(value)[key]);
  return Number.isFinite(number) ? number : null;
}

/** NaN for what is no number, not even as text. */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
