// Rounds to the table in docs/costs.md: each condition beside the server alone, pair by pair.
import { BASELINE } from './conditions.mjs';
import { interval, median } from './statistics.mjs';

const MB = 2 ** 20;

const HEAD = [
  'server',
  'under',
  'throughput kept',
  'p99 at half load',
  'CPU a request at half load',
  'memory added',
  'throughput after',
  'left after',
];

/** `blocks`: per server, a list of {condition: {full, half}}, one entry a block. */
export function summarize(blocks) {
  return Object.entries(blocks).flatMap(([server, list]) =>
    Object.keys(list[0] ?? {})
      .filter((condition) => condition !== BASELINE)
      .map((condition) => ({ server, condition, ...compare(list, condition) })),
  );
}

function compare(list, condition) {
  const ratios = (of) => withInterval(list.map((block) => of(block[condition]) / of(block[BASELINE])));
  const peak = ({ full, half }) => Math.max(full.peakRssBytes, half.peakRssBytes);
  return {
    throughput: ratios(({ full }) => full.perSecond),
    p99: ratios(({ half }) => half.p99),
    p99Millis: [BASELINE, condition].map((each) => median(list.map((block) => block[each].half.p99))),
    p99Pairs: list.map((block) => [BASELINE, condition].map((each) => block[each].half.p99)),
    cpu: ratios(({ half }) => half.cpuMicros),
    addedBytes: withInterval(list.map((block) => peak(block[condition]) - peak(block[BASELINE]))),
    throughputAfter: ratios(({ full }) => full.perSecondAfter),
    left: [...new Set(list.flatMap((block) => block[condition].full.left))],
    failed: list.reduce((sum, { [condition]: { full, half } }) => sum + full.failed + half.failed, 0),
  };
}

function withInterval(numbers) {
  return { median: median(numbers), interval: interval(numbers), numbers };
}

export function renderTable(rows) {
  const ratio = ({ median: middle, interval: [low, high] }) =>
    `**${middle.toFixed(3)}** (${low.toFixed(3)} - ${high.toFixed(3)})`;
  const megabytes = ({ median: middle, interval: [low, high] }) =>
    `${(middle / MB).toFixed(0)} MB (${(low / MB).toFixed(0)} - ${(high / MB).toFixed(0)})`;
  const cells = (row) => [
    row.server,
    row.condition,
    ratio(row.throughput),
    `${ratio(row.p99)}: ${row.p99Millis.map((millis) => millis.toFixed(1)).join(' to ')} ms`,
    ratio(row.cpu),
    megabytes(row.addedBytes),
    ratio(row.throughputAfter),
    [row.left.join('; ') || 'nothing', row.failed > 0 && `${row.failed} requests failed`]
      .filter(Boolean)
      .join('; '),
  ];
  return [HEAD, HEAD.map(() => '---'), ...rows.map(cells)]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}
