// A child with a heap of about as many nodes as asked for, which lets V8 write its snapshot: sessions in a Map, with
// strings, small objects, arrays, closures, numbers and an inner Map each.
// node --max-old-space-size=14000 make-snapshot.mjs <nodes> <file>
import { writeHeapSnapshot } from 'node:v8';

const [, , nodes, file] = process.argv;
/** As V8 counts them. */
const NODES_PER_SESSION = 15;

class Session {
  constructor(i) {
    this.id = `user${i}`;
    this.tags = [{ name: `a${i % 1000}` }, { name: 'b' }];
    this.created = { at: i * 1.5, by: null };
    this.history = new Map([[i, `x${i % 50}`]]);
    this.send = () => this.id;
  }
}

const sessions = new Map();
for (let i = 0; i < nodes / NODES_PER_SESSION; i++) sessions.set(`k${i}`, new Session(i));
globalThis.sessions = sessions;
writeHeapSnapshot(file);
