import { expect, it } from 'vitest';
import { createNavigationStore } from '../../../../src/renderer/stores/navigation-store.ts';

it('goes back the way one came, and home when there is no more', () => {
  const store = createNavigationStore();
  const { go, replace, back } = store.getState();
  go({ screen: 'course', courseId: 'c' });
  go({ screen: 'lesson', lessonId: 'one' });
  go({ screen: 'lesson', lessonId: 'one' });
  replace({ screen: 'lesson', lessonId: 'two' });
  back();
  expect(store.getState().route).toEqual({ screen: 'course', courseId: 'c' });
  back();
  back();
  expect(store.getState().route).toEqual({ screen: 'home' });
});
