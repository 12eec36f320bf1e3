// Values that belong together: what one function closes over, or what one object keeps.

export interface FieldGroup {
  /** `own` properties of the owner, its `private` ones, or variables of a scope around it. */
  kind: 'own' | 'private' | 'scope';
  owner: object;
  /** The class of the owner, or the function's name. */
  of: string;
  /** Which of the scopes around the function, the innermost being 0. */
  scope: number;
  fields: Record<string, unknown>;
}

export type FieldVisitor = (group: FieldGroup) => void;
