import { createStore, type StoreApi } from 'zustand/vanilla';

export type Route =
  | { readonly screen: 'home' }
  | { readonly screen: 'course'; readonly courseId: string }
  /** At a moment of it, or where the student was. */
  | { readonly screen: 'lesson'; readonly lessonId: string; readonly atMs?: number }
  | { readonly screen: 'search'; readonly words: string }
  | { readonly screen: 'downloads' }
  | { readonly screen: 'activity' }
  | { readonly screen: 'settings' };

export interface Navigation {
  readonly route: Route;
  /** Where one came from, oldest first. */
  readonly past: readonly Route[];
  readonly go: (route: Route) => void;
  /** In place of the present one, so that "back" does not come by it again. */
  readonly replace: (route: Route) => void;
  readonly back: () => void;
}

const home: Route = { screen: 'home' };
const remembered = 50;

export function createNavigationStore(): StoreApi<Navigation> {
  return createStore<Navigation>()((set) => ({
    route: home,
    past: [],
    go: (route) =>
      set((now) => (sameRoute(now.route, route) ? now : { route, past: [...now.past, now.route].slice(-remembered) })),
    replace: (route) => set({ route }),
    back: () => set(({ past }) => ({ route: past.at(-1) ?? home, past: past.slice(0, -1) })),
  }));
}

/** A string that two equal routes share: for keys and for remembering how far one had scrolled. */
export function routeKey(route: Route): string {
  if (route.screen === 'course') return `course/${route.courseId}`;
  if (route.screen === 'lesson') return `lesson/${route.lessonId}`;
  return route.screen;
}

function sameRoute(a: Route, b: Route): boolean {
  return routeKey(a) === routeKey(b);
}
