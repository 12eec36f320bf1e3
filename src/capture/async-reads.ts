// Reads async work: what becomes of resources and requests, pools and agents, the thread pool. More expensive reads follow
// only when the cheap ones see something.
import { acceptedRead } from '../signals/accepted/read.ts';
import { asyncRead, handlersRead } from '../signals/async/read.ts';
import { openRequestsRead } from '../signals/open-requests/read.ts';
import type { SocketGroup } from '../signals/passive/wire.ts';
import { poolsRead } from '../signals/pools/read.ts';
import { threadPoolRead } from '../signals/thread-pool/read.ts';
import type { CaptureContext } from './context.ts';
import type { ThreadCapture } from './thread/thread-capture.ts';

/** At most this many reads of async resources, and not too close. */
const MAX_ASYNC_READS = 10;
const LEAST_DISTANCE_MILLIS = 1_000;
/** Promises are watched late, and some reads have to show that they stay. */
const DENSER = 2;
/** How much longer than usual a read waits for a collection. */
const PATIENCE = 1.4;
/** Parts of the look at which pools are looked for (those made meanwhile are found, too), and of its time for it. */
const POOL_SEARCHES = [0, 0.5];
const SEARCH_SHARE = 0.01;
const CLOSE_SEARCH_SHARE = 0.03;
/** What the handlers of a server lead to is seen in less. */
const MOST_SEARCH_MILLIS = 400;
/** A request without an answer for so long asks for a closer search. */
const LONG_ANSWER_MILLIS = 1_500;
/** A trivial operation that waits so long, this often, asks for a look at who holds the threads. */
const LONG_WAIT_MILLIS = 15;
const LONG_WAITS = 3;
const POOL_WATCH_MILLIS = 3_000;
/** Of what waits longer than the watch lasts nobody sees who holds the threads: then it lasts for so many waits. */
const WAITS_WATCHED = 2.5;
const MOST_POOL_WATCH_MILLIS = 8_000;
const MAX_POOL_WATCHES = 2;
/** Those whose answer has no end, begun or not. */
const LASTING = ['http.client.request', 'http.server.answer'];
/** Requests older than 5 s that ask for a look at promises. */
const MANY_LASTING = 2;

/** Connections out that become more and never fewer, by so many in so many samples: a pool may lose what it lends out. */
const MORE_CONNECTIONS = 4;
const CONNECTION_SAMPLES = 8;

/** Connections that clients have closed and this process has not, more than at the first sample. */
const MORE_LEFT_OPEN = 4;

/** Connections in, from which on it is asked which requests hang; first and then again after so long. */
const LEAST_CLIENTS = 5;
const FIRST_OPEN_MILLIS = 2_000;
const OPEN_EVERY_MILLIS = 3_000;

/** What was looked at on one thread. */
interface Look {
  searches: number;
  longWaits: number;
  watches: number;
  watchingSince: number;
  watchMillis: number;
  isWatchingPromises: boolean;
  isSearchedClosely: boolean;
}

export class AsyncReads {
  private nextAsyncAt = 0;
  private readonly looks = new Map<number, Look>();
  /** Connections out at the last samples, the latest at the end. */
  private readonly connections: number[] = [];
  /** Of connections that clients have closed: at the first sample, and at the last. */
  private leftOpen: { first: number; last: number } | null = null;

  /** Connections in at the last sample. */
  private clients = 0;
  private nextOpenAt = FIRST_OPEN_MILLIS;

  constructor(private readonly context: CaptureContext) {}

  /** What stays of them is known only after garbage was collected. */
  get isWatchingPromises(): boolean {
    return [...this.looks.values()].some((look) => look.isWatchingPromises);
  }

  /** What /proc shows each sampling interval. */
  noteSockets(sockets: readonly SocketGroup[] = []): void {
    const outbound = sockets.filter(
      ({ direction, state }) => direction === 'outbound' && state === 'ESTABLISHED',
    );
    this.connections.push(outbound.reduce((sum, { count }) => sum + count, 0));
    if (this.connections.length > CONNECTION_SAMPLES) this.connections.shift();
    const inbound = sockets.filter(
      ({ direction, state }) => direction === 'inbound' && state === 'ESTABLISHED',
    );
    this.clients = inbound.reduce((sum, { count }) => sum + count, 0);
    const left = sockets.filter(({ direction, state }) => direction === 'inbound' && state === 'CLOSE_WAIT');
    const last = left.reduce((sum, { count }) => sum + count, 0);
    this.leftOpen = { first: this.leftOpen?.first ?? last, last };
  }

  private get isConnectingMore(): boolean {
    const { connections } = this;
    return (
      connections.length === CONNECTION_SAMPLES &&
      connections.at(-1)! - connections[0]! >= MORE_CONNECTIONS &&
      connections.every((count, i) => i === 0 || count >= connections[i - 1]!)
    );
  }

  /** Once each sampling interval. */
  async step(): Promise<void> {
    const { context } = this;
    const part = context.elapsed() / context.options.durationMillis;
    await context.askThreads(async (thread) => {
      if (!thread.probe) return;
      const look = this.lookAt(thread);
      if (part >= (POOL_SEARCHES[look.searches] ?? Number.POSITIVE_INFINITY)) {
        look.searches++;
        await this.findPools(thread, look);
      } else if (thread.id === 0 && this.isConnectingMore) await this.searchClosely(thread, look);
      await this.readPools(thread, look);
      await this.watchThreadPool(thread, look);
    });
    if (context.elapsed() >= this.nextOpenAt) await this.readOpenRequests();
  }

  /** Those that hang may have come before culprit did, and none after them. */
  private async readOpenRequests(): Promise<void> {
    const { context } = this;
    this.nextOpenAt = context.elapsed() + OPEN_EVERY_MILLIS;
    if (this.clients < LEAST_CLIENTS) return;
    await context.askThreads(async (thread) => {
      if (!thread.probe) return;
      const read = await thread.ask(openRequestsRead, context.elapsed());
      const isHanging = read?.groups.some(({ lasting }) => lasting >= LEAST_CLIENTS);
      if (isHanging) await this.searchClosely(thread, this.lookAt(thread));
    });
  }

  /** What became of async resources. Best right after garbage was collected: what nobody holds is gone then. */
  async whenDue(isJustCollected: boolean): Promise<void> {
    const { context } = this;
    if (!isJustCollected && context.elapsed() < this.nextAsyncAt) return;
    let distance = context.options.durationMillis / MAX_ASYNC_READS;
    await context.askThreads(async (thread) => {
      await this.readAsync(thread);
      if (thread.isWatchingPromises) distance = context.options.durationMillis / (MAX_ASYNC_READS * DENSER);
    });
    this.nextAsyncAt = context.elapsed() + Math.max(distance, LEAST_DISTANCE_MILLIS) * PATIENCE;
  }

  /** Requests that last make their promises worth watching. */
  private async readAsync(thread: ThreadCapture): Promise<void> {
    const read = await thread.ask(asyncRead, this.context.elapsed());
    const look = this.lookAt(thread);
    const requests = (read?.sites ?? []).filter(({ type }) => /^http\.\w+\.request$/.test(type));
    const lasting = (read?.sites ?? [])
      .filter(({ type }) => LASTING.includes(type))
      .reduce((sum, { oldAlive }) => sum + oldAlive, 0);
    if (lasting >= MANY_LASTING) await this.watchPromises(thread, look);
    const isWaiting = requests.some(({ oldestMillis }) => oldestMillis >= LONG_ANSWER_MILLIS);
    const isAsked = isWaiting || (requests.length === 0 && look.searches > 1);
    if (isAsked) await this.searchClosely(thread, look);
  }

  private async searchClosely(thread: ThreadCapture, look: Look): Promise<void> {
    if (look.isSearchedClosely) return;
    look.isSearchedClosely = true;
    await this.findPools(thread, look);
  }

  async last(): Promise<void> {
    await this.readOpenRequests();
    await this.context.askThreads(async (thread) => {
      if (!thread.probe) return;
      await thread.ask(asyncRead, this.context.elapsed());
      const look = this.lookAt(thread);
      if (look.watchingSince >= 0) await this.endWatch(thread, look);
      await this.readPools(thread, look);
      await thread.ask(handlersRead, this.context.elapsed());
      const { first, last } = this.leftOpen ?? { first: 0, last: 0 };
      if (last - first >= MORE_LEFT_OPEN) await thread.ask(acceptedRead, this.context.elapsed());
    });
  }

  private lookAt({ id }: ThreadCapture): Look {
    const known = this.looks.get(id);
    if (known) return known;
    const look = {
      searches: 0,
      longWaits: 0,
      watches: 0,
      watchingSince: -1,
      watchMillis: POOL_WATCH_MILLIS,
      isWatchingPromises: false,
      isSearchedClosely: false,
    };
    this.looks.set(id, look);
    return look;
  }

  /** What functions close over is dear to look at: only where something waits, or nothing tells that it does not. */
  private async findPools(thread: ThreadCapture, look: Look): Promise<void> {
    const share = look.isSearchedClosely ? CLOSE_SEARCH_SHARE : SEARCH_SHARE;
    await thread.probe?.call(
      'findPools',
      Math.min(this.context.options.durationMillis * share, MOST_SEARCH_MILLIS),
      !look.isSearchedClosely,
    );
  }

  private async readPools(thread: ThreadCapture, look: Look): Promise<void> {
    const read = await thread.ask(poolsRead, this.context.elapsed());
    if (read?.pools.some(({ waiting }) => waiting > 0)) await this.watchPromises(thread, look);
  }

  private async watchPromises(thread: ThreadCapture, look: Look): Promise<void> {
    if (look.isWatchingPromises) return;
    look.isWatchingPromises = true;
    await thread.watchPromises();
  }

  private async watchThreadPool(thread: ThreadCapture, look: Look): Promise<void> {
    const now = this.context.elapsed();
    if (look.watchingSince >= 0) {
      if (now - look.watchingSince >= look.watchMillis) await this.endWatch(thread, look);
      return;
    }
    const longest = Math.max(0, ...thread.counters.poolWaitsMillis);
    look.longWaits = longest > LONG_WAIT_MILLIS ? look.longWaits + 1 : 0;
    if (look.longWaits < LONG_WAITS || look.watches >= MAX_POOL_WATCHES) return;
    look.watches++;
    look.longWaits = 0;
    look.watchingSince = now;
    look.watchMillis = Math.min(MOST_POOL_WATCH_MILLIS, Math.max(POOL_WATCH_MILLIS, WAITS_WATCHED * longest));
    await thread.probe?.call('startPoolWatch');
  }

  private async endWatch(thread: ThreadCapture, look: Look): Promise<void> {
    look.watchingSince = -1;
    await thread.ask(threadPoolRead, this.context.elapsed());
  }
}
