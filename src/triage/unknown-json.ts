// Reading JSON that others wrote: every field may be missing or of another kind.

export function objectIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
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

const SIZES: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** "256Mi" in bytes; null for what is no such quantity. */
export function bytesOf(quantity: unknown): number | null {
  const match = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(quantity ?? ''));
  return match ? Math.round(Number(match[1]) * SIZES[match[2] ?? '']!) : null;
}
