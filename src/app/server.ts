import { existsSync } from 'node:fs';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { CONTENT_POLICY, createHttpServer } from '#kernel/http.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { createLiveHub, type LiveHub } from '#kernel/live.ts';
import type { Route } from '#kernel/route.ts';
import { authenticate, watchIdentity } from '#engines/identity/index.ts';
import { AGENT_SOCKETS } from '#ui/signing-agents/addresses.ts';
import { modules } from './capabilities.ts';
import { errorPage, errorStylesheet } from './error-page.ts';
import { healthRoutes } from './health.ts';
import { liveRoute } from './live-route.ts';
import { webFolder } from './web-build.ts';

/** Every route of the house, in the order of its modules. */
export function allRoutes(hub?: LiveHub): Route[] {
  return [...healthRoutes, liveRoute(hub, authenticate), ...modules.flatMap((module) => module.routes ?? [])];
}

export type WebServer = { server: FastifyInstance; address: string; stop(): Promise<void> };

/** Starts the web role: the routes, the built workplace under /app/, live hints. */
export async function startWeb(kernel: Kernel): Promise<WebServer> {
  const hub = createLiveHub(kernel);
  await hub.start();
  watchIdentity(kernel, hub);
  const server = createHttpServer({ kernel, authenticate, routes: allRoutes(hub), errorPage });
  server.get(errorStylesheet.url, (_request, reply) => reply.header('cache-control', 'public, max-age=31536000, immutable').type('text/css; charset=utf-8').send(errorStylesheet.css));
  const stop = async (): Promise<void> => {
    await hub.stop();
    await server.close();
  };
  try {
    await serveWorkplace(server);
    const listening = await listen(server, kernel);
    return { server, address: kernel.config.publicUrl ?? listening.replace('127.0.0.1', 'localhost'), stop };
  } catch (error) {
    // What listens for hints would keep the process alive.
    await stop();
    throw error;
  }
}

const PORT_PATIENCE_MS = 2000;

/** A server that was just stopped may hold its port for a moment: wait for it a little. @throws the system's EADDRINUSE afterwards */
async function listen(server: FastifyInstance, kernel: Kernel): Promise<string> {
  const until = performance.now() + PORT_PATIENCE_MS;
  for (;;) {
    try {
      return await server.listen({ port: kernel.config.port, host: kernel.config.host });
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The workplace is one page whose screens change in the browser: its policy has to let all of them reach the signing programs on the computer. */
const WORKPLACE_POLICY = `${CONTENT_POLICY}; connect-src 'self' ${AGENT_SOCKETS.join(' ')}`;

/** The built files never change under their hashed names; the page that names them is asked for each time. */
async function serveWorkplace(server: FastifyInstance): Promise<void> {
  if (!existsSync(webFolder)) return;
  await server.register(fastifyStatic, { root: webFolder, prefix: '/app/', maxAge: '365d', immutable: true, index: false, wildcard: false, preCompressed: true });
  const page = (_request: unknown, reply: { header(name: string, value: string): unknown; sendFile(name: string, options: object): unknown }) => {
    reply.header('cache-control', 'no-cache');
    reply.header('content-security-policy', WORKPLACE_POLICY);
    return reply.sendFile('index.html', { maxAge: 0, immutable: false, cacheControl: false });
  };
  server.get('/app', page);
  // A file of an earlier build, which an open page may still ask for, is gone: the page would be no script.
  server.get('/app/assets/*', (_request, reply) => reply.callNotFound());
  server.get('/app/*', page);
  server.get('/', (_request, reply) => reply.redirect('/app/', 302));
}
