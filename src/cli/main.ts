// The command line: which commands there are, and the one place that turns errors into text and exit codes. Commands
// are loaded when they are called, so that --help costs next to nothing.
import { Command, CommanderError } from 'commander';
import { DEFAULT_WORDS } from '../capture/capture-words.ts';
import { DEFAULTS } from '../defaults.ts';
import { CulpritError } from '../errors.ts';
import { EXIT, exitCodeOfError } from '../exit-codes.ts';
import { escapeControls } from '../report/escape.ts';
import { writeDuration } from '../units/duration.ts';
import { formatDuration } from '../units/units.ts';
import { VERSION } from '../version.ts';
import { addComparisonCommands } from './comparison-commands.ts';
import { addReadinessCommands } from './readiness-commands.ts';
import { withPlaceOptions } from './remote-place.ts';
import { addTriageCommand } from './triage-command.ts';

const TARGET_HELP = `
A target is one of
  4242                 a process id
  :3000                the port that the app (or its inspector) listens on
  server.js            a part of the command line of one process
  127.0.0.1:9229       the address of an open inspector, or its ws:// URL
  -- node app.js ...   a command to launch

Exit codes: 0 done, 1 a gate failed (--fail-on), 2 wrong use, 3 could not attach or capture,
130 interrupted with nothing to report.`;

const HEAP_HELP = `
One snapshot shows what is big. Three of one program, taken under load and minutes apart, show what grows:
  culprit heap first.heapsnapshot second.heapsnapshot third.heapsnapshot

Exit codes: 0 done, 1 something grew at every step (--fail-on-growth), 2 wrong use, or no whole snapshot.`;

function createProgram(launch: string[]): Command {
  const program = new Command('culprit')
    .description(
      'Point it at a running Node.js process: it names what is wrong, proves it, says what to do, and leaves the process as it found it.',
    )
    .version(VERSION)
    .showHelpAfterError('Run with --help for the options.')
    .exitOverride();
  program
    .command('ps')
    .description('Node.js processes here, and whether culprit could attach to each')
    .option('--json', 'print JSON')
    .action(async (options) => (await import('./commands/ps.ts')).ps(options));
  addReadinessCommands(program);
  withCaptureOptions(
    program
      .command('diagnose')
      .argument('[target]')
      .description('find out what is wrong with a running process'),
  )
    .option('--json [file]', 'write the report as JSON; "-" or nothing is standard output')
    .option('--out <dir>', 'keep the recording in this folder')
    .option('--flame [file]', 'also write a flame graph (HTML)')
    .option(
      '--fail-on <severity>',
      'exit with 1 when a finding is at least this grave: notice, warning, critical',
    )
    .addHelpText('after', TARGET_HELP)
    .action(async (target, options) =>
      (await import('./commands/diagnose.ts')).diagnoseCommand(target, launch, options),
    );
  withCaptureOptions(
    program.command('record').argument('[target]').description('capture only; analyse later or elsewhere'),
  )
    .requiredOption('-o, --out <path>', 'a new folder, a FILE.tgz, or "-" for standard output')
    .addHelpText('after', TARGET_HELP)
    .action(async (target, options) =>
      (await import('./commands/record.ts')).recordCommand(target, launch, options),
    );
  addRemoteCommands(program);
  program
    .command('analyze')
    .argument('<path...>')
    .description('diagnose a recording, a .cpuprofile, a .heapprofile or a diagnostic report')
    .option('--json [file]', 'write the report as JSON; "-" or nothing is standard output')
    .option(
      '--fail-on <severity>',
      'exit with 1 when a finding is at least this grave: notice, warning, critical',
    )
    .option('--quiet', 'verdict and titles only')
    .action(async (paths, options) => (await import('./commands/analyze.ts')).analyzeCommand(paths, options));
  program
    .command('heap')
    .argument('<snapshot...>')
    .description('explain a .heapsnapshot[.gz]; with several of one program, oldest first, what grows')
    .option('--json [file]', 'write the report as JSON; "-" or nothing is standard output')
    .option('--top <number>', 'rows of each table', String(DEFAULTS.heap.top))
    .option('--show-strings', 'show the texts of duplicated strings, which may be secret')
    .option('--fail-on-growth', 'exit with 1 when something grew at every step')
    .option('--quiet', 'no progress, and the verdict only')
    .addHelpText('after', HEAP_HELP)
    .action(async (files, options) => (await import('./commands/heap.ts')).heapCommand(files, options));
  program
    .command('flame')
    .argument('<recording|profile>')
    .description(
      'a flame graph as one HTML file that opens from disk with no network; or a profile for pprof',
    )
    .option(
      '--renderer <name>',
      'speedscope, 0x, collapsed (text on standard output), speedscope-json (the same), pprof (a .pb.gz file)',
      DEFAULTS.flame.renderer,
    )
    .option('--heap', 'with pprof: the last heap profile in it, instead of the CPU profile')
    .option('-o, --out <file>', 'the file to write; "-" is standard output')
    .action(async (path, options) => (await import('./commands/flame.ts')).flameCommand(path, options));
  addTriageCommand(program);
  addComparisonCommands(program);
  return program;
}

function addRemoteCommands(program: Command): void {
  const command = program
    .command('k8s')
    .argument('<pod|deployment/name|container|host>')
    .description('diagnose a process in a pod, a container or on another host: nothing is installed there');
  withPlaceOptions(withCaptureOptions(command))
    .option(
      '--target <word>',
      'which process there: a pid, :port or a part of its command line',
      DEFAULTS.remote.target,
    )
    .option('--json [file]', 'write the report as JSON; "-" or nothing is standard output')
    .option('-o, --out <file>', 'keep the recording as this FILE.tgz')
    .option('--dry-run', 'print the commands, and do nothing')
    .option(
      '--fail-on <severity>',
      'exit with 1 when a finding is at least this grave: notice, warning, critical',
    )
    .hook('preAction', (called) => {
      if (called.getOptionValueSource('snapshot') === 'default')
        called.setOptionValue('snapshot', DEFAULTS.remote.snapshot);
    })
    .action(async (name, options) => (await import('./commands/k8s.ts')).k8sCommand(name, options));
}

function withCaptureOptions(command: Command): Command {
  return command
    .option('--duration <time>', 'how long to look: 30s, 2m, 500ms', DEFAULT_WORDS.duration)
    .option('--interval <time>', 'distance of two samples; at least 8 are taken', DEFAULT_WORDS.interval)
    .option(
      '--max-pause <time>',
      'the longest single pause culprit may cause in the target',
      DEFAULT_WORDS.maxPause,
    )
    .option(
      '--async <how>',
      'watch async work: burst (hooks on for moments), full (all the time: for a dev box), off',
      DEFAULT_WORDS.async,
    )
    .option(
      '--snapshot <when>',
      'heap snapshots: auto (when needed, and it fits), never, force (whatever the pause, never beyond the memory)',
      DEFAULT_WORDS.snapshot,
    )
    .option(
      '--trace <file>',
      "also write Node's trace events, for Perfetto or chrome://tracing; at most 100 MB",
    )
    .option(
      '--why-alive',
      `list what keeps the process alive; looks for ${formatDuration(DEFAULTS.whyAlive.durationMillis)} unless --duration is given`,
    )
    .option('--quiet', 'no progress, and verdict and titles only')
    .hook('preAction', (called) => {
      const isGiven = called.getOptionValueSource('duration') !== 'default';
      if (called.getOptionValue('whyAlive') && !isGiven)
        called.setOptionValue('duration', writeDuration(DEFAULTS.whyAlive.durationMillis));
    });
}

/** Runs the command line and resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // What follows "--" is a command to launch, whatever it looks like.
  const at = argv.indexOf('--');
  const launch = at < 0 ? [] : argv.slice(at + 1);
  const own = wordsOfOurs(argv, at);
  try {
    const program = createProgram([...launch]);
    if (own.length === 0) {
      program.outputHelp();
      return EXIT.wrongUse;
    }
    await program.parseAsync([...own], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (error) {
    return explain(error);
  }
}

/** To a pod nothing is launched: there the words after "--" are options like the others. */
function wordsOfOurs(argv: readonly string[], at: number): readonly string[] {
  if (at < 0) return argv;
  return argv[0] === 'k8s' ? [...argv.slice(0, at), ...argv.slice(at + 1)] : argv.slice(0, at);
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  if (error instanceof CulpritError) {
    process.stderr.write(`culprit: ${shown(error.message)}\n${error.hint ? `  ${shown(error.hint)}\n` : ''}`);
    return exitCodeOfError(error);
  }
  process.stderr.write(
    `culprit: this is a defect of culprit, please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.cannotAttach;
}

/** Messages may quote names from the target; a list to choose from keeps its lines. */
function shown(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeControls(line))
    .join('\n');
}

// A reader that has seen enough (`culprit ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const code = await main(process.argv.slice(2));
// A peer that holds a connection open must not hold us; what was written is flushed first.
process.stdout.write('', () => process.exit(code));
