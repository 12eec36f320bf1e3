// What is known of one writer of a log between two lines. The states have names; nothing here is changed in place.

import type { EndEvent, Ending } from '../ends/ending.ts';
import type { ErrorBlock } from '../events/error-block.ts';
import type { Dump } from '../events/fatal-dump.ts';
import type { LineList } from '../read/line-list.ts';
import type { NearbyError } from './nearby-errors.ts';
import { NOTHING_RECENT, type RecentLines } from './recent-lines.ts';

/** Text of several lines that is being collected. What no other state claims is the program's own output. */
export type Reading =
  | { state: 'program' }
  /** A stack that the program printed; `readUpTo` is `linesSeen` at its last line. */
  | { state: 'in-stack'; lines: LineList; readUpTo: number }
  /** What V8 and Node print when they give up. */
  | { state: 'in-dump'; dump: Dump };

/** The last end, which later lines may still belong to. */
export type LastEnd = { state: 'running' } | { state: 'after-end'; ending: Ending; linesSince: number };

/** An error that the program wrote itself, as long as it may be the reason of an end. */
export interface Logged {
  event: Extract<EndEvent, { kind: 'logged' }>;
  time: string;
  linesSince: number;
  /** 0 is unknown. */
  pid: number;
  /** Went on with its work: no longer its last word. */
  isSurvived: boolean;
}

export interface Life {
  /**
   * Node's text of an uncaught error. Beside `reading`: until its caret comes, its lines may as well be the program's.
   */
  block: ErrorBlock;
  reading: Reading;
  end: LastEnd;
  logged: Logged | null;
  nearby: readonly NearbyError[];
  /** Lines of the program; not those that belong to an end. */
  linesSeen: number;
  commandLine: string;
  /** The error the log ends with, of which nothing tells whether it ended the process; "" for none. */
  openError: string;
  /** What the last line led to. */
  out: Out;
}

export interface Out {
  /** Ends that are complete. */
  ends: readonly Ending[];
  /** Errors that the program logged, in a sentence each. */
  logged: readonly string[];
}

/** What surrounds a line. `recent` is without the line itself. */
export interface Around {
  /** A pod or service; "" when there is only one. */
  writer: string;
  /** ISO 8601 or as the log has it; "" is unknown. */
  time: string;
  recent: RecentLines;
}

export interface WriterState {
  life: Life;
  around: Around;
}

export const NOTHING_OUT: Out = { ends: [], logged: [] };
export const PROGRAM: Reading = { state: 'program' };
export const RUNNING: LastEnd = { state: 'running' };

export function initialState(writer: string): WriterState {
  return {
    life: {
      block: { state: 'none' },
      reading: PROGRAM,
      end: RUNNING,
      logged: null,
      nearby: [],
      linesSeen: 0,
      commandLine: '',
      openError: '',
      out: NOTHING_OUT,
    },
    around: { writer, time: '', recent: NOTHING_RECENT },
  };
}

/** Field by field: stacks have many lines, and V8 copies by spread some five times slower. */
export const withText = (life: Life, block: ErrorBlock, reading: Reading): Life => ({
  block,
  reading,
  end: life.end,
  logged: life.logged,
  nearby: life.nearby,
  linesSeen: life.linesSeen,
  commandLine: life.commandLine,
  openError: life.openError,
  out: life.out,
});

/** Hands an end on. */
export const withEnd = (life: Life, ending: Ending): Life => ({
  ...life,
  out: { ...life.out, ends: [...life.out.ends, ending] },
});
