/** An attribute list (RFC 8216 4.2), values as they stand. */
export type Attributes = ReadonlyMap<string, string>;

const one = /^([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^",]*)(?:,|$)/;

/** Null when it is none. */
export function readAttributes(text: string): Attributes | null {
  const found = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    const match = one.exec(rest);
    if (!match || found.has(match[1] ?? '')) return null;
    found.set(match[1] ?? '', match[2] ?? '');
    rest = rest.slice(match[0].length);
    if (rest === '' && match[0].endsWith(',')) return null;
  }
  return found;
}

export const forms = {
  integer: /^\d{1,20}$/,
  hexadecimal: /^0[xX][0-9A-F]+$/,
  float: /^\d+(\.\d+)?$/,
  quoted: /^"[^"\r\n]*"$/,
  resolution: /^\d+x\d+$/,
  yesOrNo: /^(?:YES|NO)$/,
  enumerated: /^[^",\s]+$/,
} as const;
export type Form = keyof typeof forms;

/** Without its quotes. */
export function unquoted(value: string | undefined): string | null {
  return value === undefined ? null : value.replace(/^"(.*)"$/, '$1');
}
