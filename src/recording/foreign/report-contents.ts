// What a diagnostic report contains: heap against limit and by space, handles, stack, limits, signs of trouble.
import { listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import type { ReportContents } from '../../model/profile-tables.ts';

const MOST_ROWS = 12;
const MOST_FRAMES = 12;

/** Absent parts of the report are null or empty; nothing in it is trusted. */
export function contentsOf(report: object): ReportContents {
  const { header, javascriptHeap, javascriptStack, resourceUsage, libuv, userLimits } = objectIn(report);
  const contents = {
    event: textIn(header, 'event') || null,
    trigger: textIn(header, 'trigger') || null,
    at: textIn(header, 'dumpEventTime') || null,
    heapUsedBytes: amountIn(javascriptHeap, 'usedMemory'),
    heapLimitBytes: amountIn(javascriptHeap, 'memoryLimit') ?? amountIn(javascriptHeap, 'heapSizeLimit'),
    rssBytes: amountIn(resourceUsage, 'rss') ?? amountIn(resourceUsage, 'maxRss'),
    heapSpaces: spacesOf(javascriptHeap),
    handles: handlesOf(libuv),
    stack: [textIn(javascriptStack, 'message'), ...stackLines(javascriptStack)].filter((line) => line !== ''),
    limits: limitsOf(userLimits),
  };
  return { ...contents, signs: signsOf(contents) };
}

function amountIn(value: unknown, key: string): number | null {
  const number = numberIn(value, key);
  return number !== null && number >= 0 && number < 1e15 ? number : null;
}

function stackLines(stack: unknown): string[] {
  const lines = listIn(stack, 'stack').filter((line) => typeof line === 'string');
  return lines.slice(0, MOST_FRAMES).map((line) => line.trim().slice(0, 400));
}

function spacesOf(heap: unknown): ReportContents['heapSpaces'] {
  return Object.entries(objectIn(objectIn(heap).heapSpaces))
    .map(([name, space]) => ({
      name,
      usedBytes: amountIn(space, 'used') ?? amountIn(space, 'memorySize') ?? 0,
    }))
    .filter(({ usedBytes }) => usedBytes > 0)
    .sort((a, b) => b.usedBytes - a.usedBytes)
    .slice(0, MOST_ROWS);
}

/** Without the event loop's own. */
function handlesOf(libuv: unknown): ReportContents['handles'] {
  const counts = new Map<string, number>();
  for (const handle of Array.isArray(libuv) ? libuv : []) {
    const type = textIn(handle, 'type').slice(0, 100);
    if (type !== '' && type !== 'loop') counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts]
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_ROWS);
}

/** Those that Node.js programs run into. */
const LIMITS = [
  'open_files',
  'max_user_processes',
  'data_seg_size_kbytes',
  'virtual_memory_kbytes',
  'stack_size_kbytes',
];

function limitsOf(limits: unknown): ReportContents['limits'] {
  return LIMITS.flatMap((name) => {
    const limit = objectIn(limits)[name];
    const [soft, hard] = [plain(objectIn(limit).soft), plain(objectIn(limit).hard)];
    return soft === '' && hard === '' ? [] : [{ name, soft: soft || 'unknown', hard: hard || 'unknown' }];
  });
}

function plain(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 40) : '';
}

const FULL = 0.9;
/** Below this part of its limit a heap is not full, whatever V8's last words were. */
const NOT_FULL = 0.7;
const MOSTLY = 0.5;
const LARGE_SPACE = /large_object_space$/;

function signsOf(contents: Omit<ReportContents, 'signs'>): string[] {
  const { event, heapUsedBytes: used, heapLimitBytes: limit, heapSpaces, handles } = contents;
  const part = used !== null && limit !== null && limit > 0 ? used / limit : null;
  const large = heapSpaces.reduce(
    (sum, { name, usedBytes }) => (LARGE_SPACE.test(name) ? sum + usedBytes : sum),
    0,
  );
  const isLarge = used !== null && used > 0 && large > used * MOSTLY;
  const isOutOfMemory = /heap out of memory|allocation failed|invalid (table|array|string|size)/i.test(
    event ?? '',
  );
  const [most] = handles;
  return [
    part !== null && part >= FULL
      ? 'The heap is nearly full: take a heap snapshot to see what it holds.'
      : '',
    isOutOfMemory && part !== null && part < NOT_FULL
      ? `It ran out of memory with ${Math.round(part * 100)}% of the limit in use: one allocation was too large. ${isLarge ? 'Most of the heap is large objects: look for one array, string, Buffer, Map or Set that grows' : 'Look for one array, string, Map or Set that grows'}; a higher heap limit ${/invalid/i.test(event ?? '') ? 'does not help' : 'helps for a while at most'}.`
      : '',
    !isOutOfMemory && isLarge
      ? 'Most of the heap is large objects: a few long arrays, strings or tables of Maps.'
      : '',
    most && most.count >= 1_000 ? `${most.count} handles of type ${most.type} are open.` : '',
    /unhandled|uncaught|exception/i.test(event ?? '')
      ? 'An uncaught error ended it: its stack is above.'
      : '',
  ].filter((sign) => sign !== '');
}
