// The end of a container, as statuses and events tell it.
import type { EndEvent, EndedContainer } from '../ends/ending.ts';

/** How one container ended, or why it never began. */
export interface ContainerEnd extends EndedContainer {
  /** Empty: it has not ended. */
  events: EndEvent[];
  /** It runs now. */
  isRunning: boolean;
  /** It prepares the pod, and is meant to end. */
  isInit: boolean;
}
