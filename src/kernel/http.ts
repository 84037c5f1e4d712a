import { fastifyCookie } from '@fastify/cookie';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor } from './actor.ts';
import { run } from './command.ts';
import { translateDatabaseError } from './database.ts';
import { AppError, kernelErrors } from './errors.ts';
import { newId } from './ids.ts';
import type { Authenticate, Kernel } from './kernel.ts';
import type { ConfinedRole, Route, RouteContext, SpecialReply } from './route.ts';
import { isStorable } from './storable-text.ts';
import { zodProblems } from './zod-problems.ts';

const JSON_BODY_LIMIT = 1024 * 1024;
const STREAM_LIMIT = Number.MAX_SAFE_INTEGER;
/** A megabyte at the 17 kB/s of a bad line. */
const FORM_PATIENCE_MS = 60_000;
/** The longest upload of a body that is streamed: as long as a session lives. */
const REQUEST_PATIENCE_MS = 12 * 3_600_000;
const HEADER_PATIENCE_MS = 30_000;

/** A refusal as a page, for a person who opened the address in a browser. */
export type ErrorPage = (refusal: { language: 'vi' | 'en'; path: string; message: string; fix: string | undefined; requestId: string }) => string;

export type HttpOptions = {
  kernel: Kernel;
  authenticate: Authenticate;
  routes: readonly Route[];
  /** Reply shapes are checked too; for tests. */
  checkReplies?: boolean;
  /** Left out, every refusal is JSON. */
  errorPage?: ErrorPage;
  /** How long a body that is not streamed may take to arrive; a minute, except in tests. */
  formPatienceMs?: number;
};

/** Builds the web server: one request id, one identity, one way of refusing, for all routes. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { kernel } = options;
  const logger: FastifyBaseLogger = kernel.log;
  const server: FastifyInstance = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    trustProxy: 'loopback',
    bodyLimit: JSON_BODY_LIMIT,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    forceCloseConnections: true,
    requestTimeout: REQUEST_PATIENCE_MS,
    http: { headersTimeout: HEADER_PATIENCE_MS },
  });
  void server.register(fastifyCookie);
  server.addHook('preParsing', (request, reply, _payload, done) => {
    if (request.routeOptions.bodyLimit !== STREAM_LIMIT) endSlowBody(request, reply, options.formPatienceMs ?? FORM_PATIENCE_MS);
    done();
  });
  const isHttps = kernel.config.publicUrl?.startsWith('https:') === true;
  server.addHook('onSend', (_request, reply, payload, done) => {
    securityHeaders(reply);
    if (isHttps) reply.header('strict-transport-security', 'max-age=31536000');
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    kernel.metrics.http.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    request.log.info({ requestId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
  const { errorPage } = options;
  server.setErrorHandler((error, request, reply) => answerError({ request, reply, errorPage }, error));
  server.setNotFoundHandler((request, reply) => answerError({ request, reply, errorPage }, kernelErrors.notFound()));
  // A streamed body is never parsed; inside its own scope so that JSON routes keep their parser.
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    for (const route of options.routes.filter((candidate) => candidate.streamedBody)) addRoute(scope, route, options);
    done();
  });
  for (const route of options.routes.filter((candidate) => !candidate.streamedBody)) addRoute(server, route, options);
  return server;
}

/** Who sends a form a byte now and then would keep its connection for ever. */
function endSlowBody(request: FastifyRequest, reply: FastifyReply, patienceMs: number): void {
  const { raw } = request;
  if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) return;
  // What the parser reads fails with this, so that it answers and the route is never run.
  const timer = setTimeout(() => raw.emit('error', kernelErrors.requestTooSlow()), patienceMs);
  const stop = (): void => clearTimeout(timer);
  raw.once('end', stop).once('error', stop).once('close', stop);
  reply.raw.once('close', stop);
}

function addRoute(server: FastifyInstance, route: Route, options: HttpOptions): void {
  const { kernel } = options;
  server.route({
    method: route.method,
    url: route.url,
    ...(route.streamedBody ? { bodyLimit: STREAM_LIMIT } : {}),
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const actor = await options.authenticate(kernel, { cookies: request.cookies, headers: request.headers, ip: request.ip });
      assertAccess(route, actor);
      assertNotConfined(kernel, route, actor);
      assertSameSite(kernel, route, request);
      const input = parseInput(route, request);
      const result = await route.run(contextOf({ kernel, actor, request, reply }), input);
      if (options.checkReplies === true) checkReply(route, result);
      return send(reply, result);
    },
  });
}

/** 401 to nobody; a signed-in person without the role gets 403, since the route itself is no secret. */
function assertAccess(route: Route, actor: Actor): void {
  if (route.access.kind === 'public') return;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  if (route.access.kind === 'roles' && !route.access.roles.some((role) => actor.roles.includes(role))) throw kernelErrors.forbidden();
}

/** Outsiders reach only what is listed for their role. */
function assertNotConfined(kernel: Kernel, route: Route, actor: Actor): void {
  if (route.access.kind === 'public' || actor.kind !== 'person') return;
  // safe because modules contribute to this point with defineConfinedRole
  const confinements = kernel.modules.flatMap((module) => (module.contributions?.['kernel.confined-roles'] ?? []) as ConfinedRole[]);
  const isClosed = confinements.some(({ role, routes }) => actor.roles.includes(role) && !routes.has(`${route.method} ${route.url}`));
  if (isClosed) throw kernelErrors.forbidden();
}

/**
 * Changes come from our own pages only: the browser says so (Sec-Fetch-Site), or the Origin is ours; a request without
 * either is no browser's, and carries no cookie by accident. The session cookie is SameSite=Strict besides.
 */
function assertSameSite(kernel: Kernel, route: Route, request: FastifyRequest): void {
  if (route.method === 'GET' || route.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') throw kernelErrors.crossSite();
  const origin = request.headers.origin;
  if (origin === undefined || origin === 'null') return;
  const own = [`${request.protocol}://${request.host}`, kernel.config.publicUrl === undefined ? undefined : new URL(kernel.config.publicUrl).origin];
  if (!own.includes(origin)) throw kernelErrors.crossSite();
}

function parseInput(route: Route, request: FastifyRequest): { params: unknown; query: unknown; body: unknown } {
  const problems: ReturnType<typeof zodProblems> = [];
  const parse = (schema: z.ZodType | undefined, value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const result = schema.safeParse(value);
    if (!result.success) problems.push(...zodProblems(result.error));
    return result.data;
  };
  // A malformed id in the address names nothing that exists.
  const params = route.params?.safeParse(request.params);
  if (params !== undefined && (!params.success || !isStorable(request.params))) throw kernelErrors.notFound();
  if (!isStorable(request.query) || !isStorable(request.body)) throw kernelErrors.invalidInput();
  const query = parse(route.query, request.query);
  const body = parse(route.body, request.body ?? {});
  if (problems.length > 0) throw kernelErrors.invalidInput({ fields: problems });
  return { params: params?.data, query, body };
}

function contextOf(parts: { kernel: Kernel; actor: Actor; request: FastifyRequest; reply: FastifyReply }): RouteContext {
  const { kernel, actor, request, reply } = parts;
  // What only reads gives its bytes each time, and what stands on record about it must too.
  const key = request.method === 'GET' ? undefined : request.headers['idempotency-key'];
  return {
    kernel,
    actor,
    requestId: request.id,
    ip: request.ip,
    language: languageOf(request),
    run: (command, input) => run(kernel, command, input, { actor, requestId: request.id, idempotencyKey: typeof key === 'string' ? key : undefined }),
    request,
    reply,
  };
}

/** Vietnamese unless the person chose English. */
function languageOf(request: FastifyRequest): 'vi' | 'en' {
  const chosen = request.headers['x-language'] ?? request.cookies['language'];
  return chosen === 'en' ? 'en' : 'vi';
}

function checkReply(route: Route, result: unknown): void {
  if (route.reply === undefined) return;
  const value: unknown = isSpecial(result) ? (result.special === 'json' ? JSON.parse(result.text) : undefined) : result;
  if (value === undefined) return;
  const parsed = route.reply.safeParse(JSON.parse(JSON.stringify(value)));
  if (!parsed.success) throw new Error(`the reply of ${route.method} ${route.url} does not keep its contract: ${parsed.error.message}`);
}

function isSpecial(result: unknown): result is SpecialReply {
  return typeof result === 'object' && result !== null && 'special' in result;
}

async function send(reply: FastifyReply, result: unknown): Promise<FastifyReply> {
  if (!isSpecial(result)) return result === undefined ? reply.code(204).send() : reply.send(result);
  switch (result.special) {
    case 'json':
      return reply.header('content-type', 'application/json; charset=utf-8').send(result.text);
    case 'html':
      return reply.code(result.status ?? 200).header('content-type', 'text/html; charset=utf-8').send(result.text);
    case 'redirect':
      return reply.redirect(result.location, 303);
    case 'empty':
      return reply.code(result.status ?? 204).headers(result.headers ?? {}).send();
    case 'hijacked':
      return reply;
    case 'bytes':
      reply.header('content-type', result.contentType).header('cache-control', result.immutable === true ? 'private, max-age=31536000, immutable' : 'private, no-cache');
      if (result.etag !== undefined) reply.header('etag', `"${result.etag}"`);
      if (result.sizeBytes !== undefined) reply.header('content-length', result.sizeBytes);
      if (result.fileName !== undefined) {
        reply.header('content-disposition', `${result.inline === true ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(result.fileName)}`);
      }
      return reply.send(result.body);
  }
}

/** What a page may load and reach unless it says otherwise: its own server. */
export const CONTENT_POLICY =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

function securityHeaders(reply: FastifyReply): void {
  reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'same-origin')
    .header('x-frame-options', 'DENY')
    .header('cross-origin-opener-policy', 'same-origin');
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  if (!reply.hasHeader('content-security-policy')) {
    reply.header('content-security-policy', CONTENT_POLICY);
  }
}

type Answering = { request: FastifyRequest; reply: FastifyReply; errorPage: ErrorPage | undefined };

async function answerError({ request, reply, errorPage }: Answering, thrown: unknown): Promise<FastifyReply> {
  const error = toAppError(thrown);
  const { status } = error.entry;
  if (status >= 500) request.log.error({ err: error.details.cause ?? thrown, requestId: request.id, code: error.code }, 'request failed');
  else if (error.details.internal !== undefined) request.log.info({ requestId: request.id, code: error.code, internal: error.details.internal }, 'request refused');
  // Only a browser that goes to an address asks for a page; what scripts and other systems ask does not.
  const page = request.headers.accept?.includes('text/html') === true ? errorPage : undefined;
  const [before = '', query = ''] = request.url.split('?');
  const language = page !== undefined && /(?:^|&)lang=en(?:&|$)/.test(query) ? 'en' : languageOf(request);
  const described = error.describe(language);
  const fix = described.fix?.replace('{requestId}', request.id);
  // `//elsewhere` would be another host
  const path = `/${before.replace(/^\/+/, '')}`;
  if (page !== undefined) return reply.code(status).type('text/html; charset=utf-8').send(page({ language, path, message: described.message, fix, requestId: request.id }));
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ ...described, ...(fix === undefined ? {} : { fix }), requestId: request.id });
}

function toAppError(thrown: unknown): AppError {
  const error = translateDatabaseError(thrown);
  if (error instanceof AppError) return error;
  // Fastify's own refusals: malformed JSON, too large, unsupported media type.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) {
    return kernelErrors.invalidInput({ cause: error, internal: error.message });
  }
  return kernelErrors.internal({ cause: error });
}
