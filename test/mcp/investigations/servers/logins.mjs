// Logins with bcryptjs. The password is hashed by the call that does not return before it is done.
import http from 'node:http';
import bcrypt from 'bcryptjs';

const ROUNDS = 12;

function checkPassword(password) {
  return bcrypt.hashSync(password, ROUNDS).length > 0;
}

const server = http.createServer((request, response) => {
  if (request.url.startsWith('/login')) response.end(String(checkPassword(request.url)));
  else response.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log(`READY ${server.address().port}`));
