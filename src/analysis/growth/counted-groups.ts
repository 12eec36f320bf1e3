// What one look from outside counts, by the group that it is counted in: descriptors, sockets and mapped files.
import type { PassiveSample } from '../../model/samples.ts';

export function groupFds(sample: PassiveSample) {
  return sample.fds?.map((group) => ({
    key: `${group.kind}|${group.pattern}`,
    subject: group,
    count: group.count,
  }));
}

export function groupSockets(sample: PassiveSample) {
  return sample.sockets?.map((group) => ({
    key: `${group.direction}|${group.endpoint}|${group.state}`,
    subject: group,
    count: group.count,
  }));
}

export function groupMapped({ mappedFiles }: PassiveSample) {
  return mappedFiles?.map((subject) => ({ key: subject.pattern, subject, count: subject.count }));
}
