import { describe, expect, test } from 'vitest';
import {
  nextOfAudit,
  nextOfComparison,
  nextOfDiagnosis,
  nextOfTriage,
} from '../../src/findings/next-of-report.ts';
import { buildFinding } from '../report/build-report.ts';

describe('a diagnosis leaves open', () => {
  const diagnosed = {
    findings: [],
    pid: 4242,
    durationMillis: 30_000,
    isUnsettled: false,
    growsALittle: false,
  };
  const NEXT = { unknown: 'Who holds it.', command: 'culprit diagnose 4242 --snapshot force' };

  test('what its gravest finding with an open question does', () => {
    const findings = [buildFinding(), buildFinding({ rank: 2, nextMeasurement: NEXT })];
    expect(nextOfDiagnosis({ ...diagnosed, verdict: 'findings', findings })).toEqual({
      nextMeasurement: NEXT,
    });
  });

  test('nothing where its findings leave nothing open, and where it is healthy', () => {
    expect(nextOfDiagnosis({ ...diagnosed, verdict: 'findings', findings: [buildFinding()] })).toEqual({});
    expect(nextOfDiagnosis({ ...diagnosed, verdict: 'healthy' })).toEqual({});
  });

  test('what silence does not tell, with a longer look each time', () => {
    const commandAfter = (durationMillis: number) =>
      nextOfDiagnosis({ ...diagnosed, verdict: 'too-little-data', durationMillis }).nextMeasurement?.command;
    expect(commandAfter(5_000)).toBe('culprit diagnose 4242 --duration 120s');
    expect(commandAfter(120_000)).toBe('culprit diagnose 4242 --duration 240s');
    expect(commandAfter(3_600_000)).toBe('culprit diagnose 4242 --duration 600s');
  });

  test('whether a healthy process stays healthy, where it is young or something grew', () => {
    const commandFor = (open: object) =>
      nextOfDiagnosis({ ...diagnosed, ...open, verdict: 'healthy' }).nextMeasurement?.command;
    expect(commandFor({ growsALittle: true })).toBe('culprit diagnose 4242 --duration 120s');
    expect(commandFor({ isUnsettled: true })).toBe('culprit diagnose 4242 --duration 120s --settle');
  });

  test('whether what grew goes on growing, where all that was found is about the machine', () => {
    const starved = buildFinding({ kind: 'cpu-starved' });
    const grows = { ...diagnosed, growsALittle: true, verdict: 'findings' as const };
    expect(nextOfDiagnosis({ ...grows, findings: [starved] }).nextMeasurement?.command).toBe(
      'culprit diagnose 4242 --duration 120s',
    );
    expect(nextOfDiagnosis({ ...grows, findings: [starved, buildFinding()] })).toEqual({});
    expect(nextOfDiagnosis({ ...grows, growsALittle: false, findings: [starved] })).toEqual({});
  });

  test('who holds what rose without a cause, before a longer look', () => {
    const open = { ...diagnosed, holder: NEXT };
    expect(nextOfDiagnosis({ ...open, verdict: 'too-little-data' })).toEqual({ nextMeasurement: NEXT });
    expect(nextOfDiagnosis({ ...open, verdict: 'findings', findings: [buildFinding()] })).toEqual({});
  });

  test('under load, where nothing was served', () => {
    const next = nextOfDiagnosis({ ...diagnosed, verdict: 'idle', pid: null });
    expect(next.nextMeasurement).toMatchObject({
      unknown: expect.stringMatching(/under load/),
      command: expect.stringMatching(/^culprit diagnose <pid> /),
    });
  });
});

describe('a triage leaves open', () => {
  test('how a process ended that its log does not say', () => {
    expect(nextOfTriage({ verdict: 'too-little-data', findings: [] }).nextMeasurement?.command).toMatch(
      /^culprit triage --exit-code /,
    );
  });

  test('nothing of a clean exit', () => {
    expect(nextOfTriage({ verdict: 'healthy', findings: [] })).toEqual({});
  });
});

describe('an audit leaves open', () => {
  const unknown = (check: string, value: string) => ({ check, value, outcome: 'unknown' as const });

  test('what an option would tell, and names all of them', () => {
    const checked = [
      unknown('readiness', 'needs the pod: --pod-spec'),
      unknown('grace period', 'not measured: --drill'),
      unknown('agents', 'none was found in use'),
    ];
    expect(nextOfAudit({ checked }, 4242)).toEqual({
      nextMeasurement: {
        unknown: 'Whether these settings are right: readiness, grace period.',
        command: 'culprit audit 4242 --pod-spec <pod.yaml> --drill',
      },
    });
  });

  test('nothing that no option would tell', () => {
    expect(nextOfAudit({ checked: [unknown('agents', 'none was found in use')] }, 4242)).toEqual({});
  });
});

describe('a comparison leaves open', () => {
  test('what more runs would tell', () => {
    expect(nextOfComparison({ verdict: 'unsure', runsNeeded: 6.2 }).nextMeasurement?.unknown).toMatch(
      /7 runs/,
    );
  });

  test('nothing that no number of runs would, nor what is decided', () => {
    expect(nextOfComparison({ verdict: 'unsure', runsNeeded: null })).toEqual({});
    expect(nextOfComparison({ verdict: 'different', runsNeeded: 6 })).toEqual({});
  });
});
