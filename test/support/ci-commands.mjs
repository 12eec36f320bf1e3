// The `culprit bench` commands of the CI examples in docs/ci-and-gates.md, as a shell would get them.
import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/ci-and-gates.md', import.meta.url);

/** In the order of the page: GitHub Actions, GitLab CI. */
export function exampleCommands() {
  const text = readFileSync(PAGE, 'utf8');
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
