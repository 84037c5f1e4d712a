import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor, PersonActor } from './actor.ts';
import type { Command } from './command.ts';
import type { Kernel } from './kernel.ts';

/** Who may call a route at all; what they may see and do with a thing is the module's policy. */
export type Access = { kind: 'public'; why: string } | { kind: 'signedIn' } | { kind: 'roles'; roles: readonly string[] };

/** Open to everybody on the network, for the reason given. */
export const anyone = (why: string): Access => ({ kind: 'public', why });
/** Everybody who is signed in, in whatever post. */
export const signedIn: Access = { kind: 'signedIn' };
/** Whoever acts in a post that carries one of these roles. */
export const holders = (...roles: string[]): Access => ({ kind: 'roles', roles });

/**
 * A role of outsiders. Whoever holds it reaches, of all routes that are not public, only those named here as `METHOD url`;
 * every other one is closed, also one that is written later. Contributed under `kernel.confined-roles`.
 */
export type ConfinedRole = { role: string; routes: ReadonlySet<string> };

/** Declares a confined role. */
export function defineConfinedRole(confined: ConfinedRole): ConfinedRole {
  return confined;
}

/** Replies that are not a plain JSON value. */
export type SpecialReply =
  | { special: 'json'; text: string }
  | { special: 'html'; text: string; status?: number }
  | { special: 'bytes'; body: Buffer | Readable; contentType: string; fileName?: string; inline?: boolean; etag?: string; sizeBytes?: number; immutable?: boolean }
  | { special: 'redirect'; location: string }
  | { special: 'empty'; status?: number; headers?: Record<string, string> }
  /** The handler answers by itself, as server-sent events do. */
  | { special: 'hijacked' };

/** JSON that PostgreSQL built, passed through as it is. */
export const rawJson = (text: string): SpecialReply => ({ special: 'json', text });
export const htmlPage = (text: string, status?: number): SpecialReply => ({ special: 'html', text, ...(status === undefined ? {} : { status }) });

export type RouteContext<Caller extends Actor = Actor> = {
  kernel: Kernel;
  actor: Caller;
  requestId: string;
  ip: string;
  language: 'vi' | 'en';
  /** Runs a command as the caller, with the request's idempotency key. */
  run<In, Out>(command: Command<In, Out>, input: In): Promise<Out>;
  request: FastifyRequest;
  reply: FastifyReply;
};

type Shapes<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = {
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
};

/** Headers with what they are for, types of content other than the usual one, and the form of refusals where it is not the general one. */
export type RouteNotes = { headers?: Readonly<Record<string, { text: string; required: boolean }>>; requestTypes?: readonly string[]; replyType?: string; refusal?: z.ZodType };

export type RouteOptions<CallerAccess extends Access, Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType, Reply extends z.ZodType> = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  url: string;
  /** One sentence for the integrator's documentation. */
  summary: string;
  access: CallerAccess;
  params?: Params;
  query?: Query;
  body?: Body;
  reply?: Reply;
  /** The body is handed over as a stream, not parsed. */
  streamedBody?: boolean;
  /** What the description says to makers of other systems and the schemas do not. */
  notes?: RouteNotes;
  run: (
    http: RouteContext<CallerAccess['kind'] extends 'public' ? Actor : PersonActor>,
    input: Shapes<Params, Query, Body>,
  ) => Promise<z.input<Reply> | SpecialReply>;
};

/** A declared route, its types forgotten: what the HTTP server, OpenAPI and the tests about the codebase read. */
export type Route = {
  method: RouteOptions<Access, z.ZodType, z.ZodType, z.ZodType, z.ZodType>['method'];
  url: string;
  summary: string;
  access: Access;
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  reply: z.ZodType | undefined;
  streamedBody: boolean;
  notes: RouteNotes | undefined;
  run: (http: RouteContext, input: { params: unknown; query: unknown; body: unknown }) => Promise<unknown>;
};

type Nothing = z.ZodUnknown;

/**
 * Declares a route: URL → access → command or query. Without `access` it does not compile.
 * Input is parsed by the schemas before `run` is called; all problems of a form come back at once.
 */
export function route<
  const CallerAccess extends Access,
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
  Reply extends z.ZodType = Nothing,
>(options: RouteOptions<CallerAccess, Params, Query, Body, Reply>): Route {
  return {
    method: options.method,
    url: options.url,
    summary: options.summary,
    access: options.access,
    params: options.params,
    query: options.query,
    body: options.body,
    reply: options.reply,
    streamedBody: options.streamedBody ?? false,
    notes: options.notes,
    // safe because the server checks the access and parses the input with these very schemas before calling
    run: options.run as Route['run'],
  };
}
