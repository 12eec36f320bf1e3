// Previews of a newsletter, rendered with mustache. What differs from one preview to the next is written into the template
// itself, and mustache keeps every template that it has seen. FIXED=1: one template, and the rest as data.
import http from 'node:http';
import mustache from 'mustache';

const ARTICLES = Array.from(
  { length: 24 },
  (_, i) => `<li>{{greeting}}: article ${i} of the week, for {{name}}</li>`,
);
const LAYOUT = (reader) => `<h1>Hello ${reader}</h1><ul>${ARTICLES.join('')}</ul>`;
const FIXED_LAYOUT = LAYOUT('{{name}}');

function preview(reader) {
  const template = process.env.FIXED ? FIXED_LAYOUT : LAYOUT(reader);
  return mustache.render(template, { name: reader, greeting: 'Dear reader' });
}

const server = http.createServer((request, response) => {
  const reader = new URL(request.url, 'http://localhost').searchParams.get('reader') ?? 'you';
  response.end(preview(reader));
});
server.listen(0, '127.0.0.1', () => console.log(`READY ${server.address().port}`));
