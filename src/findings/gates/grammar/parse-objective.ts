// The error budget in a rule: "latency.p99<300ms@99%,burn<2", what must hold in which part of all windows.

import { METRICS, type MetricName } from '../../../model/comparison/run.ts';
import { nearestName } from '../../../model/nearest-name.ts';
import type { ObjectiveRule, WrittenRule } from './gate-rule.ts';
import { exampleOf, parseValue, tidy } from './parse-limit.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';

const FORM =
  /^([^<>=@,]+)(<=|>=|<|>)([^<>=@,]+)@\s*(\d+(?:\.\d+)?)\s*%\s*(?:,\s*burn\s*<=?\s*(\d+(?:\.\d+)?)\s*)?$/;
const HINT =
  'Write slo:latency.p99<300ms@99%,burn<2: what must hold, in which part of all windows, and at what burn rate.';

export function parseObjective(text: string): Omit<ObjectiveRule, keyof WrittenRule> | Refusal {
  const match = FORM.exec(text);
  if (!match) return refuse('this is not an error budget.', HINT);
  const [, name = '', operator = '', limit = '', percent, burn = '1'] = match.map((part) => part?.trim());
  if (!Object.hasOwn(METRICS, name)) return unknownMetric(name);
  const metric = name as MetricName;
  const { better } = METRICS[metric];
  const good = better === 'lower' ? '<' : '>';
  if (operator[0] !== good)
    return refuse(
      `an error budget says what must hold, and ${better} is better for ${metric}.`,
      `Write slo:${metric}${good}${exampleOf(metric)}@99%.`,
    );
  const share = tidy(Number(percent) / 100);
  if (!(share > 0 && share < 1))
    return refuse(
      `with ${percent} % of all windows, the error budget is either nothing or everything.`,
      'Use more than 0 % and less than 100 %.',
    );
  if (!(Number(burn) > 0)) return refuse('the burn rate has to be above 0.', HINT);
  if ((1 - share) * Number(burn) >= 1)
    return refuse(
      `at a burn rate of ${burn}, all windows may be bad where ${percent} % have to be good.`,
      'Use a lower burn rate.',
    );
  const value = parseValue(limit, metric);
  return isRefusal(value) ? value : { type: 'objective', metric, limit: value, share, burn: Number(burn) };
}

function unknownMetric(name: string): Refusal {
  const names = Object.keys(METRICS);
  const near = nearestName(name, names);
  return refuse(
    `there is no metric "${name}"${near ? `; did you mean ${near}?` : '.'}`,
    `Metrics are ${names.join(', ')}.`,
  );
}
