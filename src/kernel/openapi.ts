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
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } },
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
  const error = { description: 'Refused, with a code and what to do', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
  return {
    operationId: `${route.method.toLowerCase()}${route.url.replace(/[^a-zA-Z0-9]+(\w)?/g, (_whole, letter: string | undefined) => (letter ?? '').toUpperCase())}`,
    summary: route.summary,
    ...(route.access.kind === 'public' ? { security: [] } : { security: [{ session: [] }] }),
    ...(route.access.kind === 'roles' ? { 'x-roles': route.access.roles } : {}),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    ...(route.streamedBody ? { requestBody: { content: { 'application/octet-stream': {} } } } : {}),
    responses: {
      '200': { description: 'Done', ...(route.reply === undefined ? {} : { content: { 'application/json': { schema: schemaOf(route.reply, 'output') } } }) },
      default: error,
    },
  };
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
