// The words that pools use for one and the same: pg, mysql2, generic-pool, tarn, mongodb, undici, http.Agent and their like.
// What is compared has neither case nor punctuation.

export const WAITING =
  /^(waiting|waiters|waitqueue|waitinglist|waitingqueue|waitingclients(queue)?|pending|pendingqueue|pendingacquires|pendingrequests|acquirequeue|connectionqueue|requestqueue|queued?|requests)$/;
export const BUSY =
  /^(used|inuse|inuseobjects|busy|checkedout|borrowed|active|acquired|leased|resourceloans|allocated|sockets|(used|busy|active)connections)$/;
export const IDLE =
  /^(idle|free|available|availableobjects|(free|idle|available)connections|freesockets|idleclients)$/;
export const ALL = /^(all|allobjects|allconnections|clients|connections|resources|members)$/;
export const LIMIT =
  /^(max|maxsize|maxsockets|maxtotalsockets|connectionlimit|maxpoolsize|maxconnections|poolsize|poollimit|limit|connections|maxclients|maxresources)$/;
export const OPTIONS = /^(options|opts|config|settings|poolconfig)$/;
export const COUNTS = /^(length|size|count)$/;

const SHORTEST = 3;
const LONGEST = 20;

/** "kPendingQueue", "_pendingQueue" -> "pendingqueue". */
export function wordOf(key: PropertyKey): string {
  const name = typeof key === 'symbol' ? (key.description ?? '') : String(key);
  return name
    .replace(/^k(?=[A-Z])/, '')
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase();
}

/** Whether the word is as long as those above. */
export function isPoolWord(word: string): boolean {
  return word.length >= SHORTEST && word.length <= LONGEST;
}
