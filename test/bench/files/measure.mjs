// Runs one reader in this process and says on standard error what it took. Started by run.mjs.
// node measure.mjs --parse|--speedscope FILE, or PROGRAM ARGUMENTS
import { readFileSync } from 'node:fs';
import { importWithSpeedscope } from './speedscope.mjs';

const started = performance.now();
process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const found = {
    cpu: (user + system) / 1e6,
    wall: (performance.now() - started) / 1_000,
    peak: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
  process.stderr.write(`\nBENCH ${JSON.stringify(found)}\n`);
});

const [program, ...args] = process.argv.slice(2);
if (program === '--parse') JSON.parse(readFileSync(args[0], 'utf8'));
else if (program === '--speedscope') await importWithSpeedscope(args[0]);
else {
  process.argv = [process.argv[0], program, ...args];
  await import(program);
}
