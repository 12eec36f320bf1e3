// What is said of a target that could not be left as it was found.

/** The worst that can happen: said before everything but the answer. */
export const NOT_RESTORED = 'The target could NOT be restored: see the warnings.';
