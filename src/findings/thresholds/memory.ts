// Thresholds of the rules on memory. Chosen, not fitted, unless a value says otherwise; tried on fixtures/targets, whose
// heap leaks take 0.2 to 0.5 MB/s, and on caches that fill, sawteeth and warm-ups, which must stay silent. Confidences
// follow the proof: the code was seen adding to what grows; a holder without its filler; allocations only; nothing.

export const HEAP_CAUSE = {
  /** A place that allocates must explain this share of the growth to be named on its own; behind a collection, less. */
  leastSiteShare: 0.25,
  /** One class of objects is named when it is at least this part of those that there are more of. */
  leastClassShare: 0.25,
  leastShareBehind: 0.1,
  /** Of the promises that are seen being made, what a package makes that is named for those that stay. */
  leastMakerShare: 0.5,
  /** Of what stays of the program's own, what one place must make to be that which fills a list in which nobody is caught. */
  leastOfEntries: 0.5,
  /** A node has a link and a value. */
  smallestNodeBytes: 24,
  /** Where the place was read too seldom for a trend: of what the floor rose by, what it must have made. */
  leastOfRise: 0.3,
  /** Of the reads of a place that scatters, those at which it had more than before. */
  leastRisingSteps: 0.6,
  /** Slower growth than this takes days to matter and cannot be told from noise in a minute. */
  leastBytesPerSecond: 4 * 1024,
  leastEntriesPerSecond: 1,
  /** Where the heap itself is not seen to rise. */
  leastUnmeasuredPerSecond: 2,
  /** The same of a text, in KiB. */
  leastUnmeasuredKib: 64,
  /** A text of so much of the heap is named. */
  largeTextShare: 0.2,
  /** Larger ones are seldom; where something else allocates what stays, a collection of such is not the one. */
  usualEntryBytes: 64 * 1024,
  /** Functions that wrap each other on purpose (middleware) are a few dozen at most. */
  leastChain: 60,
  /** So many are proof by themselves, where the floor scatters. A walk that is cut comes to some hundred. */
  longChain: 200,
  /** One text or object a second does not make megabytes. */
  largestEntryBytes: 2 * 2 ** 20,
  largestPrimitiveBytes: 128,
  /** Of a text counted in KiB: two bytes a character, and as much again until the parts that were added are one. */
  largestTextUnitBytes: 4 * 1024,
  leastSeenBytes: 512 * 1024,
  /** Without a place to name, a smaller rise may be code being compiled and caches of the VM filling. */
  leastUnexplainedBytes: 2 * 2 ** 20,
  /** Of the whole slope, what the late one must keep: a cache that is nearly full slackens. */
  unabated: 0.7,
  /** Of a rise, what comes in the first two fifths where something was filled and is complete; 0.4 of a steady one. */
  completeShare: 0.75,
  /** Of the pace of the main collection, what another must have to be a leak of its own. */
  otherPace: 0.2,
  /** A plain object, which cannot be seen being filled, leads when it grows this many times faster. */
  unseenLead: 3,
  /** Of the heap limit, what may be in use once a cache with a maximum is full. */
  roomAtMaximum: 0.8,
  /** Collections about as fast as the fastest. */
  alikePace: 0.5,
  mostOthers: 3,
};

/** Entries that cost so much more than is seen of them that their texts may be parts of longer ones. */
export const CUT_TEXTS = { leastBytes: 4 * 1024, leastTimes: 8 };

/** The same of bytes. A list with a maximum is told for it where it would keep so much that nobody means it to. */
export const CUT_BUFFERS = {
  leastBytes: 4 * 1024,
  leastTimes: 8,
  /** The buffer of a part must be most of what an entry costs. */
  leastOfCost: 0.5,
  mostFullBytes: 128 * 2 ** 20,
};

export const HEAP_LEAK = {
  confidence: {
    /** The floor is still within its noise; entries were counted. */
    unmeasured: { placed: 0.85, unplaced: 0.7 },
    /** The filler was seen, with and without the place that allocates. */
    filled: { placed: 0.95, unplaced: 0.9 },
    unfilled: 0.75,
    /** Told by allocations only, by the share of the growth that they explain: who keeps it was not seen. */
    allocated: { from: 0.55, per: 0.35, most: 0.8 },
    unknown: 0.5,
    /** Growth that began lately may be a batch. */
    mostOfLate: 0.8,
    most: 0.95,
  },
  /** A leak too slow to be seen in bytes is a matter of days. */
  slowUrgency: 0.6,
  /** A process older than this whose heap would be full by now, four times over, if it had always grown at this pace. */
  lateUptimeSeconds: 1_800,
  lateTimes: 4,
  /** In a shorter look a cache that takes minutes to fill looks the same. */
  shortLookSeconds: 25,
};

export const PROMISE_LEAK = {
  /** Of the promises older than 5 s, what is still there: those of a slow request are gone by then. */
  leastSurvival: 0.8,
  leastPerSecond: 1,
  confidence: 0.85,
  /** Where the heap is not seen to rise beyond its noise: the promises have to be proof by themselves. */
  unmeasured: {
    /** Of one place, older than 5 s. */
    leastWatched: 16,
    leastSurvival: 0.95,
    leastPerSecond: 5,
    leastRiseBytes: 1024 * 1024,
    /** New clients that stay, of the promises that do: a connection may have a few of its own. */
    mostClients: 0.1,
    leastOthersSurvival: 0.5,
    confidence: 0.75,
  },
};

export const CODE_GROWTH = {
  leastScripts: 2,
  leastPerSecond: 2,
  /** Of what stays, what loading modules must have allocated. */
  leastModuleShare: 0.25,
  confidence: 0.85,
};

export const EXTERNAL_MEMORY = {
  leastBytesPerSecond: 32 * 1024,
  /** One buffer that becomes longer explains it with this share of the pace. */
  leastShareOfOne: 0.4,
  /** The code was seen adding buffers; a place allocates them; neither. */
  confidence: { filled: 0.93, placed: 0.75, unplaced: 0.6 },
  /** No heap limit stops it. */
  leastUrgency: 0.8,
};

export const NATIVE_MEMORY = {
  /** Start-up takes memory, too: 7 MB in the first 12 s were seen in a server that does nothing (Node 26). */
  startUpBytes: 24 * 2 ** 20,
  /** What leaks takes more at nearly every look; an allocator that settles, and our own census, take it in a few steps. */
  leastRisingShare: 0.6,
  leastBytesPerSecond: 250 * 1024,
  /** Of the pace of what takes native memory itself, the heap has less: a few KB for each handle. Seen beside a Map that leaked: 0.8 in a process of 5 s. */
  mostlyHeap: 0.5,
  /** One step that is more than this share of the rise is left out of its pace. */
  largestStepShare: 1 / 2,
  /** V8 keeps each CPU sample until the profile is stopped. Measured: about 130 bytes, a thousand times a second a thread. */
  ownBytesPerSecond: 130 * 1024,
  /** Native parts move up and down; RSS as a whole must follow at this part of their pace. */
  leastShareOfRss: 1 / 2,
  /** Resident memory that rose by so much, and still moves at this share of its pace, is not called healthy. */
  unsettled: {
    mostChance: 0.01,
    leastRiseBytes: 32 * 2 ** 20,
    leastRiseShare: 0.2,
    leastLateShare: 0.1,
    /** From this share of its pace on it is not said to slacken. */
    steadyShare: 0.8,
    /** Pages of files are told from so much on. */
    leastOfFilesBytes: 8 * 2 ** 20,
  },
  /** Mapping files again and again: resident memory follows at this pace, or it is no matter. The call is inferred. */
  mapped: { leastBytesPerSecond: 128 * 1024, confidence: { placed: 0.8, unplaced: 0.75 } },
  /** Requests out that each have an Agent of their own, so often that what these take is worth looking at. */
  leastAgentsPerSecond: 2,
  /** A holder whose entries grow along with it; nothing to name; nothing to name in a process that may still be starting. */
  confidence: { placed: 0.85, called: 0.7, unplaced: 0.6, starting: 0.4 },
  leastUrgency: 0.75,
  startUrgency: 0.5,
};

export const GC_PRESSURE = {
  /** Of wall time. Of an idle process half of it is enough, where it is also much of the busy time. */
  leastShare: 0.1,
  leastShareOfBusy: 0.3,
  leastCollections: 5,
  criticalShare: 0.25,
  /** By the share of collections that one place set off. */
  confidence: { from: 0.6, per: 0.4, most: 0.95 },
  urgency: { from: 0.35, per: 1.5, most: 1 },
};

export const MEMORY_LIMIT = {
  closeHeap: 0.8,
  /** Where V8 collects for a felt part of the time, the heap is too small from this share on. */
  closeThrashing: 0.65,
  thrashingGcShare: 0.1,
  thrashingCollections: 5,
  closeContainer: 0.9,
  /** Growth without a known cause counts when the limit is this near. */
  soonSeconds: 1_800,
  /** A container is not judged by a rise when it is far from full, nor by one that warming up and our own profilers make. */
  leastShare: 0.3,
  leastRiseBytes: 8 * 2 ** 20,
  /** So much time in which nothing of the container could run because it waited for memory is felt. */
  feltStall: 0.02,
  /** Files in memory that are worth a word of advice, of the limit. */
  manyFilesShare: 0.2,
  /** Collecting for less of the time is not worth a word. */
  leastGcShare: 0.02,
  criticalShare: 0.95,
  confidence: 0.95,
  /** For each share beyond what is close. */
  urgency: { from: 0.5, per: 2.5, most: 0.97 },
};

/** Above memory.high of its cgroup. */
export const MEMORY_THROTTLED = {
  /** The kernel lets a group go a little above its bound, and takes it back to a little below. */
  nearHigh: 0.95,
  /** Waiting for memory for less of the time is felt by few. */
  leastStallShare: 0.1,
  /** Where no pressure is counted: of the looks, those that met the main thread asleep in the kernel. */
  leastStuckShare: 0.3,
  criticalShare: 0.3,
  /** The kernel's own counters. */
  confidence: 0.93,
  urgency: { from: 0.7, per: 0.5, most: 0.97 },
};

/** A heap limit that does not fit its container. */
export const HEAP_BOUND = {
  /** Node's default in small containers is as large as they are: that counts once this share of the limit is in use. */
  usedForDefault: 0.6,
  /** A heap limit so much above Node's default (memory/default-heap.ts) is somebody's setting: versions differ a little. */
  aboveDefault: 1.1,
  confidence: 0.9,
  /** By the share of the container that is in use. */
  urgency: { from: 0.3, per: 0.25, most: 0.55 },
};

/** The kernel's own counter: only who was killed is open. */
export const OOM_KILLS = { confidence: 0.97, urgency: { now: 0.9, before: 0.4 } };

/** What was written piles up in streams. */
export const STREAM_BACKLOG = {
  /** The heap, or what is outside of it, must rise with it. */
  leastBytes: 4 * 2 ** 20,
  leastReads: 3,
  confidence: { placed: 0.88, unplaced: 0.75 },
  urgency: { least: 0.6 },
  most: 2,
};
