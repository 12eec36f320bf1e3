// The watch itself: reads from outside in rounds, and connects the parts that judge, act and send. Beside a round runs one
// thing at a time: the actions of one rule, or a light capture.
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { readStat } from '../target/proc/proc.ts';
import type { WatchState } from '../wire/watch/state.ts';
import type { ActionPlace } from './actions/act.ts';
import type { DiagnosePlace } from './actions/diagnose.ts';
import { refusalOf } from './actions/refusal.ts';
import { Alarms } from './alarms.ts';
import type { MetricsConfig, WatchConfig } from './config/watch-config.ts';
import { type CreateOtlp, createExporters, type Exporters } from './exporters.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { FollowedTargets } from './follow/followed-targets.ts';
import type { FollowSpec } from './follow/sight.ts';
import type { Slot } from './follow/slots.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { type LearnedBands, openBands } from './learned-bands.ts';
import { Looks } from './looks.ts';
import { createOutsideLook } from './passive/look-outside.ts';
import { pace, startPace } from './rules/pace.ts';
import { createRuleBook, type RuleBook } from './rules/rule-book.ts';
import { alertNameOf, Runbooks } from './runbooks.ts';
import { millisBetween, type WatchClock } from './store/clock.ts';
import type { Decision } from './store/decision-log.ts';
import { openStore, type Store } from './store/store.ts';
import { measure, type Target } from './targets.ts';
import type { AlertFacts } from './tell/alerts.ts';
import type { MetricsServer } from './tell/metrics-server.ts';
import { renderMetrics } from './tell/metrics-text.ts';
import { createTeller, type Teller } from './tell/teller.ts';
import { type WatchFacts, watchFamilies } from './tell/watch-metrics.ts';

export interface WatchOptions {
  config: WatchConfig;
  specs: readonly FollowSpec[];
  clock: WatchClock;
  /** Ends the watch. */
  signal: AbortSignal;
  version: string;
  /** Everything that is decided, as it is decided. */
  onDecision: (decision: Decision) => void;
}

/** Runs until `signal` aborts. Throws UsageError when the folder or the port of metrics is not to be had. */
export async function watch(options: WatchOptions): Promise<void> {
  saveMemory();
  const { config } = options;
  const createOtlp = config.otlp ? (await import('./tell/otlp/exporter.ts')).createOtlpExporter : null;
  const running = new Watch(options, createOtlp);
  let server: MetricsServer | null = null;
  try {
    if (config.metrics) server = await serve(config.metrics, running);
    await running.run(server?.port);
  } finally {
    server?.close();
    running.store.close();
  }
}

/** What runs for days, once in some seconds, gains nothing from compilers, and they take 13 MB on Node 26. */
function saveMemory(): void {
  // A young generation of 1 MB does for this, and V8 would let it grow to 16 MB and keep it.
  setFlagsFromString('--semi-space-growth-factor=1');
  for (const compiler of ['sparkplug', 'maglev', 'opt']) setFlagsFromString(`--no-${compiler}`);
}

/** A server takes memory: it loads where it is wanted. */
async function serve(config: MetricsConfig, running: Watch): Promise<MetricsServer> {
  const { serveMetrics } = await import('./tell/metrics-server.ts');
  return serveMetrics(config, () => running.metricsPage());
}

const SAVE_MILLIS = 10_000;

class Watch {
  readonly store: Store;
  private readonly options: WatchOptions;
  private readonly book: RuleBook;
  private readonly alarms: Alarms;
  private readonly teller: Teller;
  private readonly outside = createOutsideLook();
  private readonly followed: FollowedTargets;
  private readonly targets: ReadonlyMap<string, Target>;
  private readonly jobs: Jobs;
  private readonly looks: Looks;
  private readonly exporters: Exporters;
  private readonly bands: LearnedBands;
  private readonly flight: FlightRecorder | null;
  private readonly runbooks: Runbooks;
  private savedMillis = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions, createOtlp: CreateOtlp | null) {
    const { config, clock, signal } = options;
    this.options = options;
    this.store = openStore({
      folder: config.folder,
      quotaBytes: config.quotaBytes,
      onTrouble: (words) => this.decideStorage(words),
      onRecovery: (words) => this.decideStorage(words, 'done'),
    });
    const { before } = this.store;
    const atMillis = clock.monotonic();
    const awayMillis = before ? millisBetween(before.savedAt, clock.stamp()) : 0;
    this.book = createRuleBook(config.rules, { saved: before?.rules, awayMillis, atMillis });
    const names = new Set([...config.rules.map(({ name }) => name), ...config.runbooks.map(alertNameOf)]);
    this.teller = createTeller({
      hooks: config.webhooks,
      clock,
      open: before?.alerts.filter(({ rule }) => names.has(rule)) ?? [],
      onDelivery: (url, delivery) =>
        this.decide({
          ...NOBODY,
          what: 'webhook',
          why: new URL(url).host,
          outcome: delivery.is === 'delivered' ? 'done' : 'failed',
          detail: delivery.is === 'delivered' ? 'it accepts alerts again' : delivery.reason,
        }),
    });
    this.followed = new FollowedTargets({
      specs: options.specs,
      findingsBefore: (wanted) => before?.targets.find(({ name }) => name === wanted)?.findings,
      decide: (decision) => this.decide(decision),
      onEnded: (slot, pid, at) => {
        this.alarms.processEnded(slot, at);
        this.flight?.processEnded(slot.name, pid);
      },
      onDropped: ({ name }, at) => {
        this.alarms.forget(name, at);
        this.bands.forget(name);
      },
    });
    this.targets = this.followed.byName;
    this.jobs = createJobs(signal, (error) => this.decideStorage((error as Error).message));
    const decide = (decision: Omit<Decision, 'at'>) => this.decide(decision);
    const onTrouble = (words: string) => this.decideStorage(words);
    const { targets, jobs } = this;
    this.exporters = createExporters(
      config,
      { clock, version: options.version, decide, onTrouble },
      createOtlp,
    );
    this.bands = openBands({ ...config, clock, onTrouble });
    this.alarms = new Alarms({
      rules: config.rules,
      clock,
      book: this.book,
      teller: this.teller,
      bands: this.bands,
      targets,
      jobs,
      actions: () => this.place(),
      makeRoom: () => {
        this.looks.callOffLight();
        this.flight?.callOff();
      },
      event: (event) => this.exporters.event(event),
      decide,
      save: () => this.save(),
    });
    this.looks = new Looks({
      light: config.light,
      clock,
      signal,
      targets,
      jobs,
      decide,
      profiles: this.exporters.profiles,
      onSeen: (target, findings) => this.runbooks.saw(target, findings),
      onNews: (target, fresh) => this.alarms.announce(target, fresh),
    });
    this.flight =
      config.flight &&
      new FlightRecorder(config.flight, {
        folder: config.folder,
        clock,
        targets,
        jobs,
        ask: (request, stopped) => this.looks.ask(request, AbortSignal.any([signal, stopped])),
        makeEvidence: (rule, target) => this.store.makeEvidence(rule, target, new Date(clock.wall())),
        decide,
      });
    const place = {
      clock,
      signal,
      targets,
      jobs,
      isDryRun: config.isDryRun,
      diagnosing: this.looking(),
      recent: (slot: Slot) => this.looks.recent(slot),
      fire: (facts: AlertFacts) => this.teller.fire(facts),
      resolve: (rule: string, target: string, why: string) => this.teller.resolve(rule, target, why),
      decide,
      save: () => this.save(),
    };
    this.runbooks = new Runbooks(config.runbooks, place, { saved: before?.runbooks ?? [], awayMillis });
  }

  /** With the windows that the flight recorder has of the target. */
  private makeEvidence(rule: string, target: string): { folder: string } | { why: string } {
    const made = this.store.makeEvidence(rule, target, new Date(this.options.clock.wall()));
    if ('folder' in made) this.flight?.keep(target, made.folder);
    return made;
  }

  /** How actions look into a process. */
  private looking(): DiagnosePlace {
    return {
      refusal: ({ process }) => (process ? refusalOf(process.pid) : 'the process is gone'),
      makeEvidence: (rule, target) => this.makeEvidence(rule, target),
      ask: (request) => this.looks.ask(request),
      onDiagnosed: (slot, diagnosis) => this.looks.diagnosed(slot, diagnosis),
    };
  }

  async run(metricsPort: number | undefined): Promise<void> {
    const { clock, signal, config } = this.options;
    const port = metricsPort === undefined ? '' : `, metrics on port ${metricsPort}`;
    this.decide({
      ...NOBODY,
      what: 'begin',
      why: 'started',
      outcome: 'done',
      detail: `${config.folder}${port}`,
    });
    if (this.store.setAside !== null) this.decideStorage(`limits are reset: ${this.store.setAside}`);
    this.followed.follow(clock.monotonic());
    this.forgetOthers(clock.monotonic());
    let speed = startPace(config.intervalMillis, clock.monotonic(), ownCpuMillis());
    while (!signal.aborted) {
      this.round(clock.monotonic());
      speed = pace(speed, {
        atMillis: clock.monotonic(),
        cpuMillis: ownCpuMillis(),
        configuredMillis: config.intervalMillis,
      });
      await delay(speed.intervalMillis, undefined, { signal }).catch(() => {});
    }
    await this.jobs.idle();
    await Promise.all([this.teller.flush(), this.exporters.flush()]);
    this.bands.save();
    this.decide({ ...NOBODY, what: 'end', why: 'asked to stop', outcome: 'done', detail: '' });
    this.save();
  }

  /** Targets of the watcher before that are followed no more must not alarm for ever. */
  private forgetOthers(atMillis: number): void {
    const names = new Set([
      ...this.book.list(atMillis).map(({ target }) => target),
      ...this.teller.open.map(({ target }) => target),
    ]);
    for (const name of names) if (!this.followed.isFollowed(name)) this.alarms.forget(name, atMillis);
  }

  private round(atMillis: number): void {
    this.followed.follow(atMillis);
    for (const target of this.targets.values()) this.lookOutside(target, atMillis);
    this.runbooks.beginDue(atMillis);
    this.looks.beginLight(atMillis);
    this.flight?.begin(atMillis);
    this.teller.pump();
    void this.exporters.pump(() => this.facts());
    this.bands.saveWhenDue();
    if (atMillis - this.savedMillis >= SAVE_MILLIS) this.save();
  }

  private lookOutside(target: Target, atMillis: number): void {
    const { slot } = target;
    const reading = slot.process ? this.outside.look(slot.process, atMillis) : undefined;
    if (slot.process && !reading) this.followed.ended(slot, atMillis);
    measure(target, reading, atMillis);
    this.bands.see(slot.name, target.metrics);
    this.alarms.judge(target, atMillis);
  }

  private place(): ActionPlace {
    const { config, signal } = this.options;
    return {
      ...this.looking(),
      host: hostname(),
      logs: config.logs,
      signal,
      isDryRun: config.isDryRun,
      recent: (slot) => this.looks.recent(slot),
      fire: (facts) => this.teller.fire(facts),
      decide: (decision) => this.decide(decision),
    };
  }

  private decideStorage(detail: string, outcome: 'failed' | 'done' = 'failed'): void {
    this.decide({ ...NOBODY, what: 'storage', why: 'files', outcome, detail });
  }

  private decide(decision: Omit<Decision, 'at'>): void {
    const whole = { at: new Date(this.options.clock.wall()).toISOString(), ...decision };
    // Said first: to write may fail.
    this.options.onDecision(whole);
    this.store?.log(whole);
  }

  private save(): void {
    const { clock } = this.options;
    const atMillis = clock.monotonic();
    this.savedMillis = atMillis;
    this.store.save({
      format: 'culprit-watch',
      version: 1,
      pid: process.pid,
      startTicks: readStat(process.pid)?.startTicks ?? 0,
      savedAt: clock.stamp(),
      rules: this.book.save(atMillis),
      targets: [...this.targets.values()].map((target) => savedTarget(target, atMillis)),
      alerts: this.teller.open.map((alert) => ({ ...alert, findings: [...alert.findings] })),
      runbooks: this.runbooks.save(atMillis),
    });
  }

  metricsPage(): string {
    return renderMetrics(watchFamilies(this.facts()));
  }

  private facts(): WatchFacts {
    return {
      targets: [...this.targets.values()].map(({ slot, readings, metrics, findings }) => ({
        slot,
        reading: readings.at(-1),
        metrics,
        findings,
      })),
      rules: this.book.list(this.options.clock.monotonic()),
      outboxes: this.teller.outboxes,
      exporters: this.exporters.views,
      own: {
        version: this.options.version,
        cpuSeconds: ownCpuMillis() / 1_000,
        lookCpuSeconds: this.looks.cost.cpuMillis / 1_000,
        residentBytes: process.memoryUsage.rss(),
        looks: this.looks.cost.looks,
        writeFailures: this.store.failures,
        evidenceBytes: this.store.evidenceBytes(),
      },
    };
  }
}

/** About no target and by no rule. */
const NOBODY = { target: '', pid: null, rule: null, evidence: null } as const;

function savedTarget({ slot, findings }: Target, atMillis: number): WatchState['targets'][number] {
  return {
    name: slot.name,
    pid: slot.process?.pid ?? null,
    command: slot.last?.command ?? '',
    sinceAgeMillis: Math.max(0, Math.round(atMillis - slot.sinceMillis)),
    restarts: slot.restartsInAll,
    findings,
  };
}

function ownCpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
