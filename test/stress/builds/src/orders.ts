import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from 'generic-pool';

interface Connection {
  id: number;
  send(order: number): Promise<string>;
}

let opened = 0;

async function open(): Promise<Connection> {
  return {
    id: ++opened,
    send: async (order) => {
      await delay(5);
      return order % 10 === 9 ? 'refused' : 'accepted';
    },
  };
}

const warehouse = createPool({ create: open, destroy: async () => undefined }, { max: 4 });

export async function ship(order: number): Promise<string> {
  const connection = await warehouse.acquire(); // POOL
  const answer = await connection.send(order);
  // Its connection is not given back.
  if (answer === 'refused') throw new Error(`order ${order} was refused`);
  await warehouse.release(connection);
  return answer;
}
