import { z } from 'zod';
import type { Authenticate } from '#kernel/kernel.ts';
import { REMEMBER_MS, type LiveHint, type LiveHub } from '#kernel/live.ts';
import { route, signedIn, type Route } from '#kernel/route.ts';

/** A proxy closes a silent connection after half a minute or more. */
const KEEP_ALIVE_MS = 20_000;

/**
 * Server-sent hints for one agency: which part of the workplace should ask anew. They carry no content. A screen that was asked before its
 * stream was open says how long ago that was (`past`, in milliseconds) and is told at once what has changed since.
 */
export function liveRoute(hub: LiveHub | undefined, authenticate: Authenticate): Route {
  return route({
    method: 'GET',
    url: '/api/v1/live',
    summary: 'Server-sent events: {"topic": …} when something of that part changed in the agency',
    access: signedIn,
    query: z.object({ past: z.coerce.number().int().min(0).max(REMEMBER_MS).default(0) }),
    run: (http, { query: { past } }) => {
      const { raw } = http.reply;
      http.reply.hijack();
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
      raw.write('retry: 2000\n\n');
      const { agencyId } = http.actor;
      const tell = (topic: string): void => void raw.write(`data: ${JSON.stringify({ topic })}\n\n`);
      const stop = hub?.subscribe((hint: LiveHint) => {
        if (hint.topic === '*' || hint.agencyIds.includes(agencyId)) tell(hint.topic);
      });
      for (const topic of past > 0 ? (hub?.changedWithin(past, agencyId) ?? []) : []) tell(topic);
      // An open stream is no activity of a person, and ends with the session that opened it.
      const asker = { cookies: http.request.cookies, headers: { ...http.request.headers, 'x-background': '1' }, ip: http.ip };
      const beat = setInterval(() => {
        raw.write(': here\n\n');
        authenticate(http.kernel, asker).then(
          (actor) => {
            if (actor.kind !== 'person' || actor.agencyId !== agencyId) raw.end();
          },
          (error: unknown) => http.kernel.log.debug({ err: error }, 'the session behind a live stream could not be looked up; it is asked again'),
        );
      }, KEEP_ALIVE_MS);
      http.request.raw.on('close', () => {
        clearInterval(beat);
        stop?.();
      });
      return Promise.resolve({ special: 'hijacked' as const });
    },
  });
}
