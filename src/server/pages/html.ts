import { createHash } from 'node:crypto';

/** Text that is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[];

/** A piece of a page; everything put into it is text, unless it is markup already. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, index) => string + written(parts[index] ?? '')).join(''));
}

function written(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('\n');
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A page without a script, whose one style is named by its hash, so that nothing put into it could ever run. */
export function page({ title, style, language = 'en', direction = 'ltr', body }: { title: string; style: string; language?: string; direction?: 'ltr' | 'rtl'; body: Markup }): { text: string; policy: string } {
  const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Markup(style)}</style>`;
  const { text } = html`<!doctype html><html lang="${language}" dir="${direction}"><head>${head}</head><body>${body}</body></html>`;
  const styleHash = createHash('sha256').update(style).digest('base64');
  return { text, policy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'` };
}
