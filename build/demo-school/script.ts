/** A lesson as its author writes it: see resources/demo-school/README.md. */
export interface LessonScript {
  readonly title: string;
  readonly description: string;
  readonly scenes: readonly Scene[];
}

export interface Scene {
  readonly heading: string;
  readonly steps: readonly Step[];
}

/** What is said, and what appears on the slide when it begins. */
export interface Step {
  readonly say: string;
  readonly show: Drawing | null;
}

export type Drawing =
  | { readonly kind: 'point'; readonly text: string }
  | { readonly kind: 'big'; readonly text: string }
  | { readonly kind: 'flow'; readonly boxes: readonly string[] }
  | { readonly kind: 'bars'; readonly bars: readonly { label: string; value: number }[] };

/** Reads the text form. Throws with the line that does not fit. */
export function parseScript(text: string): LessonScript {
  let title = '';
  let description = '';
  const scenes: { heading: string; steps: Step[] }[] = [];
  text.split('\n').forEach((line, index) => {
    const wrong = (why: string) => new Error(`Line ${index + 1}: ${why}: ${line}`);
    if (line.trim() === '') return;
    if (line.startsWith('# ')) title = line.slice(2).trim();
    else if (line.startsWith('> ')) description = line.slice(2).trim();
    else if (line.startsWith('## ')) scenes.push({ heading: line.slice(3).trim(), steps: [] });
    else if (line.startsWith('- ')) {
      const scene = scenes.at(-1);
      if (!scene) throw wrong('a step before the first scene');
      const [say = '', show] = line.slice(2).split('|');
      if (say.trim() === '') throw wrong('nothing to say');
      scene.steps.push({ say: say.trim(), show: show === undefined ? null : parseDrawing(show.trim()) });
    } else throw wrong('not a title, description, scene or step');
  });
  if (!title || !description || scenes.length === 0) throw new Error('A script needs a title, a description and a scene');
  return { title, description, scenes };
}

function parseDrawing(text: string): Drawing {
  const [, kind, rest = ''] = /^(big|flow|bars): (.+)$/.exec(text) ?? [];
  if (kind === 'big') return { kind, text: rest };
  if (kind === 'flow') return { kind, boxes: rest.split('>').map((box) => box.trim()) };
  if (kind === 'bars') return { kind, bars: rest.split(',').map(parseBar) };
  return { kind: 'point', text };
}

function parseBar(text: string): { label: string; value: number } {
  const [label = '', value = ''] = text.split('=').map((part) => part.trim());
  if (label === '' || !Number.isFinite(Number(value))) throw new Error(`Not a bar: ${text}`);
  return { label, value: Number(value) };
}
