// One printed line of a stack, "    at total (/app/cart.js:3:5)", and whose code it is.
import { ownerOf, plainPath } from '../../model/owner/owner.ts';
import type { CodeOwner, StackFrame } from '../ends/crash-error.ts';

const FRAME =
  /^\s*at (?:async )?(?:(.*?) \()?((?:file:\/\/|node:|webpack[\w-]*:|[A-Za-z]:[\\/]|\.{0,2}\/|\[|<)?[^()\n]*?):(\d+)(?::(\d+))?\)?(?:,| \{)?\s*$/;

/** null for what is no frame, and for frames without a place (native, <anonymous>). */
export function parseFrame(line: string): StackFrame | null {
  if (line.length > 2_000) return null;
  const match = FRAME.exec(line);
  if (!match) return null;
  const [, name = '', place = '', lineNumber, column] = match;
  const file = plainPath(place);
  if (file === '' || file === 'native') return null;
  return {
    function: functionName(name),
    file,
    line: Number(lineNumber),
    column: column === undefined ? null : Number(column),
    owner: codeOwner(file),
    isAsync: /^\s*at async /.test(line),
  };
}

/** For a crash, culprit's own code is a library like others. */
export function codeOwner(file: string): CodeOwner {
  const owner = ownerOf(file);
  return owner === 'own' ? 'library' : owner;
}

/** "Timeout.openAll [as _onTimeout]" is `openAll`: who called it changes, and says nothing. */
function functionName(text: string): string | null {
  const plain = text.replace(/ \[as [^\]]*\]$/, '').replace(/^new /, '');
  if (plain === '' || /<anonymous>$/.test(plain)) return null;
  return plain.replace(/^(?:Timeout|Immediate|Object|Module|Function|process)\./, '').slice(0, 200) || null;
}
