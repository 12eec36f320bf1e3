#!/usr/bin/env bash
# casbin 5.51.1 (Node.js 20 and newer).
# enforce() and enforceSync() go through the same policies and give the same answers, but enforce() makes several promises for each
# policy that it compares: with 1,000 policies one decision takes two to four times as long, and none of it waits for anything. After the
# first await the caller is off the stack, so a CPU profile shows garbage collection and small nameless functions of the package under no code of the
# application, and the event loop is held although every call is awaited.
. "$(dirname "$0")/setup.sh"
install casbin@5.51.1

cat > enforce.cjs <<'JS'
const { newEnforcer, newModelFromString, StringAdapter } = require('casbin');
const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act
`;
const CALLS = 40;
async function main() {
  const lines = Array.from({ length: 1_000 }, (_, i) => `p, team${i}, /teams/${i}/:doc, read`);
  for (let i = 0; i < 100; i++) lines.push(`g, user${i}, team${900 + i}`);
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines.join('\n')));
  const measure = async (how) => {
    const from = process.cpuUsage();
    const answers = [];
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    for (let i = 0; i < CALLS; i++) answers.push(await enforcer[how](`user${i}`, `/teams/${900 + i}/a`, i % 2 ? 'read' : 'write'));
    clearInterval(count);
    const { user, system } = process.cpuUsage(from);
    return { millis: (user + system) / 1e3 / CALLS, answers: answers.join(), turns };
  };
  for (const how of ['enforce', 'enforceSync']) await measure(how);
  const [promises, plain] = [await measure('enforce'), await measure('enforceSync')];
  console.log(`enforce(): ${promises.millis.toFixed(2)} ms of CPU for each decision; the event loop turned ${promises.turns} times in ${CALLS} calls that were awaited`);
  console.log(`enforceSync(): ${plain.millis.toFixed(2)} ms of CPU for each decision; same answers: ${promises.answers === plain.answers}`);
  process.exit(promises.answers === plain.answers && promises.millis > plain.millis * 2 && promises.turns < CALLS / 2 ? 0 : 10);
}
main();
JS
node enforce.cjs
verdict $?
