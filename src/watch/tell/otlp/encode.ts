// Metrics and events as OTLP in JSON, by OpenTelemetry's own encoder.
import { type HrTime, ValueType } from '@opentelemetry/api';
import { JsonLogsSerializer, JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { EventRecord } from './events.ts';
import type { Metric } from './points.ts';

export type Attributes = Readonly<Record<string, string | number>>;

/** Who made what is sent. */
export interface Scope {
  name: string;
  version: string;
}

export interface MetricsMoment {
  /** Since then totals count, and now; wall-clock time. */
  startMillis: number;
  nowMillis: number;
}

/** One request. */
export function encodeMetrics(
  resource: Attributes,
  { metrics, scope }: { metrics: readonly Metric[]; scope: Scope },
  moment: MetricsMoment,
): Uint8Array {
  return written(
    JsonMetricsSerializer.serializeRequest({
      resource: resourceFromAttributes({ ...resource }),
      scopeMetrics: [{ scope, metrics: metrics.map((metric) => metricData(metric, moment)) }],
    }),
  );
}

export interface ReadyEvent {
  resource: Attributes;
  record: EventRecord;
  wallMillis: number;
}

/** One request. */
export function encodeEvents(events: readonly ReadyEvent[], scope: Scope): Uint8Array {
  const resources = new Map<string, Resource>();
  const resourceOf = (attributes: Attributes) => {
    const key = JSON.stringify(attributes);
    const resource = resources.get(key) ?? resourceFromAttributes({ ...attributes });
    resources.set(key, resource);
    return resource;
  };
  const records = events.map(
    ({ resource, record, wallMillis }): ReadableLogRecord => ({
      ...record,
      hrTime: hrTime(wallMillis),
      hrTimeObserved: hrTime(wallMillis),
      resource: resourceOf(resource),
      instrumentationScope: scope,
      droppedAttributesCount: 0,
    }),
  );
  return written(JsonLogsSerializer.serializeRequest(records));
}

function metricData({ name, description, unit, is, points }: Metric, moment: MetricsMoment): MetricData {
  const base = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map(({ value, attributes }) => ({
      startTime: hrTime(Math.min(moment.startMillis, moment.nowMillis)),
      endTime: hrTime(moment.nowMillis),
      attributes,
      value,
    })),
  };
  return is === 'value'
    ? { ...base, dataPointType: DataPointType.GAUGE }
    : { ...base, dataPointType: DataPointType.SUM, isMonotonic: is === 'total' };
}

function hrTime(millis: number): HrTime {
  const whole = Math.floor(millis);
  return [Math.floor(whole / 1_000), (whole % 1_000) * 1_000_000];
}

/** The encoder says that there may be nothing; of a request there always is something. */
function written(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new TypeError('OpenTelemetry encoded nothing.');
  return bytes;
}
