// The heap rises after every full GC: which collection takes the retained objects and which code fills it, or at least where
// those objects are allocated. The kind of entries decides the kind of leak: listeners, async contexts, or plain.
import { findHeapCause, isTold, otherCauses } from '../../memory/heap-cause.ts';
import { describeHeapLeak } from '../../memory/leak/heap-leak-text.ts';
import { describeBacklogs } from '../../memory/stream-backlog.ts';
import type { Rule } from '../../rule.ts';

export const heapLeak: Rule = {
  kind: 'heap-leak',
  judge(facts) {
    const drafts = facts.heap.flatMap((growth) => {
      const cause = findHeapCause(growth, facts);
      return cause && isTold(cause, facts)
        ? [cause, ...otherCauses(cause, facts)].map((leak) => describeHeapLeak(leak, facts))
        : [];
    });
    drafts.unshift(...describeBacklogs(facts, 'heap'));
    const { floor, oldGeneration } = facts.heap.find(({ thread }) => thread === 0) ?? {};
    if (drafts.length > 0 || (floor && floor.verdict !== 'too-little-data')) return drafts;
    // Too busy to be made to collect, and nothing that survived piled up: that is an answer.
    if (oldGeneration && ['flat', 'falling'].includes(oldGeneration.verdict)) return drafts;
    return { notApplicable: `fewer than 6 reads of the heap after a full GC (${floor?.points ?? 0} seen)` };
  },
};
