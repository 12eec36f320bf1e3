#!/usr/bin/env bash
# pprof-format 2.3.2.
# Sample values of pprof are signed: a comparison of two profiles has negative ones where time was saved. Written and
# read back with pprof-format, -3 becomes 18446744073709551613, so the saving turns into the largest cost of the
# profile. Fractions are cut off without a word (1.9 becomes 1), which takes up to a unit from each sample.
. "$(dirname "$0")/setup.sh"
install pprof-format@2.3.2

cat > roundtrip.cjs <<'JS'
const { Profile, Sample, ValueType, StringTable, Location, Line, Function: Fn } = require('pprof-format');
const stringTable = new StringTable();
const text = (value) => stringTable.dedup(value);
const values = [-3, 1.9, 5];
const profile = new Profile({
  stringTable,
  sampleType: [new ValueType({ type: text('time'), unit: text('microseconds') })],
  sample: values.map((value) => new Sample({ locationId: [1], value: [value] })),
  location: [new Location({ id: 1, line: [new Line({ functionId: 1, line: 1 })] })],
  function: [new Fn({ id: 1, name: text('main') })],
});
const back = Profile.decode(profile.encode()).sample.map((sample) => String(sample.value[0]));
console.log(`written ${values.join(', ')}; read back ${back.join(', ')}`);
process.exit(back.join() === '18446744073709551613,1,5' ? 0 : 10);
JS
node roundtrip.cjs
verdict $?
