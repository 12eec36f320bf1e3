// File descriptors that accumulate, by what they are: files of one pattern, pipes, inotify, deleted files. Sockets have
// a rule of their own.
import { blame as blameOf } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { CountGrowth } from '../../../analysis/growth/resource-growth.ts';
import type { AsyncSite } from '../../../model/async-resource.ts';
import type { FdGroup } from '../../../model/samples.ts';
import {
  type CreationSite,
  neverEnded,
  orWhoAnswers,
  siteOfAllocations,
  siteOfCalls,
  siteOfMakers,
  siteOfSurvivors,
  siteOfSynchronous,
} from '../../creation-site.ts';
import { countEvidence, isPilingUp, leakDraft, whenFdsRunOut } from '../../leak-draft.ts';
import { companionAdvice, companionCaveat, siteOfCompanion } from '../../memory/companion.ts';
import type { Draft, Rule } from '../../rule.ts';
import { SITE_SURVIVAL } from '../../thresholds/growth.ts';
import { FD_LEAK } from '../../thresholds/handles.ts';
import { inBrackets, perSecond, placeWithLibrary } from '../../wording.ts';

export const fdLeak: Rule = {
  kind: 'fd-leak',
  judge(facts) {
    if (!facts.observations.passive.some((sample) => sample.fds))
      return { notApplicable: 'the descriptors of the process could not be read' };
    return facts.fds
      .filter(({ subject, trend }) => subject.kind !== 'socket' && isPilingUp(trend))
      .map((group) => describe(group, facts));
  },
};

function describe({ subject: fd, trend }: CountGrowth<FdGroup>, facts: Facts): Draft {
  const { slopePerSecond } = trend;
  const site =
    orWhoAnswers(findSite(facts, fd, slopePerSecond), facts, slopePerSecond) ??
    siteOfCompanion(facts, slopePerSecond);
  const what = NAMES[fd.kind] ?? 'descriptors';
  const named = fd.kind === 'file' || fd.kind === 'deleted-file' ? `${what} ${fd.pattern}` : what;
  return leakDraft(facts, {
    kind: 'fd-leak',
    title: `Open ${named} accumulate at ${perSecond(trend.slopePerSecond)} ${neverEnded('closed', site)}${inBrackets(site?.blame)}`,
    subject: { type: 'file', name: fd.pattern },
    site,
    metric: 'fds',
    ratePerSecond: trend.slopePerSecond,
    runsOut: whenFdsRunOut(facts, trend),
    evidence: [countEvidence(`open ${named}`, trend)],
    innocentExplanation:
      'Files that are open for work in progress are closed when it ends. The number of these rose until the end of the capture.',
    advice: adviceFor(site),
    ...((site?.isByWorkers || site?.companion) && { isAdviceWhole: true }),
    caveats: caveatsOf(site, named),
    things: `open ${named}`,
    effect: 'fds',
    explains: ['heap', 'external', 'native'],
    confidence: FD_LEAK.confidence,
    urgency: { least: FD_LEAK.leastUrgency },
  });
}

function caveatsOf(site: CreationSite | null, things: string): string[] {
  if (!site) return ['The code that opens them is unknown.'];
  if (site.companion) return [companionCaveat(site.companion, things)];
  return site.isByWorkers
    ? [
        'culprit infers the place: about as many worker threads are started there as descriptors stay open, and no place in the main thread was observed to open them.',
      ]
    : [];
}

/** Where no line of the application opens them, the reader cannot change the one that does. */
function adviceFor(site: CreationSite | null): string {
  if (site?.companion) return companionAdvice(site.companion);
  const { app = null, inner = null, library = null } = site?.blame ?? {};
  const owner = (inner ?? library)?.package;
  if (site?.isByWorkers)
    return `The worker threads that ${owner ? `${owner} starts there` : 'are started there'} open them: keep one worker for all instead of starting one each time, or end each by the method that closes what it has open (end, close, destroy), not by dropping it.`;
  return app || !owner
    ? 'Close what was opened on every path: try/finally around a FileHandle, stream.pipeline() instead of pipe(), and destroy() of the stream when the client goes away.'
    : `${owner} opens them and does not close all of them, such as when a client goes away. Look for a newer version of it, or for an option that makes it close them or open none.`;
}

const NAMES: Partial<Record<FdGroup['kind'], string>> = {
  file: 'files',
  'deleted-file': 'deleted files',
  directory: 'directories',
  pipe: 'pipes',
  inotify: 'file watchers (inotify)',
  eventfd: 'event descriptors',
  epoll: 'epoll descriptors',
  device: 'devices',
};

/** How a descriptor comes to be: fs.promises keeps an object, callbacks only ask, streams open later, *Sync leaves CPU time. */
function findSite(facts: Facts, { kind }: FdGroup, slopePerSecond: number): CreationSite | null {
  if (kind === 'pipe') return siteOfSurvivors(facts, ['PIPEWRAP', 'PROCESSWRAP'], slopePerSecond);
  if (kind === 'inotify') return siteOfSurvivors(facts, ['FSEVENTWRAP'], slopePerSecond);
  // Native code and worker threads open these, and no function of Node's that opens files.
  if (kind === 'eventfd' || kind === 'epoll') return siteOfWorkers(facts, slopePerSecond);
  return (
    siteOfSurvivors(facts, ['FILEHANDLE', 'fs.stream'], slopePerSecond) ??
    siteOfOpens(facts) ??
    siteOfAllocations(facts, /^(createReadStream|createWriteStream|ReadStream|WriteStream)$/) ??
    siteOfCalls(facts, /^(fs\.)?open(Sync)?$/) ??
    siteOfWorkers(facts, slopePerSecond)
  );
}

/** What a worker opens is out of sight of the main thread's hooks: the place that starts workers at this very pace. */
function siteOfWorkers(facts: Facts, slopePerSecond: number): CreationSite | null {
  const site = siteOfMakers(facts, ['WORKER'], slopePerSecond);
  const isAtPace = (site?.madePerSecond ?? 0) <= slopePerSecond * SITE_SURVIVAL.samePace;
  return site && isAtPace ? { ...site, isByWorkers: true } : null;
}

/** Functions of Node that open a file, read or write the whole of it, and close it themselves. */
const CLOSES_ITSELF = /^(readFile|writeFile|appendFile|copyFile|cp)$/;

/** Requests to open a file end at once; of those who have to close it, the busiest place that asks is the likeliest. */
function siteOfOpens(facts: Facts): CreationSite | null {
  const runs = ({ frames }: AsyncSite, nodeFunction: RegExp) =>
    frames.some(({ owner, functionName }) => owner === 'node' && nodeFunction.test(functionName));
  const opens = facts.observations.asyncObservations
    .flatMap(({ sites }) => sites)
    .filter(
      (site) =>
        /^FSREQ/.test(site.type) &&
        runs(site, /^(open|_construct|openFileHandle)$/) &&
        !runs(site, CLOSES_ITSELF),
    );
  const made = (site: AsyncSite) => site.reads.at(-1)!.made;
  // A stream closes its file by itself when it ends; what was opened by hand must be closed by hand.
  const isStream = (site: AsyncSite) => runs(site, /_construct|constructNT/);
  const usable = opens.filter((site) => blameOf(site.frames).subject).sort((a, b) => made(b) - made(a));
  const byHand = usable.find((site) => !isStream(site));
  const isOften = byHand && made(byHand) >= made(usable[0]!) / FD_LEAK.streamsPerHand;
  // Streams that stay open were seen to stay. What opens without waiting is seen by the time it takes only.
  const atOnce = isOften ? null : siteOfSynchronous(facts, 'fs.openSync', 'fs.closeSync');
  const best = isOften ? byHand : usable[0];
  if (atOnce || !best) return atOnce;
  const blame = blameOf(best.frames, 'of calls');
  return {
    blame,
    frame: blame.subject!,
    evidence: {
      source: 'async-resources',
      statement: `${placeWithLibrary(blame)} was observed opening files`,
    },
  };
}
