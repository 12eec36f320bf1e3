// Amounts as Kubernetes writes them.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

const SUFFIXES: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** "256Mi" is 268435456, "500m" is 0.5; undefined for what is no quantity of Kubernetes. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)(m|k|M|G|T|Ki|Mi|Gi|Ti|)$/.exec(value.trim());
  return match ? Number(match[1]) * SUFFIXES[match[2]!]! : undefined;
}
