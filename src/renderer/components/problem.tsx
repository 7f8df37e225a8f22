import { CircleAlert, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import './problem.css';

interface ProblemProps {
  readonly tone?: 'danger' | 'wait';
  readonly title: string;
  readonly body: string;
  readonly children?: ReactNode;
  /** Heard at once, for what answers something the student just did. */
  readonly urgent?: boolean;
}

/** A trouble said in place: what happened, what is safe, what to do. */
export function Problem({ tone = 'danger', title, body, children, urgent = false }: ProblemProps) {
  const Icon = tone === 'danger' ? CircleAlert : Info;
  return (
    <div className={`problem problem-${tone}`} role={urgent ? 'alert' : 'group'} aria-label={urgent ? undefined : title}>
      <Icon size={20} aria-hidden="true" />
      <div>
        <p className="problem-title">{title}</p>
        <p>{body}</p>
        {children === undefined ? null : <div className="problem-actions">{children}</div>}
      </div>
    </div>
  );
}
