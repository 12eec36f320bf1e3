// A step of action.yml: one comment on the pull request, which each run writes anew. Without the right to comment, as on pull requests
// from forks, it warns and lets the job go on.
import { readFileSync } from 'node:fs';

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST, MARKDOWN } = process.env;
const PAGE = 100;
/** GitHub takes 65,536 characters. */
const MOST_CHARACTERS = 65_000;

const whole = readFileSync(MARKDOWN, 'utf8');
const marker = whole.split('\n', 1)[0];
const cut = '\n\n(The rest is in the reports of the job.)\n';
const body = whole.length <= MOST_CHARACTERS ? whole : whole.slice(0, MOST_CHARACTERS) + cut;

async function call(method, path, content) {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'content-type': 'application/json',
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${response.statusText}`);
  return response.json();
}

/** Anybody may write the marker; only a bot or somebody of the repository is taken for us. */
const isOurs = ({ body: text, user, author_association: role }) =>
  text?.startsWith(marker) && (user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(role));

async function findComment() {
  for (let page = 1; ; page++) {
    const list = `/issues/${PULL_REQUEST}/comments?per_page=${PAGE}&page=${page}`;
    const comments = await call('GET', list);
    const found = comments.find(isOurs);
    if (found || comments.length < PAGE) return found;
  }
}

try {
  const comment = await findComment();
  if (comment) await call('PATCH', `/issues/comments/${comment.id}`, { body });
  else await call('POST', `/issues/${PULL_REQUEST}/comments`, { body });
} catch (error) {
  process.stdout.write(`::warning title=culprit::The comment could not be written. ${error.message}\n`);
}
