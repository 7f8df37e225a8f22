import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { routeKey, type Route } from '../stores/navigation-store.ts';
import { useFormat } from '../i18n/format.ts';
import { useNavigation } from '../stores/stores.ts';

interface SideBarItemProps {
  readonly route: Route;
  readonly icon: ReactNode;
  readonly label: string;
  readonly count?: number;
  readonly dot?: boolean;
  /** The label with what count or dot mean, for those who do not see them. */
  readonly spoken?: string;
}

export function SideBarItem({ route, icon, label, count, dot = false, spoken }: SideBarItemProps) {
  const format = useFormat();
  const current = useNavigation((navigation) => routeKey(navigation.route) === routeKey(route));
  const go = useNavigation((navigation) => navigation.go);
  return (
    <li>
      <Button
        className={`side-bar-button ${current ? 'side-bar-current' : ''}`}
        {...(current ? { 'aria-current': 'page' as const } : {})}
        onPress={() => go(route)}
      >
        <span className="side-bar-icon" aria-hidden="true">
          {icon}
          {dot ? <span className="side-bar-dot" /> : null}
        </span>
        <span className="side-bar-words" aria-hidden={spoken !== undefined}>
          {label}
        </span>
        {spoken === undefined ? null : <span className="unseen">{spoken}</span>}
        {count === undefined ? null : (
          <span className="side-bar-count numbers" aria-hidden="true">
            {format.number(count)}
          </span>
        )}
      </Button>
    </li>
  );
}
