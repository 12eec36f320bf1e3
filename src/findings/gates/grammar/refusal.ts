// Why a rule that a person wrote is refused: a value, because this room does not throw errors at users.

export interface Refusal {
  /** One sentence. */
  message: string;
  /** The cure. */
  hint: string;
}

export const refuse = (message: string, hint: string): Refusal => ({ message, hint });

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'hint' in value && 'message' in value;
}
