// The registry of kinds: one entry for each, with its place among causes, how it is joined and compared, and its page of
// documentation. The order of joining, the SARIF rules, the table in README, `culprit explain` and docs/findings/ all
// come from it. A kind without an entry does not compile.
import type { FindingKind } from '../model/finding.ts';
import type { Effect } from './rule.ts';

export interface KindInfo {
  /** What happens, without a full stop: the first sentence of the page, and of the SARIF rule. */
  title: string;
  /** What culprit names, for a row of a table. */
  short: string;
  /** What it means for the program. */
  meaning: string;
  /** What culprit looks at, and what it asks of it. */
  measured: string;
  /** What looks alike, and how to tell. */
  mistakenFor: string;
  /** What to do in general, in one or two sentences: the help of the SARIF rule. */
  fix: string;
  /** What to do, step by step. */
  steps: readonly string[];
  /** The command that reports it, where it is not `diagnose`. */
  command?: 'audit' | 'triage';
  /** Work that waits: it explains what accumulates meanwhile only at its own pace, and no limit is near for it. */
  isWaiting?: true;
  /** A limit that something moves towards; absent: not a limit. */
  limit?: LimitInfo;
  /** A share of time, which a CPU quota below one core makes larger than the code does. */
  isStretchedByQuota?: true;
  /** Without a place in the code it is placed behind this cause: what has no name explains nothing that has one. */
  unplacedAfter?: FindingKind;
  /** Silence of it would be taken for health, so a healthy verdict says when it was not judged. */
  weighsForHealth?: true;
  /** A threshold of time decides it, so that base and head are compared as numbers, not by who has the finding. */
  isComparedAsNumber?: true;
}

export interface LimitInfo {
  /** A growth of one of these moves towards the limit. */
  movedBy: readonly Effect[];
  /** So does a growth that explains one of these. */
  through: readonly Effect[];
  /** Only when the time until the limit is known. */
  isTimed: boolean;
}

/**
 * In the order of causes: the nearer to the code at fault, the earlier. A child process that is never ended explains its
 * pipes, not the reverse.
 */
export const KINDS = {
  'threadpool-saturation': {
    title: 'Work waits for a thread of the pool',
    short:
      'files, lookups, crypto and compression that wait for a libuv thread, and the code that keeps the threads busy',
    meaning:
      'libuv runs file operations, dns.lookup, crypto and zlib on a few threads (four by default). When all are busy, every such operation waits for its turn, while the event loop is free and the CPU may be idle: metrics look normal although requests are slow.',
    measured:
      'culprit sends a trivial file operation through the pool twice a second and measures how long it waits, minus the delay of the event loop. If it waits, async hooks record for a few seconds which code uses the threads. The pool must hold at least as many operations as it has threads, and the wait must be long in comparison with what one operation takes. If nothing comes back from the pool for seconds, that is reported separately, with the operations that were started before then and have not ended.',
    mistakenFor:
      'On a machine without a free core everything waits, including the pool, but then the pool is not full. Slow name lookups hold the threads, too: that is reported as `dns-slow`. A burst that drains is not reported.',
    fix: 'Do less file, DNS and crypto work at once, or raise UV_THREADPOOL_SIZE.',
    steps: [
      'Bound how much of the named work runs at a time (a queue with a limit), make it cheaper, or cache its results.',
      'Set UV_THREADPOOL_SIZE before the process starts: for work that waits (files, lookups) well above the number of cores, for work that computes, no more than the number of cores.',
      'Where nothing comes back, find the file operation that does not end: a named pipe, a device, a network file system that hangs, a lock.',
    ],
    isWaiting: true,
  },
  'dns-slow': {
    title: 'Name lookups are slow',
    short: 'host names that are slow to resolve, and the code that resolves them',
    meaning:
      'Every new connection to a host name waits for its lookup first, and dns.lookup (which http and net use) holds a thread of the pool meanwhile. A slow resolver slows down every request that opens a connection.',
    measured:
      "Node's own performance entries for lookups, by name: how many there were and how long they took. A name must be slow again and again, or many names must be slow together. Older versions of Node.js have no such entries; the kind is then not judged.",
    mistakenFor:
      'The first lookup of a name may be slow everywhere; a caching resolver makes the next ones fast. In Kubernetes, a name with few dots is tried with every search domain first, which looks like a slow resolver.',
    fix: 'Cache lookups, or keep connections alive.',
    steps: [
      'Keep connections open (an Agent with keepAlive: true), so that fewer names are looked up.',
      'Cache answers for their time to live: a caching lookup function, or a resolver on the machine.',
      'In Kubernetes, write the name with a dot at the end, or lower `ndots`.',
    ],
    isWaiting: true,
  },
  'pool-exhaustion': {
    title: 'A connection pool is exhausted',
    short:
      'an exhausted pool or `http.Agent`: how many connections are checked out, whether they are used at all, how many callers wait, and the line that takes one and does not return it',
    meaning:
      'All connections of a pool are checked out, and code that needs one waits in a queue that does not get shorter. Requests hang, although neither the CPU nor the other side is busy.',
    measured:
      'Pools are found in the heap by their shape (a limit, items checked out, a queue), not by name: pg, knex, mysql2, generic-pool, undici, http.Agent and similar ones. Their counts are read every second. The queue must grow, or stay long while the connections that are checked out are idle, or while about as many requests hang as callers wait. A pool that still has free connections is reported when the number of those that are checked out but idle rises and never falls. Where requests get no answer, other pools and locks are recognised by their behaviour: a queue grows at the pace of these requests, and its first entry stays the same.',
    mistakenFor:
      'A load peak fills a pool as well, but its queue drains afterwards. A database that answers slowly keeps connections in use: then they are not idle, and a larger pool makes matters worse.',
    fix: 'Release connections on every path; only then make the pool larger.',
    steps: [
      'Release what was taken on every path, including errors and early returns: do it in a `finally`.',
      'Read every response to its end or destroy it: only then does its socket return to the Agent.',
      'Give the wait a limit (an acquire timeout), and raise the maximum only when the other side can take more.',
    ],
    isWaiting: true,
  },
  'request-pileup': {
    title: 'Requests get no answer',
    short:
      'incoming or outgoing requests whose answer never begins, or begins and never ends, while others of their kind are answered; requests that fail only after seconds; requests that are held up together, and by which call',
    meaning:
      'Requests wait for an answer that does not come, and their number rises. Each holds a socket, its buffers and all that its handler closes over.',
    measured:
      "Node's diagnostics channels and async hooks show when requests begin and when their answers do. Those that wait must be old, and their number must rise until the end of the capture. Incoming requests count only where others of the same kind are answered. They also count when none is answered on several routes that get most of the requests, whether the requests wait or their clients disconnect first: then the service has stopped answering. A single such route counts if its clients give up and the promises created for them remain. Requests that came in before the capture are found through the sockets of the servers: where twenty or more hang and none is answered, that counts, too, unless a timer is pending for each of them, as for long polls. Answers that have begun count when they neither end nor send anything more, while others of their kind end. Failing requests count when at least a tenth of a route's answers come after 1.5 s or more with a status of 500 or more. In addition, the longest must take 5 s, or they must be a fifth of all answers. Answered requests count, too, when this recurs while the event loop is free: none is answered for a second or more although they keep arriving, and then all are answered at once. Something that they share is occupied for that long.",
    mistakenFor:
      'Long polls and event streams wait on purpose: incoming requests of a kind that is never answered in time are left out, and so are those whose clients ask again as soon as they are answered. Slow answers eventually arrive, and their number stays level. A gateway that reports a timeout of another service does what it should: then that service is the cause.',
    fix: 'Answer on every path, and set time limits.',
    steps: [
      'Give each outgoing request a timeout that covers the whole answer, such as AbortSignal.timeout().',
      'Answer incoming requests on every path: on errors, and when what they wait for does not come.',
      'Where requests are held up together, give the call that waits on purpose (a blocking command, a long transaction) a connection of its own.',
      'Pass errors of async handlers on to the router.',
    ],
    isWaiting: true,
  },
  'child-process-leak': {
    title: 'Child processes accumulate',
    short:
      'child processes that never end, or that end and are not waited for, and the line that starts them',
    meaning:
      'Child processes are started again and again and do not end, or end and stay as zombies. Each needs memory of its own and pipes in the parent, and counts against the process limit.',
    measured:
      'The children of the process in /proc, grouped by program and counted every second, together with processes that they started and that outlive them. Async hooks show the line that starts them.',
    mistakenFor:
      'Long-running jobs accumulate until as many end as start; then their number stays level. A pool of workers that is being filled stops at its size.',
    fix: 'Wait for children and end those that hang.',
    steps: [
      'Kill the child when its client disconnects.',
      'Give it a time limit: the `timeout` or `signal` option of spawn.',
      'Start programs without a shell: a timeout ends the shell, but its commands keep running.',
      'Wait for its "exit" event.',
    ],
  },
  'worker-leak': {
    title: 'Worker threads accumulate',
    short: 'worker threads that never end, and the line that starts them',
    meaning:
      'Worker threads are started again and again and do not end. Each has a V8 heap of its own, several megabytes at least, and an event loop.',
    measured:
      'The threads of the process in /proc, counted every second, and the workers whose creation async hooks saw.',
    mistakenFor:
      "Node's own pool and V8's helper threads start late, but are few and stop growing. A pool of workers that is being filled stops at its size.",
    fix: 'End workers that are done, or use a pool.',
    steps: [
      'Call terminate() when the task is done, or let the worker end by itself.',
      'Better: keep a fixed pool of workers and give them the tasks.',
    ],
  },
  'socket-leak': {
    title: 'Sockets accumulate',
    short: 'sockets that accumulate: to which endpoint, in which TCP state, and the line that opens them',
    meaning:
      'Connections stay open, and their number rises. Each holds a file descriptor and buffers; when the limit of descriptors is reached, the process can neither accept nor connect.',
    measured:
      'The sockets of the process in /proc, grouped by endpoint and TCP state and counted every second; servers that listen, and connections that clients have closed, also over all ports together. They must rise in several steps. Connections that clients keep open do not count until the client has closed its side (CLOSE_WAIT).',
    mistakenFor:
      'A pool that is being filled grows in a few jumps and stops at its maximum. If each connected client has one outgoing connection, their number follows the load.',
    fix: 'Read or destroy every response body; end sockets on errors too.',
    steps: [
      'In CLOSE_WAIT the other side has closed: end or destroy the socket on its "end" event.',
      'Read every response to its end or destroy it: response.resume(), body.cancel().',
      'Share one Agent or pool with a maximum instead of connecting for each request.',
      'Close a server that was started for one transfer or login when that has ended or failed.',
    ],
    weighsForHealth: true,
  },
  'fd-leak': {
    title: 'File descriptors accumulate',
    short:
      'files, pipes and other descriptors that are never closed, by path pattern, and the code that opens them',
    meaning:
      'Files, pipes or other descriptors are opened and not closed. When the limit is reached, every open, accept and connect fails with EMFILE.',
    measured:
      'The descriptors of the process in /proc, grouped by type and path pattern, and counted every second. Async resources, allocations or CPU time in open calls show what opens them. Sockets are a kind of their own.',
    mistakenFor: 'Files opened for work in progress rise with the load and are closed when it ends.',
    fix: 'Close what was opened, on every path.',
    steps: [
      'Close a FileHandle in a `finally`.',
      'Use stream.pipeline() instead of pipe(): it closes both ends on errors.',
      'Destroy the stream when the client disconnects.',
    ],
    weighsForHealth: true,
  },
  'watcher-leak': {
    title: 'File watchers accumulate',
    short: 'file watchers that are never closed, and the line that starts them',
    meaning:
      'fs.watch or fs.watchFile is called again and again, and the watchers are not closed. Each uses up one of the inotify watches of its user, or has a timer that polls the file.',
    measured:
      'Async hooks count the watchers that are created at each line, and how many of them still exist.',
    mistakenFor: 'With a fixed number of watched files, the count stops growing.',
    fix: 'Close the watcher when its owner ends.',
    steps: ['Call close() on the watcher when it is no longer needed.', 'Share one watcher for each path.'],
  },
  'handle-leak': {
    title: 'Handles are opened and never closed',
    short:
      'message ports, compression streams, resolvers and other handles that are never closed, by type, and the line that opens them',
    meaning:
      'Objects backed by native code are created again and again and not closed. The event loop, or something in the program, keeps each open one alive, with its listeners and all that they close over. Each also costs native memory.',
    measured:
      "Node's own list of active resources, counted by type every second in every thread; and the handles that async hooks saw being created at each line, most of which must still exist right after a garbage collection. Sockets, files, processes, workers, watchers and timers are kinds of their own.",
    mistakenFor:
      'If each connected client has one handle, the number of handles follows the number of clients; culprit compares the two rates. A pool that is being filled stops at its size.',
    fix: 'Close the handle when its owner ends, or share one.',
    steps: [
      'Close each one on every path, once the call or the client that it serves has ended.',
      'Better: open one and share it.',
    ],
    weighsForHealth: true,
  },
  'timer-leak': {
    title: 'Timers are started and never cleared',
    short:
      'intervals, long timeouts and chains of timeouts that are never cleared, and the line that starts them',
    meaning:
      'Intervals keep firing after what they served has ended, and their number rises. Each keeps what its callback closes over, and costs CPU time whenever it fires.',
    measured:
      'Async hooks count the timers that are created at each line and how many remain. Repeating timers, timers of an hour or more, and timers whose callback sets the next one count; single short ones end by themselves. Work that fails and is retried forever shows as timers and promises that accumulate at the same pace while connections fail.',
    mistakenFor:
      'If each connection has one timer, the number of timers follows the number of clients; culprit compares the two rates.',
    fix: 'Clear the timer when its owner ends.',
    steps: [
      'Keep what setInterval returns, and clear it when the request, connection or object that it serves ends.',
    ],
    weighsForHealth: true,
  },
  'listener-leak': {
    title: 'Listeners are added and never removed',
    short: 'listeners that are added and never removed: on which emitter or signal, for which event',
    meaning:
      'Each listener keeps what it closes over, and every event calls all of them. The heap rises and events become slower.',
    measured:
      'Like `heap-leak`, but the collection that grows belongs to an EventEmitter or EventTarget, or its entries are added by functions that subscribe.',
    mistakenFor: 'With one listener for each of a fixed number of owners, the count stops growing.',
    fix: 'Remove the listener when its owner ends, or add it once.',
    steps: [
      'Remove it when its owner is done: off(), once(), or an AbortSignal.',
      'Add one listener outside of the request, and let it look up the request that the event concerns.',
    ],
  },
  'promise-leak': {
    title: 'Promises never settle',
    short:
      'promises that never settle, or that depend on one that never does, and the line that creates them',
    meaning:
      'Promises wait for something that does not come, or depend on a promise that lives as long as the process (Promise.race). Each keeps its reactions and what they close over.',
    measured:
      'Where the heap rises after every full garbage collection, async hooks show whether the promises that one line creates remain and increase in number, while no collection fills up with something else.',
    mistakenFor:
      'Promises of slow work settle eventually. Promises kept in a collection are reported with that collection.',
    fix: 'Settle them on every path, or give what they wait for a time limit.',
    steps: [
      'Find what they wait for, and give it a timeout or an AbortSignal.',
      'Do not race against a promise that lives as long as the process: each call leaves its reactions on it.',
    ],
  },
  'async-context-leak': {
    title: 'Async contexts are kept alive',
    short: 'collections that are filled for each async resource and never emptied',
    meaning:
      'An async hook records something for every async resource, such as the request it belongs to, and does not remove it. With thousands of resources a second this grows fast.',
    measured:
      'Like `heap-leak`, but the code that adds entries was called by Node.js because an async resource was created.',
    mistakenFor:
      'Where the destroy hook removes the entries, the heap falls back after each garbage collection: the heap after GC does not rise.',
    fix: 'Leave the context when its work is done; keep no resource that was created in it.',
    steps: [
      'Use AsyncLocalStorage instead of a hook of your own.',
      'Otherwise remove entries in the destroy hook, and keep no promises or requests in the context.',
    ],
  },
  'code-growth': {
    title: 'Code is compiled again and again',
    short: 'templates, validators or scripts that are compiled repeatedly and retained',
    meaning:
      'new Function, vm scripts, templates or validators are compiled anew for each request. V8 keeps each script for as long as a function of it lives, so the heap rises, and compiling takes CPU time. Node keeps each module that is imported under a URL that it has not seen (`?t=...`).',
    measured:
      'Where the heap rises after every full garbage collection, culprit watches for a moment which places make V8 compile scripts. Loading modules counts only where import() is called as often and the modules account for much of the retained memory.',
    mistakenFor: 'Code that is compiled once, on first use, stops growing soon after the start.',
    fix: 'Compile once and keep the result.',
    steps: [
      'Keep the compiled function by its source or name, with a bound if there can be many of them.',
      'Import a module again only after its file has changed, or read what changes as data.',
    ],
  },
  'external-memory-leak': {
    title: 'Memory outside the heap accumulates',
    short: 'buffers outside the heap that the program retains, and what retains them',
    meaning:
      'Buffers and array buffers live outside of the V8 heap, so no heap limit stops them: the process grows until its container or machine has no memory left.',
    measured:
      'External memory as V8 counts it, read right after full garbage collections; and the collection whose entries grow along with it.',
    mistakenFor:
      'Buffers wait for a garbage collection like everything else, so numbers between collections rise and fall. A small slice of a large buffer keeps all of it.',
    fix: 'Find what retains the buffers and release them.',
    steps: [
      'Bound what keeps the buffers: a ring buffer, a maximum of bytes.',
      'Copy the part you need, `Uint8Array.prototype.slice.call(part)`, and release the large one. Small copies by `Buffer.from()` share a pool, of 64 KB from Node.js 24 on.',
      'Release what was allocated in WebAssembly memory (dispose(), free(), delete()): the garbage collector does not.',
    ],
  },
  'native-memory-growth': {
    title: 'Native memory grows',
    short:
      'memory of native code that grows beyond the heap and its buffers, and which objects grow along with it',
    meaning:
      'The resident memory grows, but the heap and the buffers that V8 knows of do not. Native add-ons, TLS contexts, compression streams, compiled code or the allocator itself use it.',
    measured:
      'Anonymous resident memory in /proc, less the heap and the external memory of V8. It must rise at nearly every reading, and faster than what the profilers of culprit itself need. Array buffer bytes that V8 attributes to none of its objects are reported separately.',
    mistakenFor:
      'The allocator keeps freed memory, and takes more during start-up; that growth stops. A fragmented allocator looks the same; fewer arenas (MALLOC_ARENA_MAX=2) or jemalloc show the difference.',
    fix: 'Look at native add-ons and at what they hold; a fragmented allocator looks the same.',
    steps: [
      'Close native resources when done (streams, database handles, zlib, TLS contexts), or keep one and share it.',
      'If it is fragmentation, set MALLOC_ARENA_MAX=2, or use jemalloc.',
    ],
    unplacedAfter: 'heap-leak',
  },
  'heap-leak': {
    title: 'Objects accumulate on the heap',
    short:
      'objects that accumulate: the collection or closure they are in, the code that adds them, and what retains them',
    meaning:
      'Something keeps objects that are no longer needed. Garbage collection takes more and more time, and the process ends when the heap limit is reached.',
    measured:
      'Memory in use after full garbage collections must rise until the end of the capture. Then culprit looks for the collection that takes the retained objects (Map, Set, array, object), for the code that fills it, for functions that accumulate, for objects that link to or inherit from each other, for streams in which 1,000 writes or more wait, and for the places that allocate the retained objects.',
    mistakenFor:
      'A cache that is being filled levels off at its bound; the memory of a batch falls back when it is done. In a short capture a cache that takes an hour to fill looks the same; the report says how long the capture was.',
    fix: 'Bound the collection that holds them, or remove entries that are no longer needed.',
    steps: [
      'Bound the collection: an LRU with a maximum, a ring buffer.',
      'Or delete entries once they are no longer needed.',
      'Where no collection is named: look for closures, callbacks and listeners that are kept; a heap snapshot (--snapshot force) shows who holds them.',
    ],
    weighsForHealth: true,
  },
  'memory-throttled': {
    title: 'The kernel throttles the process because of its memory',
    short: 'a cgroup above memory.high, whose tasks the kernel puts to sleep, and for how much of the time',
    meaning:
      'Above memory.high the kernel kills no process. It blocks every task of the cgroup that allocates memory until some has been reclaimed, so the event loop stops in the middle of its work. No code is to blame for the delay.',
    measured:
      'memory.current of the cgroup beside its memory.high, the time in which its tasks waited for memory (memory.pressure), how often they were throttled (memory.events), and the state of the main thread. The cgroup must be at this limit, and its tasks must wait for a tenth of the time or more.',
    mistakenFor:
      'A cgroup that reads many files fills up with page cache and stays at its limit, but the cache is reclaimed quickly, so no task waits. A slow disk puts the main thread into the same state, without pressure on memory.',
    fix: 'Raise memory.high, or keep less in memory.',
    steps: [
      'Find what grows first, where something does: it is reported as a leak, with this as its symptom.',
      'Raise memory.high (MemoryHigh= of systemd), or remove it and rely on memory.max.',
      'Set --max-old-space-size so that the heap and the memory outside it stay below memory.high.',
    ],
    limit: { movedBy: ['heap', 'external', 'native'], through: ['heap'], isTimed: false },
  },
  'cpu-starved': {
    title: 'Other processes take the CPU it needs',
    short:
      'a main thread that is ready to run but gets no CPU, although no quota stops it: for how much of the time',
    meaning:
      'More threads are ready to run than the machine has cores. The main thread waits for its turn, even in the middle of its work, and everything in the process is slow. Neither the code nor a quota is to blame.',
    measured:
      "The kernel's own count of the time that each thread ran, and of the time that it was ready but had no CPU (/proc/PID/task/TID/schedstat), every second. Stops by a CPU quota and the time of the process's own threads are subtracted. In at least half of the intervals the main thread must wait for longer than it runs, and the event loop must be late.",
    mistakenFor:
      'A CPU quota makes threads wait, too: that is `cpu-throttled`. A busy process hardly waits while a core is free for it. A process that the kernel throttles because of its memory (memory.high) sleeps and is not counted as ready.',
    fix: 'Reserve CPU for it, or move its neighbours elsewhere.',
    steps: [
      'Set requests.cpu (docker and podman: --cpu-shares, systemd: CPUWeight=): the kernel divides a busy CPU in proportion to it.',
      'See who takes the CPU with top or pidstat, and move it, limit it or lower its weight.',
      'Use fewer processes than cores, or a machine with more cores.',
    ],
    isComparedAsNumber: true,
  },
  slowdown: {
    title: 'Requests cost more and more',
    short:
      'CPU time per request that climbs with the age of the process, and the function in which it climbs',
    meaning:
      'The same work takes longer the older the process is, until a restart makes it quick again. For each request the program traverses something that gets longer: a list that is searched, listeners, instances of AsyncLocalStorage. Its memory may hardly move.',
    measured:
      'CPU time of the process for each HTTP request that it answers, in eight parts of the capture, without the time of culprit itself. It must rise by a third or more until the end. The CPU profile shows the function whose time for each request rose most.',
    mistakenFor:
      'A shift to more expensive requests raises the cost as well. A heap that fills up makes collections more expensive: then the leak is the finding, and this one is listed with it.',
    fix: 'Find what is traversed for each request and never gets shorter.',
    steps: [
      'See what the named function traverses, and use a Map or an index instead.',
      'Remove what is no longer needed: listeners, rules, stores, list entries.',
      'Make AsyncLocalStorage instances once, not for each request.',
    ],
  },
  'event-loop-block': {
    title: 'A call blocks the event loop',
    short:
      'callbacks that block the event loop, and the cause: synchronous file access, child processes, crypto, zlib, JSON, regular expressions, plain code, awaits of resolved promises; delays that nothing explains',
    meaning: 'While one callback runs, nothing else does: every other request waits for its end.',
    measured:
      'The CPU profile of the main thread shows what ran without a break and for how long; the delay of the event loop must confirm it. One long block counts, and so do shorter ones that recur and synchronous calls that take a large share of the time. So does a chain of awaits of promises that are already resolved: its parts run one after the other as microtasks, without an iteration of the event loop between them. A measured delay is reported as unexplained when neither these nor garbage collection, a quota or a lack of CPU account for it. A worker thread counts only if one function blocks its event loop while requests get no answer.',
    mistakenFor:
      'Loading and compiling at start-up also block the loop. Stops by a CPU quota make short callbacks long: that is `cpu-throttled`. A function that often runs for a short time is a `cpu-hotspot`.',
    fix: 'Split the work, use the asynchronous form, or move it into a worker.',
    steps: [
      'Use the asynchronous form of the call: it runs on the thread pool.',
      'Split the work into parts, and yield to the event loop between them (setImmediate).',
      'Or move it to a worker thread.',
    ],
    weighsForHealth: true,
    isComparedAsNumber: true,
  },
  'cpu-throttled': {
    title: 'The container is throttled',
    short: 'a CPU quota that stops the process: how often, for how long, and the quota that it needs',
    meaning:
      'The kernel stops all threads of a container in each period in which its CPU quota is used up. The event loop stops in the middle of its work, and no code is to blame for it.',
    measured:
      "The counters of the container's cgroup, every second: periods, throttled periods and throttled time, together with the event loop delay in seconds with and without throttling.",
    mistakenFor:
      'Slow code uses up the quota, too: the report names the function that takes most of the CPU time. Stops that culprit itself caused are left out.',
    fix: 'Raise the CPU quota, or use fewer threads.',
    steps: [
      'Raise the quota (limits.cpu, --cpus) to what the report says, or set requests.cpu and no limit.',
      'Where other threads use it up: fewer of them (UV_THREADPOOL_SIZE, --v8-pool-size, a smaller pool of workers).',
      'Make the named function cheaper.',
    ],
    isComparedAsNumber: true,
  },
  'cpu-hotspot': {
    title: 'A function takes a large part of a core',
    short: 'functions that take a large part of a core, with the application code that calls them',
    meaning:
      'JavaScript runs on one core. While a function uses it, nothing else can run, so the process answers only as many requests as the remaining time allows.',
    measured:
      'A CPU profile. Shares are of wall time, not of samples: a function with most of the samples of an idle process is not a hotspot. Time in a library is attributed to the application code that calls it.',
    mistakenFor:
      'A batch that is meant to use the core looks the same; it belongs in a worker thread. Time spread thinly over a framework is not a hotspot.',
    fix: 'Do less in it, do it less often, or move it off the main thread.',
    steps: [
      'Look for work that grows with the square of its input, or that is repeated for the same input; keep the result.',
      'Open the flame graph: `culprit flame`.',
      'Move what remains to a worker thread.',
    ],
    isStretchedByQuota: true,
    weighsForHealth: true,
    isComparedAsNumber: true,
  },
  'memory-limit-risk': {
    title: 'The memory limit is near',
    short:
      'a heap or a container that is nearly full, a heap limit that does not fit its container, and processes that the kernel killed',
    meaning:
      'The live heap is close to its limit, or the container to its own: the next peak ends the process. Or the heap limit is larger than the container allows, so that the kernel kills the process before V8 collects more aggressively.',
    measured:
      'Memory in use after full garbage collections against the heap limit; memory of the container that cannot be reclaimed against its limit. Page cache does not count. The counter of OOM kills is read, too.',
    mistakenFor:
      'A live set of a known, fixed size just below the limit can be intended. Memory that includes page cache looks full in every container that reads files.',
    fix: 'Find what grows, or raise the limit.',
    steps: [
      'Set --max-old-space-size as the report says: it leaves room for memory outside the heap.',
      'Keep less in memory, or raise the limit of the container.',
    ],
    limit: { movedBy: ['heap', 'external', 'native'], through: ['heap'], isTimed: true },
  },
  'gc-pressure': {
    title: 'Garbage collection takes a large part of a core',
    short:
      'garbage collection that takes a large part of the time, and the code whose allocations trigger it',
    meaning:
      'So much is allocated, or so little room is left in the heap, that garbage collection takes time away from requests.',
    measured:
      "V8's own counters of collections and their time, and the functions that ran in the CPU profile when collections began.",
    mistakenFor:
      'A heap close to its limit is collected all the time as well: then the limit, or the leak that filled the heap, is the cause.',
    fix: 'Allocate less in the function named: reuse objects, and stream data instead of buffering it.',
    steps: [
      'Do not copy large structures for each request; reuse buffers; build strings once.',
      'Where many short-lived objects are needed, give them a larger young generation: --max-semi-space-size.',
    ],
    isComparedAsNumber: true,
  },
  'connection-churn': {
    title: 'A new connection is made for each request',
    short: 'a new outgoing connection for each request instead of keep-alive, and the code that opens them',
    meaning:
      'Each request pays for a TCP handshake, often a TLS handshake and a name lookup, and leaves a socket in TIME_WAIT behind.',
    measured:
      'Async hooks count outgoing connections at each line, and how many are closed within a few seconds; the counters of the network namespace confirm it.',
    mistakenFor: 'A crawler that talks to very many hosts needs as many connections.',
    fix: 'Use an agent or a pool that keeps connections alive.',
    steps: [
      'Give the client an Agent with keepAlive: true; it is the default agent of Node.js 19 and later.',
      'Update or configure the library that sends "Connection: close".',
      'See which side closes first: a server whose Keep-Alive timeout is 2 s or less gets a new connection for each request from fetch and undici (1 s or less with undici 5, which is the fetch of Node.js 18).',
      'Where most connections fail, check the error codes, and stop retrying while the other side is down.',
    ],
  },
  'fd-limit-risk': {
    title: 'The limit of file descriptors is near',
    short: 'a process that comes close to its limit of file descriptors, and what most of them are',
    meaning: 'At the limit, the process can neither accept connections nor open files (EMFILE).',
    measured: 'The open descriptors in /proc against the soft limit, and how fast they increase.',
    mistakenFor:
      'A process that is meant to hold many connections needs a higher limit. When something leaks, the leak is the finding, and the limit is listed with it.',
    fix: 'Find what is never closed, or raise the limit.',
    steps: [
      'Raise the limit: LimitNOFILE= in systemd, --ulimit nofile= for containers, ulimit -n.',
      'Or hold fewer descriptors at once.',
    ],
    limit: { movedBy: ['fds', 'sockets'], through: ['fds'], isTimed: false },
  },
  'pids-limit-risk': {
    title: 'The limit of processes and threads is near',
    short: 'a container that comes close to its limit of processes and threads, and which programs own them',
    meaning:
      'At the limit, no child process, worker or thread can be started any more (EAGAIN), and many programs end because of it.',
    measured: "The counter of the container's cgroup against pids.max, and how fast it rises.",
    mistakenFor:
      'A program that is meant to run many processes needs a higher limit. An idle Node.js process has about eleven threads.',
    fix: 'Find what starts them and does not end them, or raise the limit.',
    steps: [
      'Find what starts them and does not end them, and bound how many run at a time.',
      'Or raise the limit: podPidsLimit of the kubelet, --pids-limit of docker and podman.',
    ],
    limit: { movedBy: ['processes', 'threads'], through: [], isTimed: false },
  },
  configuration: {
    title: 'A setting is missing or unsuitable',
    short: 'settings of the process, its container or its pod that are missing or unsuitable',
    meaning:
      'A timeout, limit, flag or handler is missing or does not fit the others: the process works until load, a deployment or a failure exposes it.',
    measured:
      'The settings as the running process has them, and those of its pod where they are given; a rule for each. What cannot be read is listed as unknown.',
    mistakenFor:
      'A timeout that the program makes with a timer or an AbortSignal of its own is not seen as a setting.',
    fix: 'Change the setting that the finding names.',
    steps: ['Change the setting that the finding names; its links lead to the documentation.'],
    command: 'audit',
  },
  crash: {
    title: 'The program ended unexpectedly',
    short: 'why a process ended, from its logs, diagnostic reports, exit code and pod status',
    meaning:
      'The process was ended by an uncaught error, by a signal, by the kernel because memory ran out, or by the platform.',
    measured:
      'Logs, diagnostic reports, exit codes and the status of the pod. Ends with the same cause are counted as one.',
    mistakenFor: 'An error that was logged and handled is not an end. A SIGTERM at a deployment is intended.',
    fix: 'Read the stack that the finding names.',
    steps: ['Read the stack that the finding names, from its first line in code of your own.'],
    command: 'triage',
  },
} as const satisfies Record<FindingKind, KindInfo>;

/** The entry of a kind, with the properties that it leaves out. */
export function kindInfo(kind: FindingKind): KindInfo {
  return KINDS[kind];
}

const isKind = (name: string): name is FindingKind => Object.hasOwn(KINDS, name);

/** All kinds, in the order of causes. */
export const KINDS_BY_CAUSE: readonly FindingKind[] = Object.keys(KINDS).filter(isKind);

/** Where a page of documentation lies in the repository. */
export function docsPage(kind: FindingKind): string {
  return `docs/findings/${kind}.md`;
}
