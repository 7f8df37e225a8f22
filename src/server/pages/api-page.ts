import type { ApiDocument, Operation } from '../openapi/document.ts';
import { html, page, type Markup } from './html.ts';

/** The description of the server for people: one page, no script, nothing fetched from elsewhere. */
export function apiPage({ info, paths }: ApiDocument): { text: string; policy: string } {
  const all = Object.entries(paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, operation]) => ({ path, method, operation })));
  const areas = [...Map.groupBy(all, ({ operation }) => operation.tags[0] ?? '')];
  const contents = areas.map(([tag]) => html`<li><a href="#${idOf(tag)}">${tag}</a></li>`);
  const sections = areas.map(([tag, routes]) => html`<section id="${idOf(tag)}"><h2>${tag}</h2>${routes.map(({ path, method, operation }) => route(path, method, operation))}</section>`);
  const body = html`<main><h1>${info.title} ${info.version}</h1><p>${info.description}</p>
<p><a href="openapi.json">openapi.json</a> is the same for programs (OpenAPI 3.1).</p>
<nav><ul>${contents}</ul></nav>${sections}</main>`;
  return page({ title: info.title, style, body });
}

function route(path: string, method: string, { summary, description, parameters, requestBody, responses }: Operation): Markup {
  const asked = parameters.filter(({ in: place }) => place === 'query').map(({ name, schema }) => html`<h4>Query: ${String(name)}</h4>${source(schema)}`);
  const answers = Object.entries(responses).filter(([status]) => status !== 'default');
  return html`<details><summary><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code> ${summary}</summary>
<p>${description}</p>${asked}${requestBody ? html`<h4>Body</h4>${contents(requestBody)}` : ''}${answers.map(([status, answer]) => html`<h4>Answer ${status}</h4>${contents(answer)}`)}</details>`;
}

function contents(holder: Readonly<Record<string, unknown>>): Markup[] {
  const content = (holder['content'] ?? {}) as Record<string, { schema?: unknown }>;
  return Object.entries(content).map(([type, { schema }]) => html`<p><code>${type}</code></p>${schema === undefined ? '' : source(schema)}`);
}

function source(schema: unknown): Markup {
  return html`<pre>${JSON.stringify(schema, null, 2)}</pre>`;
}

function idOf(tag: string): string {
  return tag.toLowerCase().replace(/[^a-z]+/g, '-');
}

const style = `:root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}
main{max-inline-size:60rem;margin:0 auto;padding:1.5rem}
details{border-block-end:1px solid #8884;padding:.3rem 0}
summary{cursor:pointer}
summary b{display:inline-block;min-inline-size:4.5rem}
code,pre{font-family:ui-monospace,monospace}
pre{overflow:auto;max-block-size:24rem;padding:.8rem;background:#8881;border-radius:.4rem}
:focus-visible{outline:3px solid #4c8bf5}`;
