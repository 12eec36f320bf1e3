// `culprit ps`: the Node.js processes here.
import Table from 'cli-table3';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { escapeControls } from '../../report/escape.ts';
import { listNodeProcesses, type NodeProcess } from '../../target/proc/processes.ts';
import { formatBytes, formatDuration } from '../../units/units.ts';
import type { PsOptions } from '../commands/ps.ts';

export async function ps({ json }: PsOptions): Promise<ExitCode> {
  const processes = await listNodeProcesses();
  if (json) {
    const shown = processes.map(({ argv: _argv, startTicks: _ticks, ...rest }) => rest);
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return EXIT.done;
  }
  if (processes.length === 0) {
    process.stdout.write('No Node.js process runs here that you may see.\n');
    return EXIT.done;
  }
  const table = new Table({
    head: ['PID', 'NODE', 'AGE', 'RSS', 'PORTS', 'INSPECTOR', 'ATTACH', 'COMMAND'],
    style: { head: [], border: [], compact: true },
    chars: {
      mid: '',
      'left-mid': '',
      'mid-mid': '',
      'right-mid': '',
      top: '',
      'top-left': '',
      'top-mid': '',
      'top-right': '',
      bottom: '',
      'bottom-left': '',
      'bottom-mid': '',
      'bottom-right': '',
      left: '',
      right: '',
      middle: ' ',
    },
  });
  for (const entry of processes) table.push(row(entry));
  process.stdout.write(`${table.toString()}\n`);
  for (const { pid, attachable } of processes) {
    if (!attachable.ok)
      process.stdout.write(
        `\n${pid} cannot be attached to: ${escapeControls(attachable.reason)}. ${escapeControls(attachable.cure)}\n`,
      );
  }
  return EXIT.done;
}

function row(entry: NodeProcess): string[] {
  const { inspector } = entry;
  return [
    String(entry.pid),
    entry.version ?? '?',
    entry.ageSeconds === undefined ? '?' : formatDuration(entry.ageSeconds * 1_000),
    entry.rssBytes === undefined ? '?' : formatBytes(entry.rssBytes),
    entry.listeningPorts.map(({ port }) => port).join(' ') || '-',
    inspector.state === 'open' ? `open :${inspector.port}` : inspector.state,
    entry.attachable.ok ? 'yes' : `no (${entry.attachable.kind})`,
    escapeControls(entry.command, 60),
  ];
}
