import type { ReactNode } from 'react';
import './setting-row.css';

interface SettingRowProps {
  readonly title: string;
  readonly help?: string;
  readonly children?: ReactNode;
}

/** A setting's name and meaning beside its control; the control carries the name itself for screen readers. */
export function SettingRow({ title, help, children }: SettingRowProps) {
  return (
    <div className="setting-row">
      <div className="setting-row-words">
        <p className="setting-row-title">{title}</p>
        {help === undefined ? null : <p className="setting-row-help">{help}</p>}
      </div>
      {children}
    </div>
  );
}
