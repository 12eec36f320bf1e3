import { createServer } from 'node:http';
import { begin, handle } from './handle';

interface Shop {
  open: boolean;
}

const shop: Shop = { open: true };

const server = createServer((_request, response) => {
  response.end(JSON.stringify({ ...shop, ...handle() }));
});
server.listen(Number(process.env.SHOP_PORT ?? 0), '127.0.0.1');
begin();
setInterval(() => handle(), 10);
