// Whether one thread compiles code all the time, and which code asks for it.
import { type CompilationWatch, compilationsRead, newestScript } from '../../signals/compilations/read.ts';
import type { CaptureContext } from '../context.ts';
import type { ThreadCapture } from '../thread/thread-capture.ts';

const SHORT: CompilationWatch = { millis: 300, stillMillis: 300 };
const LONG: CompilationWatch = { millis: 600, stillMillis: 1_200 };
/** A second: V8 compiles what we ask it to evaluate, too. */
const MOST_OWN_SCRIPTS = 6;

export class CompileLook {
  /** It was seen to compile. */
  isDone = false;
  /** The number of V8's newest script when it was last asked for. */
  private script: { number: number; atMillis: number } | null = null;

  constructor(
    private readonly context: CaptureContext,
    private readonly thread: ThreadCapture,
  ) {}

  /** Looks where V8's numbers rise faster than by what we ask for. To be called once each sampling interval. */
  async whenCompiling(mayHold: () => boolean): Promise<void> {
    if (!this.isDone && (await this.isCompiling())) await this.look(SHORT, mayHold);
  }

  /** A little compiling does not stand out from our own. */
  async closely(mayHold: () => boolean): Promise<void> {
    if (!this.isDone) await this.look(LONG, mayHold);
  }

  /** V8 compiles all the time, and not only for us. */
  private async isCompiling(): Promise<boolean> {
    const number = await newestScript(this.thread.session);
    if (number === null) return false;
    const [before, atMillis] = [this.script, this.context.elapsed()];
    this.script = { number, atMillis };
    if (!before) return false;
    return (number - before.number) / ((atMillis - before.atMillis) / 1_000) > MOST_OWN_SCRIPTS;
  }

  private async look(watch: CompilationWatch, mayHold: () => boolean): Promise<void> {
    const { context, thread } = this;
    if (!mayHold() || (await thread.probe?.call('isCovered')) === true) return;
    await context.timed(async () => {
      this.isDone = (await thread.ask(compilationsRead, context.elapsed(), watch)) !== null;
    });
  }
}
