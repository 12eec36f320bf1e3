// Thresholds that leaks of all sorts share. Chosen, not fitted, unless a value says otherwise. They hold on the faults and
// the healthy twins of fixtures/targets and fixtures/apps (`npm run test:accuracy`), which count whether the first finding
// is right; nothing yet measures whether a stated confidence is.

/** How pressing a leak is, by the time until its limit is met; leakUrgency() in wording.ts has the curve. */
export const LEAK_URGENCY = {
  /** No limit is known: a container without one still runs on a machine. */
  unknown: 0.7,
  /** Less time than it takes to call somebody. */
  soonHours: 0.25,
  soon: 1,
  /** From the first moment that is not soon, falling with the logarithm of the time. */
  later: 0.95,
  perTenfold: 0.24,
  /** A day and more. */
  least: 0.55,
};

/** A limit that is met within an hour is critical. */
export const CRITICAL_SECONDS = 3_600;

/** Things counted one by one in /proc: descriptors, sockets. */
export const PILING_UP = {
  /** At this pace a limit of 1,024 descriptors is met in three hours; what is slower needs a longer look. */
  leastPerSecond: 0.1,
  /** Fewer more may be open by chance when the look ends. */
  leastRise: 4,
  /** A pool grows in a few jumps, at peaks of the load; a leak rises all the time. */
  leastSteps: 4,
};

/** One of these for each client that comes and stays is the load: the share of the growth that clients explain then. */
export const FOLLOWS_CLIENTS = 0.7;

/** Clients that go away, and what accumulates because of them, are counted in two ways: rates of one cause differ by no more. */
export const LEFT_ANSWERS = { samePace: 1.8 };

/** Where the code is that makes what accumulates: of things made there, the share that stays. */
export const SITE_SURVIVAL = {
  /** On one path of several, most of them end. */
  least: 0.4,
  /** Fewer alive are told apart from work in progress by nothing. */
  leastAlive: 2,
  /** Rates of one cause, counted in two ways, differ by no more. */
  samePace: 2,
};

export const COMPANION = {
  /** Both are counted, once a second: they differ by what was made between the two reads. */
  samePace: 1.2,
};

/** Caches of a process this young are often not full yet: two minutes, as long as most programs warm up. */
export const YOUNG_SECONDS = 120;
