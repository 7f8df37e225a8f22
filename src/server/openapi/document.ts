import { errorBodySchema } from '../../shared/api/auth.ts';
import { errorCodes } from '../../shared/errors.ts';
import { wireSchema, type JsonSchema } from './json-schema.ts';
import type { Access, Content, RouteDescription } from './route-description.ts';

export interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  readonly responses: Readonly<Record<string, JsonSchema>>;
  readonly security: readonly JsonSchema[];
}

export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: JsonSchema;
}

export const accessSentences: Readonly<Record<Access, string>> = {
  anyone: 'For anyone.',
  person: 'For whoever is signed in.',
  enrolled: 'For who is enrolled in the course.',
  teacher: 'For teachers and admins.',
  teaches: 'For who teaches the course, and admins.',
  admin: 'For admins.',
};

/** OpenAPI 3.1, made of the schemas that both ends validate with. */
export function apiDocument(descriptions: readonly RouteDescription[], version: string): ApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of descriptions) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Teachify course server', version, description: `Refusals are JSON: \`{"error": "…", "code": "…"}\`, the code one of ${errorCodes.join(', ')}.` },
    paths,
    components: {
      schemas: { Refusal: wireSchema(errorBodySchema, 'output') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(route: RouteDescription): Operation {
  const answers = Object.entries(route.answers).map(([status, content]) => [status, { description: route.summary, ...contentOf(content, 'output') }] as const);
  return {
    summary: route.summary,
    description: accessSentences[route.access],
    tags: [route.tag],
    parameters: [...pathParameters(route.path), ...queryParameters(route)],
    ...(route.body === undefined ? {} : { requestBody: { required: true, ...contentOf(route.body, 'input', route.example) } }),
    responses: { ...Object.fromEntries(answers), default: { description: 'A refusal', content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } } } },
    security: route.access === 'anyone' ? [] : [{ bearer: [] }],
  };
}

function pathParameters(path: string): JsonSchema[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string', maxLength: 200 } }));
}

function queryParameters({ query }: RouteDescription): JsonSchema[] {
  if (!query) return [];
  const { properties = {}, required = [] } = wireSchema(query, 'input') as { properties?: Record<string, JsonSchema>; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

function contentOf(content: Content, io: 'input' | 'output', example?: unknown): JsonSchema {
  if (content === null) return {};
  if (typeof content === 'string') return { content: { [content]: {} } };
  return { content: { 'application/json': { schema: wireSchema(content, io), ...(example === undefined ? {} : { example }) } } };
}
