// What is evaluated in the target, as text: expressions that install a probe (with the command line API, which has
// `require`). Everything else in this folder is what they are bundled from.
import { PROBE_URL } from '../probe-url.ts';
import installProbe from './install-probe.ts?probe';
import createKeepAliveList from './keep-alive/keep-alive-list.ts?probe';
import type { ProbeConfig } from './probe-protocol.ts';
import type { SettingsProbeConfig } from './settings/settings-probe.ts';
import installSettingsProbe from './settings/settings-probe.ts?probe';

/** Gives a `ProbeHandle`, or a string that says why there is none. */
export function probeSource(config: ProbeConfig): string {
  return callOf(installProbe, config);
}

/** Gives a `KeepAliveHandle`, or a string that says why there is none. */
export function keepAliveSource(): string {
  return callOf(createKeepAliveList, { url: PROBE_URL });
}

/** Gives a `SettingsHandle`, or a string that says why there is none. */
export function settingsProbeSource(config: SettingsProbeConfig): string {
  return callOf(installSettingsProbe, config);
}

/** Frames of the code are told apart from the program's by the script name. */
function callOf(code: string, config: { url: string }): string {
  const load = "typeof require === 'function' ? require : undefined";
  return `${code}(${load}, ${JSON.stringify(config)})\n//# sourceURL=${config.url}`;
}
