import type { ReactNode } from 'react';
import './progress-ring.css';

interface ProgressRingProps {
  /** 0 to 100 */
  readonly percent: number;
  /** Outer size in CSS pixels. */
  readonly size?: number;
  readonly tone?: 'accent' | 'wait' | 'soft';
  readonly children?: ReactNode;
}

const stroke = 3;

/** A picture only: what it shows must also be said in words beside it. */
export function ProgressRing({ percent, size = 36, tone = 'accent', children }: ProgressRingProps) {
  const radius = (size - stroke) / 2;
  const round = 2 * Math.PI * radius;
  return (
    <span className={`ring ring-${tone}`}>
      <svg width={size} height={size} aria-hidden="true">
        <circle className="ring-track" cx={size / 2} cy={size / 2} r={radius} strokeWidth={stroke} />
        <circle
          className="ring-done"
          cx={size / 2}
          cy={size / 2}
          r={radius}
          strokeWidth={stroke}
          strokeDasharray={`${(round * percent) / 100} ${round}`}
          transform={`rotate(-90 ${size / 2} ${size / 2})`}
        />
      </svg>
      {children === undefined ? null : <span className="ring-inside">{children}</span>}
    </span>
  );
}
