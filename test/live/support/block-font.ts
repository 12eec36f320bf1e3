// A font in which every character is the same block, built byte by byte. With it a page has the same lines and the same pixels on
// each machine, whatever fonts are installed there. The tables are those of https://learn.microsoft.com/typography/opentype/spec.

const EM = 1_000;
const ASCENT = 800;
const DESCENT = 200;
const ADVANCE = 550;
const BLOCK = { left: 50, right: 500, top: 600 };

/** Of the glyphs: 0 and 2 are the block, 1 is a space. */
const SPACE = 1;
const INK = 2;
const GLYPHS = 3;

/** First and last character, and what all between them look like. The last one is required by the format. */
const RANGES: readonly [from: number, to: number, glyph: number][] = [
  [0x20, 0x20, SPACE],
  [0x21, 0x7e, INK],
  [0xa0, 0xa0, SPACE],
  [0xa1, 0x2ff, INK],
  [0x2000, 0x2bff, INK],
  [0xffff, 0xffff, 0],
];

export function blockFont(): Buffer {
  const tables: [tag: string, content: Buffer][] = [
    ['OS/2', os2()],
    ['cmap', cmap()],
    ['glyf', Buffer.concat([block(), block()])],
    ['head', head()],
    ['hhea', hhea()],
    ['hmtx', hmtx()],
    ['loca', longs(0, block().length, block().length, 2 * block().length)],
    ['maxp', Buffer.concat([longs(0x10000), shorts(GLYPHS, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)])],
    ['name', name()],
    ['post', Buffer.concat([longs(0x30000, 0), shorts(-100, 50), longs(1, 0, 0, 0, 0)])],
  ];
  const directory = [longs(0x10000), shorts(tables.length, 128, 3, tables.length * 16 - 128)];
  let offset = 12 + tables.length * 16;
  for (const [tag, content] of tables) {
    directory.push(Buffer.from(tag, 'latin1'), longs(checksum(content), offset, content.length));
    offset += padded(content).length;
  }
  return Buffer.concat([...directory, ...tables.map(([, content]) => padded(content))]);
}

/** Negative ones are written in two's complement. */
function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => {
    bytes.writeUInt16BE(value & 0xffff, i * 2);
  });
  return bytes;
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
}

const padded = (content: Buffer) => Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)]);

function checksum(content: Buffer): number {
  const whole = padded(content);
  let sum = 0;
  for (let i = 0; i < whole.length; i += 4) sum = (sum + whole.readUInt32BE(i)) >>> 0;
  return sum;
}

/** A rectangle, clockwise from its lower left corner. */
function block(): Buffer {
  const { left, right, top } = BLOCK;
  const points = [shorts(left, 0, right - left, 0), shorts(0, top, 0, -top)];
  const onCurve = Buffer.alloc(4, 1);
  return padded(Buffer.concat([shorts(1, left, 0, right, top, 3, 0), onCurve, ...points]));
}

const hmtx = () => shorts(ADVANCE, BLOCK.left, ADVANCE, 0, ADVANCE, BLOCK.left);

function head(): Buffer {
  const dates = longs(0, 0, 0, 0);
  const { left, right, top } = BLOCK;
  return Buffer.concat([
    longs(0x10000, 0x10000, 0, 0x5f0f3cf5),
    shorts(3, EM),
    dates,
    shorts(left, 0, right, top, 0, 8, 2, 1, 0),
  ]);
}

const hhea = () =>
  Buffer.concat([
    longs(0x10000),
    shorts(ASCENT, -DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, 0, 0, 0, 0, 0, GLYPHS),
  ]);

function os2(): Buffer {
  const small = [650, 600, 0, 75, 650, 600, 0, 350, 50, 300];
  return Buffer.concat([
    shorts(4, ADVANCE, 400, 5, 0, ...small, 0),
    Buffer.alloc(10),
    longs(1, 0, 0, 0),
    Buffer.from('NONE', 'latin1'),
    shorts(0x40, 0x20, 0xffff, ASCENT, -DESCENT, 0, ASCENT, DESCENT),
    longs(1, 0),
    shorts(500, BLOCK.top, 0, 0x20, 0),
  ]);
}

/** All ranges of a glyph read the same list of glyphs, which is as long as the longest of them. */
function cmap(): Buffer {
  const count = RANGES.length;
  const inked = Math.max(...RANGES.filter(([, , glyph]) => glyph === INK).map(([from, to]) => to - from + 1));
  const offsets = RANGES.map(([, , glyph], i) => (glyph === INK ? 2 * (count - i) : 0));
  const deltas = RANGES.map(([from, , glyph]) => (glyph === INK ? 0 : glyph - from));
  const body = Buffer.concat([
    shorts(count * 2, 8, 2, count * 2 - 8),
    shorts(...RANGES.map(([, to]) => to), 0, ...RANGES.map(([from]) => from), ...deltas, ...offsets),
    shorts(...new Array<number>(inked).fill(INK)),
  ]);
  const subtable = Buffer.concat([shorts(4, body.length + 6, 0), body]);
  return Buffer.concat([shorts(0, 1, 3, 1), longs(12), subtable]);
}

function name(): Buffer {
  const text = Buffer.from('Blocks', 'utf16le').swap16();
  const ids = [1, 2, 4, 6];
  const records = ids.map((id) => shorts(3, 1, 0x409, id, text.length, 0));
  return Buffer.concat([shorts(0, ids.length, 6 + ids.length * 12), ...records, text]);
}
