import { createStore, type StoreApi } from 'zustand/vanilla';

/** What was typed and not kept yet. */
export interface Draft {
  readonly text: string;
  /** The moment of the lesson it belongs to. */
  readonly atMs: number;
}

export interface Drafts {
  readonly byPlace: ReadonlyMap<string, Draft>;
  readonly keep: (place: string, draft: Draft) => void;
  readonly drop: (place: string) => void;
}

/** Where drafts outlive the window: the browser's local storage, or a stand-in. */
export type DraftShelf = Pick<Storage, 'getItem' | 'setItem'>;

const shelfName = 'drafts';

/** Drafts of everybody who uses this machine, by places that name whose they are. */
export function createDraftsStore(shelf: DraftShelf): StoreApi<Drafts> {
  return createStore<Drafts>()((set, get) => {
    const change = (changed: (drafts: Map<string, Draft>) => void) => {
      const drafts = new Map(get().byPlace);
      changed(drafts);
      set({ byPlace: drafts });
      try {
        shelf.setItem(shelfName, JSON.stringify([...drafts]));
      } catch {
        // A shelf that is full takes nothing more; until the window closes the draft is here all the same.
      }
    };
    return {
      byPlace: read(shelf),
      keep: (place, draft) => change((drafts) => drafts.set(place, draft)),
      drop: (place) => change((drafts) => drafts.delete(place)),
    };
  });
}

/** Without a schema library, which the first screen does without: what is no draft is left out. */
function read(shelf: DraftShelf): Map<string, Draft> {
  try {
    const stored = JSON.parse(shelf.getItem(shelfName) ?? '[]') as unknown;
    return new Map(Array.isArray(stored) ? stored.filter(isEntry) : []);
  } catch {
    return new Map();
  }
}

function isEntry(entry: unknown): entry is [string, Draft] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const draft = entry[1] as Partial<Draft> | null;
  return typeof draft?.text === 'string' && typeof draft.atMs === 'number';
}
