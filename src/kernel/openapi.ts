import { z } from 'zod';
import type { Route } from './route.ts';

/** The OpenAPI 3.1 description of the routes, generated from the same schemas that parse their input. */
export function openApi(routes: readonly Route[], info: { title: string; version: string; description: string }): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  const sorted = [...routes].sort((a, b) => (a.url === b.url ? a.method.localeCompare(b.method) : a.url.localeCompare(b.url)));
  for (const route of sorted) {
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    const operations = (paths[path] ??= {});
    operations[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-session', description: 'Named `session` where PUBLIC_URL is not https.' } },
      schemas: { Error: z.toJSONSchema(errorReply, { io: 'output' }) },
    },
  };
}

const errorReply = z.object({
  code: z.string(),
  message: z.string(),
  fix: z.string().optional(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string(),
});

function operation(route: Route): unknown {
  return {
    operationId: `${route.method.toLowerCase()}${route.url.replace(/[^a-zA-Z0-9]+(\w)?/g, (_whole, letter: string | undefined) => (letter ?? '').toUpperCase())}`,
    summary: route.summary,
    ...(route.access.kind === 'public' ? { security: [] } : { security: [{ session: [] }] }),
    ...(route.access.kind === 'roles' ? { 'x-roles': route.access.roles } : {}),
    parameters: [...headers(route), ...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    ...(route.streamedBody ? { requestBody: { content: Object.fromEntries((route.notes?.requestTypes ?? ['application/octet-stream']).map((type) => [type, streamOf(type)])) } } : {}),
    responses: { '200': { description: 'Done', ...replyContent(route) }, default: refusal(route) },
  };
}

function headers({ notes }: Route): unknown[] {
  return Object.entries(notes?.headers ?? {}).map(([name, { text, required }]) => ({ name, in: 'header', required, description: text, schema: { type: 'string' } }));
}

function streamOf(type: string): unknown {
  return type === 'multipart/form-data' ? { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] } } : {};
}

function replyContent({ reply, notes }: Route): object {
  if (notes?.replyType !== undefined) return { content: { [notes.replyType]: {} } };
  return reply === undefined ? {} : { content: { 'application/json': { schema: schemaOf(reply, 'output') } } };
}

function refusal({ notes }: Route): unknown {
  const general = { $ref: '#/components/schemas/Error' };
  const schema = notes?.refusal === undefined ? general : { anyOf: [schemaOf(notes.refusal, 'output'), general] };
  return { description: 'Refused, with a code and what to do', content: { 'application/json': { schema } } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): unknown[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
}
