// How a process that blocks SIGUSR1 can be attached to. Node blocks the signal under its permission model and with
// --disable-sigusr1. As tried on Node 20, 22, 24 and 26.

/** Versions that know --allow-inspector: [major, minor] from which on a major has it; later majors all do. */
const ALLOW_INSPECTOR_SINCE: readonly [major: number, minor: number][] = [
  [24, 12],
  [25, 0],
];
const PERMISSION = /^--(experimental-)?permission$/;

/** One sentence. `flags` are those of the command line and of NODE_OPTIONS; `version` is "v24.12.0", null: unknown. */
export function cureOfBlockedSignal(flags: readonly string[], version: string | null): string {
  const permission = flags.find((flag) => PERMISSION.test(flag));
  if (permission !== undefined) return cureUnderPermission(permission, version);
  const cause = flags.includes('--disable-sigusr1')
    ? 'It was started with --disable-sigusr1'
    : 'Look for --disable-sigusr1 or --permission in its NODE_OPTIONS';
  return `${cause}: restart it without that flag, or add --inspect=127.0.0.1:0.`;
}

function cureUnderPermission(flag: string, version: string | null): string {
  if (version === null)
    return `It was started with ${flag}. On Node.js 24.12 or newer, restart it with --allow-inspector added. On earlier versions, restart it without ${flag}.`;
  return knowsAllowInspector(version)
    ? `It was started with ${flag}: restart it and add --allow-inspector.`
    : `Under ${flag}, Node.js ${version.replace(/^v/, '')} opens no inspector at all: restart it without that flag, or on Node.js 24.12 or newer with --allow-inspector.`;
}

function knowsAllowInspector(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return ALLOW_INSPECTOR_SINCE.some(
    ([since, from], i) =>
      (major === since && minor >= from) || (i === ALLOW_INSPECTOR_SINCE.length - 1 && major > since),
  );
}
