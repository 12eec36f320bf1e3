// What the capture program does with a request. A failure is an answer as well.
import { CulpritError } from '../../errors.ts';
import type { Done, LookAnswer, LookRequest } from './request.ts';

/** Never rejects. */
export async function work(line: string, signal: AbortSignal): Promise<LookAnswer> {
  try {
    return { ...(await answer(JSON.parse(line) as LookRequest, signal)), cpuMillis: cpuMillis() };
  } catch (error) {
    const { message } = error as Error;
    const hint = error instanceof CulpritError && error.hint ? ` ${error.hint}` : '';
    return { ok: false, why: `${message}${hint}`, cpuMillis: cpuMillis() };
  }
}

async function answer(request: LookRequest, signal: AbortSignal): Promise<Done> {
  switch (request.do) {
    case 'look':
      return (await import('./look.ts')).look(request, signal);
    case 'flight':
      return (await import('./flight.ts')).recordWindow(request, signal);
    case 'flame':
      return (await import('./flame.ts')).drawFlame(request);
    case 'report':
      return (await import('./report.ts')).writeReport(request);
    case 'triage':
      return (await import('./leftovers.ts')).triageLeftovers(request);
  }
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1_000);
}
