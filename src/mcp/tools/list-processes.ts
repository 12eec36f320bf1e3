// `list_processes`: the Node.js processes here, and which of them can be diagnosed.
import * as v from 'valibot';
import { appPorts } from '../../target/family/family.ts';
import { listNodeProcesses, type NodeProcess } from '../../target/processes.ts';
import { formatBytes, formatDuration } from '../../units/units.ts';
import { READS_ONLY, type Tool } from '../tool.ts';

const entries = {
  match: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(200),
      v.description('Only those with this text in their command line, app name or port.'),
    ),
  ),
};

export const listProcessesTool: Tool<typeof entries> = {
  name: 'list_processes',
  title: 'List Node.js processes',
  description:
    'Lists the Node.js processes on this machine: pid, age, memory, ports, role in their family, and whether culprit can look into them. Reads /proc only.',
  entries,
  annotations: READS_ONLY,
  async run({ match }) {
    const alive = (await listNodeProcesses({ asksPorts: false })).filter(({ state }) => state !== 'Z');
    const found = match === undefined ? alive : alive.filter((entry) => isMeant(entry, match));
    // A list is cut at its end.
    found.sort((a, b) => Number(b.attachable.ok) - Number(a.attachable.ok) || portsFirst(a, b));
    return {
      summary: `${found.length === 1 ? 'One Node.js process' : `${found.length} Node.js processes`}.`,
      body: { processes: found.map(describe) },
      notJudged: ['Processes of other users and other machines are not listed, and nothing is measured.'],
    };
  },
};

function isMeant({ argv, family, listeningPorts }: NodeProcess, text: string): boolean {
  const words = [...argv, family.app ?? '', ...listeningPorts.map(({ port }) => String(port))];
  return words.join(' ').includes(text.replace(/^:/, ''));
}

const portsFirst = (a: NodeProcess, b: NodeProcess) =>
  appPorts(b).length - appPorts(a).length || a.pid - b.pid;

function describe(entry: NodeProcess) {
  const { pid, version, ageSeconds, rssBytes, command, family, attachable } = entry;
  return {
    pid,
    command,
    node: version,
    age: ageSeconds === undefined ? undefined : formatDuration(ageSeconds * 1_000),
    rss: rssBytes === undefined ? undefined : formatBytes(rssBytes),
    ports: appPorts(entry),
    role: family.role === 'program' ? undefined : family.role,
    app: family.app,
    canLook: attachable.ok,
    ...(attachable.ok ? {} : { reason: attachable.reason }),
  };
}
