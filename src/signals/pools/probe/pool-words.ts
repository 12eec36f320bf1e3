// The names that pools use for the same thing: pg, mysql2, generic-pool, tarn, mongodb, undici, http.Agent and similar ones.
// Names are compared without case and punctuation.
import { isDigit, isLetter, keepOnly } from '../../../model/owner/ascii.ts';

const words = (text: string): Set<string> => new Set(text.split(' '));

export const WAITING = words(
  'waiting waiters waitqueue waitinglist waitingqueue waitingclients waitingclientsqueue pending pendingqueue pendingacquires pendingrequests acquirequeue connectionqueue requestqueue queue queued requests',
);
export const BUSY = words(
  'used inuse inuseobjects busy checkedout borrowed active acquired leased resourceloans allocated sockets usedconnections busyconnections activeconnections',
);
export const IDLE = words(
  'idle free available availableobjects freeconnections idleconnections availableconnections freesockets idleclients',
);
export const ALL = words('all allobjects allconnections clients connections resources members');
export const LIMIT = words(
  'max maxsize maxsockets maxtotalsockets connectionlimit maxpoolsize maxconnections poolsize poollimit limit connections maxclients maxresources',
);
export const OPTIONS = words('options opts config settings poolconfig');
export const COUNTS = words('length size count');

const SHORTEST = 3;
const LONGEST = 20;

/** "kPendingQueue", "_pendingQueue" -> "pendingqueue". */
export function wordOf(key: PropertyKey): string {
  const name = typeof key === 'symbol' ? (key.description ?? '') : String(key);
  // As Node's own symbols are written.
  const isMarked = name[0] === 'k' && isLetter(name[1]) && name[1] !== name[1]?.toLowerCase();
  const isKept = (char: string) => isLetter(char) || isDigit(char);
  return keepOnly(isMarked ? name.slice(1) : name, isKept).toLowerCase();
}

/** Whether the word is as long as those above. */
export function isPoolWord(word: string): boolean {
  return word.length >= SHORTEST && word.length <= LONGEST;
}
