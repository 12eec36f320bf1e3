// A receiver for profiles that takes what Pyroscope's documentation says and nothing else, and reads each profile as pprof.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { PushRequest } from '../../src/watch/tell/profiles/pyroscope.ts';

export interface Pushed {
  request: PushRequest;
  profile: Profile;
  tenant: unknown;
}

export interface PyroscopeReceiver {
  /** Of the server, and of its push endpoint. */
  base: string;
  url: string;
  pushed: Pushed[];
  wrong: string[];
  /** What it answers from now on. */
  state: { status: number };
  server: Server;
}

export async function startPyroscope(): Promise<PyroscopeReceiver> {
  const pushed: Pushed[] = [];
  const wrong: string[] = [];
  const state = { status: 200 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (state.status === 200) {
      if (request.url !== '/push.v1.PusherService/Push' || request.method !== 'POST')
        wrong.push(request.url!);
      if (request.headers['content-type'] !== 'application/json') wrong.push('it is no JSON');
      const body = JSON.parse(text) as PushRequest;
      for (const { labels, samples } of body.series) {
        const names = labels.map(({ name }) => name);
        if (!names.includes('__name__') || !names.includes('service_name')) wrong.push(`labels ${names}`);
        if (names.some((name) => !/^[a-zA-Z_]\w*$/.test(name))) wrong.push(`labels ${names}`);
        for (const { ID, rawProfile } of samples) {
          if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(ID))
            wrong.push(`ID ${ID}`);
          const profile = Profile.decode(gunzipSync(Buffer.from(rawProfile, 'base64')));
          pushed.push({ request: body, profile, tenant: request.headers['x-scope-orgid'] });
        }
      }
    }
    response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { base, url: `${base}/push.v1.PusherService/Push`, pushed, wrong, state, server };
}
