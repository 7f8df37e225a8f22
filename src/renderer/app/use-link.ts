import { useEffect, useRef } from 'react';
import { useText } from '../i18n/text.ts';
import { useAccounts, useLink, useNavigation, useNotices } from '../stores/stores.ts';

/** Long enough to read an address and to think about it. */
const offeredMs = 60_000;

/** Goes where an address from outside points, once a student is here. Another school is never changed to in passing: it is offered. */
export function useFollowedLink(): void {
  const text = useText();
  const link = useLink((links) => links.link);
  const done = useLink((links) => links.done);
  const again = useLink((links) => links.again);
  const here = useAccounts(({ state }) => state?.server.url ?? null);
  const enter = useAccounts((accounts) => accounts.enter);
  const go = useNavigation((navigation) => navigation.go);
  const show = useNotices((notices) => notices.show);
  const dismiss = useNotices((notices) => notices.dismiss);
  const offered = useRef<number | null>(null);
  useEffect(() => {
    if (!link) return;
    done();
    if (link.action === 'lesson') return go({ screen: 'lesson', lessonId: link.lessonId });
    if (link.action === 'course') return go({ screen: 'course', courseId: link.courseId });
    const { serverUrl: server } = link;
    // One offer at a time: an older one would lie over what this one leads to.
    if (offered.current !== null) dismiss(offered.current);
    if (here !== null && isSame(server, here)) {
      show({ tone: 'plain', title: text('link.sameSchool') });
      return;
    }
    // The page that signs in shows the address once more, and asks the school nothing before the student says so.
    const run = () => {
      enter({ again: null });
      again(link);
    };
    offered.current = show({ tone: 'plain', title: text('link.otherSchool'), body: text('link.otherSchoolHow', { server }), action: { label: text('link.addThere'), run } }, offeredMs);
  }, [link, done, again, here, enter, go, show, dismiss, text]);
}

function isSame(a: string, b: string): boolean {
  const plain = (address: string) => URL.parse(address)?.href.replace(/\/+$/, '');
  return plain(a) === plain(b);
}
