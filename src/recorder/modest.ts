// Keeps the recorder's footprint small: when memory runs out the kernel should end it and not the target, the target's CPU
// share comes first, and what the image's NODE_OPTIONS switched on in the recorder is switched off again.

import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** Never throws: what is not allowed here is left as it is. */
export async function beModest(): Promise<void> {
  const attempts = [
    // https://docs.kernel.org/filesystems/proc.html#proc-pid-oom-adj-proc-pid-oom-score-adj: 1000 is first in line.
    () => writeFileSync('/proc/self/oom_score_adj', '1000'),
    () => setPriority(5),
    // Compiling what runs for half a minute takes 10 MB and saves no CPU time here (measured on 24).
    ...['--no-opt', '--no-maglev', '--no-sparkplug'].map((flag) => () => setFlag(flag)),
    () => setFlagsFromString('--optimize-for-size'),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch {}
  }
  await closeOwnInspector().catch(() => {});
}

/** V8 complains on standard error of flags that it does not know: maglev came with Node 20. */
function setFlag(flag: string): void {
  if (flag !== '--no-maglev' || Number.parseInt(process.versions.node, 10) >= 20) setFlagsFromString(flag);
}

/** `--inspect` in NODE_OPTIONS would keep the port that the target opens on our signal. */
async function closeOwnInspector(): Promise<void> {
  if (!/--inspect/.test(process.env.NODE_OPTIONS ?? '')) return;
  const inspector = await import('node:inspector');
  if (inspector.url()) inspector.close();
}
