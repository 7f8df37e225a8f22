import { useEffect, useRef, type ReactNode } from 'react';
import './screen-page.css';

interface ScreenPageProps {
  readonly title: string;
  readonly actions?: ReactNode;
  /** Above the title: the way back. */
  readonly lead?: ReactNode;
  /** The title is said but not shown, where the content shows it in its own way. */
  readonly titleUnseen?: boolean;
  readonly children: ReactNode;
}

/** A screen's column with its heading, which takes the focus on arrival so that screen readers say where one is. */
export function ScreenPage({ title, actions, lead, titleUnseen = false, children }: ScreenPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className="screen-page">
      {lead}
      <header className={titleUnseen ? 'unseen' : 'screen-page-head'}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </header>
      {children}
    </div>
  );
}
