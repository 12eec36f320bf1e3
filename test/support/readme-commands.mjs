// The `culprit bench` commands of the CI examples in the README, as a shell would get them.
import { readFileSync } from 'node:fs';

const README = new URL('../../README.md', import.meta.url);

/** In the order of the README: GitHub Actions, GitLab CI. */
export function readmeCommands() {
  const text = readFileSync(README, 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block);
  return blocks.flatMap((block) => {
    // A folded scalar (">"): its lines are one.
    const folded = /^( *)(?:- run: >|- >)\n((?:\1 {2,}.*\n)+)/gm;
    return [...block.matchAll(folded)]
      .map(([, , lines]) =>
        lines
          .split('\n')
          .map((line) => line.trim())
          .join(' ')
          .trim(),
      )
      .filter((command) => command.startsWith('culprit bench'));
  });
}
