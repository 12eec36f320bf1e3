// Streams in which what is written piles up: what the probe hears of them in Node's ticks.
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import type { ProbeHandle } from '../../src/probe/probe-protocol.ts';
import { createAsyncSites } from '../../src/signals/async/probe/async-sites.ts';
import { createStreamBacklogs } from '../../src/signals/async/probe/stream-backlogs.ts';
import { namesIn, until, useCores, useProbes } from '../support/probe-here.ts';

const install = useProbes();
const makeCore = useCores();

class RowStream extends Transform {
  constructor() {
    super({ objectMode: true });
  }
  override _transform(row: unknown, _: string, done: (error: null, text: string) => void) {
    done(null, `row ${row} of many`.repeat(10));
  }
}

const never = () => new Writable({ write() {} });
const rowsOf = (probe: ProbeHandle) => () =>
  probe.readAsync().sites.filter(({ type, label }) => type === 'stream.write' && label === 'RowStream');

describe('streams', () => {
  it('that are written to without waiting are told with who writes, and how many hold much', async () => {
    const probe = install();
    const stream = new RowStream();
    stream.pipe(never());
    function writesAll() {
      for (let i = 0; i < 3_000; i++) stream.write(i);
    }
    writesAll();
    const [site, ...rest] = await until(rowsOf(probe), (sites) => sites.length > 0);
    expect(rest).toEqual([]);
    expect(site).toMatchObject({ made: 1, alive: 1, oldUnended: 0 });
    expect(namesIn(site!.frames as unknown[][])).toContain('writesAll');
    stream.destroy();
  });

  it('whose writer waits are gone at the end', async () => {
    const probe = install();
    await pipeline(Readable.from(Array(3_000).keys()), new RowStream(), async (texts) => {
      for await (const _ of texts);
    });
    expect(rowsOf(probe)().reduce((sum, { alive }) => sum + alive, 0)).toBe(0);
  });

  /** As from the init of the tick in which Node goes on with it. */
  const tickOf = (args: unknown[]) => ({ callback: function maybeReadMore_() {}, args });

  it('hold much from a thousand writes on, when they are older than 5 s', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const backlogs = createStreamBacklogs(core, sites);
    function tickFor(stream: object) {
      backlogs.tick(tickOf([stream]), tickFor);
    }
    const written = (writes: number) => {
      const stream = never();
      for (let i = 0; i < writes; i++) stream.write('row');
      tickFor(stream);
      return stream;
    };
    const streams = [900, 1_100, 2_000].map(written);
    core.atMillis = 6_000;
    const counts = () => sites.read().map(({ oldAlive, oldUnended }) => [oldAlive, oldUnended]);
    expect(counts()).toEqual([[3, 2]]);
    expect(streams).toHaveLength(3);
  });

  it('are the only thing that is taken from ticks, whatever is in them', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const backlogs = createStreamBacklogs(core, sites);
    for (const resource of [
      {},
      { callback: 7 },
      tickOf([]),
      tickOf([null]),
      tickOf([{ _writableState: 7 }]),
      tickOf([{ stream: 'none' }]),
      tickOf([{ _writableState: { length: 'much' } }]),
      tickOf([new Readable({ read() {} })]),
      tickOf([never()]),
    ])
      expect(() => backlogs.tick(resource, () => {})).not.toThrow();
    expect(sites.read()).toEqual([]);
  });
});
