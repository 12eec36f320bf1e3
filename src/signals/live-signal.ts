// What the live half of a signal is: how one thread of the target is queried for it. Nothing is judged here.

import type { ProbeClient } from '../probe/client/probe-client.ts';
import type { ScriptList } from '../probe/client/script-list.ts';
import type { InspectorSession } from '../target/inspector/inspector-session.ts';
import type { BodyOf } from '../wire/parts.ts';
import type { SampleLine } from './lines.ts';
import type { CaptureSink } from './sink.ts';

/** One thread, main or worker, as readers of signals see it. */
export interface SignalThread {
  readonly id: number;
  /** Of its files: "main", "worker-3". */
  readonly fileName: string;
  readonly session: InspectorSession;
  /** Null: the thread gave no access to its built-in modules. */
  readonly probe: ProbeClient | null;
  /** Scripts that V8 has told of so far. */
  readonly scripts: ScriptList;
  readonly sink: CaptureSink;
  /** Asks for a signal and writes down what it says. */
  ask<Type extends SampleLine['type'], Args extends unknown[]>(
    signal: LiveSignal<Type, Args>,
    atMillis: number,
    ...args: Args
  ): Promise<ReadOf<Type> | null>;
  /** Runs work that pauses the thread on our behalf, so that the pause is not counted as the program's own. */
  duringOwnPause<T>(step: string, work: () => Promise<T>): Promise<T>;
  /** Notes every script there is, and each new one until `meanwhile` is through; to begin with it is a pause, called `step`. */
  whileScriptsAreListed<T>(step: string, meanwhile: () => Promise<T>): Promise<T>;
}

type LineOf<Type extends SampleLine['type']> = Extract<SampleLine, { type: Type }>;

/** A reader: what it resolves with becomes one line of the recording; null: there is nothing to tell. */
export interface LiveSignal<Type extends SampleLine['type'], Args extends unknown[] = []> {
  readonly type: Type;
  read(
    thread: SignalThread,
    atMillis: number,
    ...args: Args
  ): Promise<BodyOf<LineOf<Type>> | null | undefined>;
}

export type ReadOf<Type extends SampleLine['type']> = BodyOf<LineOf<Type>>;
