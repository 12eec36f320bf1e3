// Async hooks go on and off one change at a time. Node's own bookkeeping cannot be entered twice, and an evaluation of
// ours (which stops the probe) may interrupt our timer in the middle of `enable()`: the promise hook then stayed on for
// good (seen on Node 20).

/** Runs the change now; within another change, right after that one. */
export type ChangeHooks = (change: () => void) => void;

export function createHookChanges(): ChangeHooks {
  const waiting: (() => void)[] = [];
  let isChanging = false;
  return (change) => {
    waiting.push(change);
    if (isChanging) return;
    isChanging = true;
    // No function is called between the last look at the list and the end: nothing can come in there.
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        next();
      } catch {}
    }
    isChanging = false;
  };
}
