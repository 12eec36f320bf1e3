// The folder of a recording while it is written: it has its final name only when it is whole, and may move to another disk
// when its own is full.
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { isDiskFull, notWritten, writeAll } from './output-file.ts';

export interface WrittenRecording {
  /** Where it is. */
  dir: string;
  /** Why it is not where it was to be; absent: it is. */
  moved?: UsageError;
}

const SAMPLES = 'samples.jsonl';

export class RecordingFolder {
  /** Absolute. */
  private final: string;
  private work: string;
  private samples: number | null = null;
  /** Bytes of whole lines. */
  private wholeBytes = 0;
  private moved: UsageError | undefined;

  /** `elsewhere`: a folder to move to, once, when the disk is full. Throws UsageError. */
  constructor(
    private readonly asked: string,
    private elsewhere: string | undefined,
  ) {
    this.final = resolve(asked);
    if (existsSync(this.final))
      throw new UsageError(
        `${asked} exists already.`,
        'Choose another name: recordings are never overwritten.',
      );
    this.work = partialOf(this.final);
    let isOurs = false;
    try {
      // Not recursive: below /proc Node would try for ever.
      mkdirSync(this.work, { mode: 0o700 });
      isOurs = true;
      this.samples = openSync(this.pathOf(SAMPLES), 'wx', 0o600);
    } catch (error) {
      if (isOurs) this.discard();
      throw notWritten(asked, error);
    }
  }

  pathOf(name: string): string {
    return join(this.work, name);
  }

  /** One line of samples, with its end. Throws UsageError. */
  line(text: string): void {
    const bytes = Buffer.from(text);
    this.write(() => writeAll(this.samples!, bytes));
    this.wholeBytes += bytes.length;
  }

  /** A file as a whole; one of that name is replaced. Throws UsageError. */
  file(name: string, content: string): void {
    this.write(() => writeFileSync(this.pathOf(name), content, { mode: 0o600 }));
  }

  /** Throws UsageError. */
  complete(): void {
    this.close();
    try {
      renameSync(this.work, this.final);
    } catch (error) {
      throw notWritten(this.asked, error);
    }
  }

  written(): WrittenRecording {
    return { dir: this.final, ...(this.moved && { moved: this.moved }) };
  }

  /** Removes what was written. */
  discard(): void {
    this.close();
    rmSync(this.work, { recursive: true, force: true });
  }

  private write(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isDiskFull(error) || this.elsewhere === undefined) throw notWritten(this.asked, error);
      this.move(this.elsewhere, error);
      this.write(work);
    }
  }

  /** Takes along what there is. Throws UsageError about the first disk when there is no room for it either. */
  private move(elsewhere: string, error: unknown): void {
    this.elsewhere = undefined;
    let parent: string | undefined;
    try {
      parent = mkdtempSync(join(elsewhere, 'culprit-'));
      const final = join(parent, basename(this.final));
      const work = partialOf(final);
      mkdirSync(work, { mode: 0o700 });
      for (const name of readdirSync(this.work)) copyFileSync(this.pathOf(name), join(work, name));
      const samples = openSync(join(work, SAMPLES), 'a', 0o600);
      // Half a line may have gone onto the disk that became full.
      ftruncateSync(samples, this.wholeBytes);
      this.discard();
      [this.final, this.work, this.samples] = [final, work, samples];
      const { message, hint } = notWritten(this.asked, error);
      this.moved = new UsageError(`${message} The recording is in ${final} instead.`, hint, { cause: error });
    } catch {
      if (parent !== undefined) rmSync(parent, { recursive: true, force: true });
      throw notWritten(this.asked, error);
    }
  }

  private close(): void {
    if (this.samples !== null) closeSync(this.samples);
    this.samples = null;
  }
}

const partialOf = (path: string) => join(dirname(path), `${basename(path)}.partial-${process.pid}`);
