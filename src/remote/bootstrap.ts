// How a recorder is started at the other end of a link: by a short script for `node -e`, which reads its code from standard
// input by its length and leaves that input open as a lifeline. So nothing is written to a disk there, and the recorder
// learns at once when culprit is gone.
import { RECORDER_MARK } from '../target/find.ts';

/** So long it waits for the code: a container that was started for us may come when we have gone. */
const LONGEST_WAIT_MILLIS = 300_000;

/**
 * Plain old JavaScript on one line: it runs on Node.js 16, and shells carry it between single quotes. What comes after the code is
 * a word for the recorder, and waits until it listens.
 */
const STARTER = [
  `${RECORDER_MARK}var n=+process.argv[1],b=[],l=0,i=process.stdin,t=setTimeout(process.exit,${LONGEST_WAIT_MILLIS},1);t.unref();`,
  'function f(c){b.push(c);l+=c.length;if(l<n)return;i.removeListener("data",f);clearTimeout(t);i.pause();',
  'var s=Buffer.concat(b);if(l>n)i.unshift(s.slice(n));process.argv.splice(1,1);globalThis.culpritLifeline=i;',
  '(0,eval)("(function(require){"+s.slice(0,n)+"\\n})")(require)}i.on("data",f)',
].join('');

/**
 * What keeps a guest small, and every Node.js since 16 knows. The heap's limit is for the worst profile; usually it is 10 MB.
 */
const MODEST_FLAGS = [
  '--max-old-space-size=100',
  '--max-semi-space-size=1',
  '--single-threaded-gc',
  '--no-opt',
  '--no-sparkplug',
];

/** A word on the lifeline: end the look now, and send what there is. */
export const STOP_WORD = 'stop\n';

/** The command that waits for `recorderBytes` of code on its standard input and runs it with `args`. */
export function recorderCommand(node: string, recorderBytes: number, args: readonly string[]): string[] {
  return [node, ...MODEST_FLAGS, '-e', STARTER, String(recorderBytes), ...args];
}
