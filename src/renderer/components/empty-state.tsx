import type { ReactNode } from 'react';
import './empty-state.css';

interface EmptyStateProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly body: string;
  /** 1 where it is all there is to a screen. */
  readonly level?: 1 | 2;
  readonly children?: ReactNode;
}

export function EmptyState({ icon, title, body, level = 2, children }: EmptyStateProps) {
  const Title = level === 1 ? 'h1' : 'h2';
  return (
    <div className="empty-state">
      <span className="empty-state-icon" aria-hidden="true">
        {icon}
      </span>
      <Title>{title}</Title>
      <p>{body}</p>
      {children}
    </div>
  );
}
