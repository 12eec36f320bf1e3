// One container of a Kubernetes pod, as its spec sets it up. Absent is not set; the defaults of Kubernetes are filled
// in where it has one.

export interface PodProbe {
  /** What it asks, as one word: "GET :8080/healthz", "tcp :8080", "exec cat /tmp/ok". */
  asks: string;
  /** Kubernetes' defaults: 1, 10, 3, 0. */
  timeoutSeconds: number;
  periodSeconds: number;
  failureThreshold: number;
  initialDelaySeconds: number;
}

export interface PodContainer {
  /** Of the pod or of what makes it. */
  owner: string;
  name: string;
  /** `command` and `args`; empty when the image says what runs. */
  command: string[];
  hasCommand: boolean;
  gracePeriodSeconds: number;
  hasPreStop: boolean;
  liveness?: PodProbe;
  readiness?: PodProbe;
  startup?: PodProbe;
  memoryLimitBytes?: number;
  memoryRequestBytes?: number;
  cpuLimitCores?: number;
  /** `containerPort`s. */
  ports?: number[];
  /** NODE_OPTIONS, where the spec itself says it; null: it comes from elsewhere (valueFrom, envFrom). */
  nodeOptions?: string | null;
  /** PID 1 is then not this container's program. */
  sharesProcesses: boolean;
  runsAsNonRoot: boolean;
}

/** Default of Kubernetes. */
export const GRACE_PERIOD_SECONDS = 30;
