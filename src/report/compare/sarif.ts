// A comparison as a SARIF 2.1.0 log, for code scanning: findings and slower functions at file and line. Viewers refuse
// results without a place in the repository, so those stand among the notifications of the run.
import { createHash } from 'node:crypto';
import type { Location, Log, Notification, Result, Suppression } from 'sarif';
import type { Comparison, FindingChange, FunctionChange } from '../../model/comparison/comparison.ts';
import type { FindingKind, Severity } from '../../model/finding.ts';
import { escapeControls, jsonForTerminal } from '../escape.ts';
import { isRepositoryFile, repositoryUri } from './repository-file.ts';
import { SARIF_RULE_IDS, SLOWER_FUNCTION, sarifRules } from './sarif-rules.ts';
import { regressedFunctions, regressedMetrics } from './selection.ts';
import {
  describeAcceptance,
  describeChange,
  describeFunction,
  describeFunctionChange,
  MAX_COMMAND_LENGTH,
} from './words.ts';

const LEVELS: Record<Severity, 'note' | 'warning' | 'error'> = {
  notice: 'note',
  warning: 'warning',
  critical: 'error',
};

/** The log, indented, ending in a newline; safe to print. */
export function renderComparisonSarif(comparison: Comparison): string {
  const found = [
    ...comparison.findings.map(findingResult),
    ...regressedFunctions(comparison).map((change) => functionResult(change, comparison)),
  ];
  const isPlaced = ({ locations = [] }: Result) => locations.length > 0;
  const isOpen = ({ baselineState, suppressions }: Result) => baselineState !== 'absent' && !suppressions;
  const results = found.filter(isPlaced);
  const unplaced = found.filter((result) => !isPlaced(result) && isOpen(result));
  const notifications = [...unplaced.map(resultNotification), ...otherNotifications(comparison)];
  return `${jsonForTerminal(log(comparison, results, notifications))}\n`;
}

function log(comparison: Comparison, results: Result[], notifications: Notification[]): Log {
  const { tool, createdAt, verdict, base, head, gates } = comparison;
  const endTime = Date.parse(createdAt);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'culprit', version: tool.version || '0', rules: sarifRules() } },
        automationDetails: { id: 'culprit/' },
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: true,
            ...(Number.isNaN(endTime) ? {} : { endTimeUtc: new Date(endTime).toISOString() }),
            ...(gates === null ? {} : { commandLine: escapeControls(gates.command, MAX_COMMAND_LENGTH) }),
            toolExecutionNotifications: notifications,
          },
        ],
        results,
        properties: { verdict, base: message(base.label).text, head: message(head.label).text },
      },
    ],
  };
}

/** Never an embedded link: "[words](target)" would be one. */
function message(...lines: string[]): { text: string } {
  return { text: lines.map((line) => escapeControls(line).replaceAll('](', '] (')).join('\n') };
}

function findingResult(finding: FindingChange): Result {
  const { kind, severity, title, advice, presence, fingerprint } = finding;
  const isGone = presence === 'gone';
  return {
    ...rule(kind),
    // What is gone is no problem of head; level and kind say so to viewers that do not read baselineState.
    ...(isGone ? { kind: 'pass', level: 'none' } : { level: LEVELS[severity] }),
    message: message(title, ...advice.slice(0, 5)),
    locations: locations(finding),
    partialFingerprints: { 'culpritFingerprint/v1': escapeControls(fingerprint, 100) },
    baselineState: ({ new: 'new', gone: 'absent', both: 'unchanged' } as const)[presence],
    ...(finding.accepted === null ? {} : { suppressions: [suppression(finding)] }),
  };
}

function suppression(finding: FindingChange): Suppression {
  return {
    kind: 'external',
    status: 'accepted',
    justification: escapeControls(describeAcceptance(finding)),
  };
}

function functionResult(change: FunctionChange, comparison: Comparison): Result {
  const identity = [change.function, change.file ?? '', change.package?.replace(/@[^@]*$/, '') ?? ''];
  const hash = createHash('sha256')
    .update(JSON.stringify([SLOWER_FUNCTION, ...identity]))
    .digest('hex');
  return {
    ...rule(SLOWER_FUNCTION),
    level: 'warning',
    message: message(`${describeFunction(change)} is slower: ${describeFunctionChange(change, comparison)}`),
    locations: locations(change),
    partialFingerprints: { 'culpritFingerprint/v1': hash.slice(0, 8) },
    baselineState: 'new',
  };
}

function rule(id: FindingKind | typeof SLOWER_FUNCTION) {
  return { ruleId: id, ruleIndex: SARIF_RULE_IDS.indexOf(id) };
}

function locations(place: Pick<FindingChange, 'file' | 'line' | 'function'>): Location[] {
  const { file, line } = place;
  if (file === null || !isRepositoryFile(file)) return [];
  return [
    {
      physicalLocation: {
        artifactLocation: { uri: repositoryUri(file), uriBaseId: '%SRCROOT%' },
        ...(line === null ? {} : { region: { startLine: line } }),
      },
      ...(place.function === null
        ? {}
        : { logicalLocations: [{ name: escapeControls(place.function), kind: 'function' }] }),
    },
  ];
}

function resultNotification({ level, message: text, ruleId, ruleIndex }: Result): Notification {
  return { level, message: text, associatedRule: { id: ruleId!, index: ruleIndex! } };
}

/** What no line can be blamed for: metrics that became worse, gates that were not passed, and warnings. */
function otherNotifications(comparison: Comparison): Notification[] {
  const { gates, warnings } = comparison;
  return [
    ...regressedMetrics(comparison).map((metric) => ({
      level: 'warning' as const,
      message: message(`${metric.name} (${metric.words}): ${describeChange(metric, metric.unit)}, worse`),
    })),
    ...(gates?.decisions ?? [])
      .filter(({ outcome }) => outcome !== 'pass')
      .map(({ rule: gate, outcome, statement }) => ({
        level: outcome === 'unsure' ? ('warning' as const) : ('error' as const),
        message: message(`gate ${gate}: ${statement}`),
      })),
    ...warnings.map((warning) => ({ level: 'note' as const, message: message(warning) })),
  ];
}
