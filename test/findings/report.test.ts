import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { DiagnosisReport } from '../../src/model/finding.ts';
import type { Observations } from '../../src/model/observations.ts';
import { renderJson } from '../../src/report/json.ts';
import { reportWarning } from '../../src/report/warnings.ts';
import {
  asyncSite,
  buildObservations,
  collection,
  cpu,
  heapFloor,
  KB,
  sockets,
} from '../support/build-observations.ts';
import { reportErrors } from '../support/json-schemas.ts';
import { linear } from '../support/shapes.ts';

const HANDLE = 'emit@node:events:500 > handle@/app/src/orders.js:42';
const LOGIN = 'emit@node:events:500 > login@/app/src/login.js:10';

function reportOf(observations: Observations): DiagnosisReport {
  const { target, capture, warnings } = observations;
  const judgement = judge(gatherFacts(observations));
  return {
    kind: 'diagnosis',
    schemaVersion: 2,
    tool: { name: 'culprit', version: 'test' },
    target,
    capture,
    ...judgement,
    warnings: warnings.map(reportWarning),
  };
}

/** Update with `npx vitest run test/findings/report.test.ts -u` after reading what changed. */
test('three causes of one server, as the whole report says them', async () => {
  const report = reportOf(
    buildObservations(
      heapFloor(linear(400 * KB), `${HANDLE} > remember@/app/src/session.js:7`),
      collection(linear(900), `${HANDLE} > remember@/app/src/session.js:7`, { holderName: 'sessions' }),
      sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80', receiveQueueBytes: 4_096 }, linear(3)),
      asyncSite('TCPWRAP', `${HANDLE} > get@/app/node_modules/needle/index.js:5 > connect@node:net:1`),
      cpu([
        ['(idle)', 1_600],
        [`${LOGIN} > pbkdf2Sync@node:internal/crypto/pbkdf2:60`, 400],
      ]),
    ),
  );
  const json = renderJson(report);
  expect(reportErrors(JSON.parse(json))).toEqual([]);
  expect(report.findings.map(({ kind }) => kind).toSorted()).toEqual([
    'event-loop-block',
    'heap-leak',
    'socket-leak',
  ]);
  await expect(json).toMatchFileSnapshot('three-causes.report.txt');
});

test('a healthy server, as the whole report says it', () => {
  const report = reportOf(buildObservations());
  expect(reportErrors(JSON.parse(renderJson(report)))).toEqual([]);
  expect(report).toMatchObject({ verdict: 'healthy', findings: [] });
  expect(report.notApplicable.map(({ kind }) => kind)).toEqual(['slowdown']);
});

test('the same observations make the same report, byte for byte', () => {
  const build = () => renderJson(reportOf(buildObservations(heapFloor(linear(400 * KB), HANDLE))));
  expect(build()).toBe(build());
});
