// culprit's own version, inserted by the build; "dev" when run from source.

declare global {
  var CULPRIT_VERSION: string | undefined;
}

export const VERSION: string = globalThis.CULPRIT_VERSION ?? 'dev';
