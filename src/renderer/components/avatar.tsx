import './avatar.css';

interface AvatarProps {
  /** Whose colour it is. */
  readonly id: string;
  readonly name: string;
  readonly size?: 'small' | 'medium' | 'large';
}

const tones = 8;

/** Initials in a colour that a student keeps everywhere. The name stands beside it, so it says nothing itself. */
export function Avatar({ id, name, size = 'medium' }: AvatarProps) {
  // Drawn by the style sheet: letters in a button would be part of its visible name.
  return <span className={`avatar avatar-${size} avatar-tone-${toneOf(id)}`} data-initials={initialsOf(name)} aria-hidden="true" />;
}

/** The same for an id on every machine. */
export function toneOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % tones;
}

/** Of the first and the last word, in any script. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => /[\p{L}\p{N}]/u.exec(word ?? '')?.[0] ?? '').join('').toLocaleUpperCase() || '?';
}
