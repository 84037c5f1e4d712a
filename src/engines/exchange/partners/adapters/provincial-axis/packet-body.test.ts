import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { RouteContext } from '#kernel/route.ts';
import { packetBody } from './packet-body.ts';

test('a line on which the body has come whole is not cut while the packet is looked at, however long that takes', async () => {
  const seen: unknown[] = [];
  const server = createServer((raw, reply) => {
    void (async () => {
      const { socket } = raw;
      let [bytes, during] = [0, 0];
      // safe because it looks at nothing but the request
      for await (const piece of packetBody({ request: { raw, headers: raw.headers } } as RouteContext)) {
        bytes += piece.length;
        during = socket.timeout ?? 0;
      }
      seen.push([bytes, during, socket.timeout]);
      reply.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because the server listens on a port
  const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const form = new FormData();
  form.set('file', new Blob(['gói tin']), 'goi-tin.edxml');
  for (const body of ['gói tin', form]) assert.equal((await fetch(address, { method: 'POST', body })).status, 200);
  server.close();
  server.closeAllConnections();
  assert.deepEqual(seen, [[8, 30_000, 0], [8, 30_000, 0]]);
});
