import { Activity, ArrowDownToLine, House, Search, Settings } from 'lucide-react';
import type { Student } from '../../shared/api/auth.ts';
import { ConnectionChip } from './connection-chip.tsx';
import { SideBarItem } from './side-bar-item.tsx';
import { StudentMenu } from './student-menu.tsx';
import { useText } from '../i18n/text.ts';
import { useDownloads, useProgress } from '../stores/stores.ts';
import './side-bar.css';

interface SideBarProps {
  readonly student: Student;
  readonly onShowShortcuts: () => void;
}

export function SideBar({ student, onShowShortcuts }: SideBarProps) {
  const text = useText();
  const underWay = useDownloads(({ items }) => items.filter(({ state }) => state !== 'ready').length);
  const waiting = useProgress(({ outbox }) => (outbox?.waiting ?? 0) + (outbox?.parked ?? 0));
  return (
    <nav className="side-bar" aria-label={text('nav.label')}>
      <p className="side-bar-brand" aria-hidden="true">
        <span className="side-bar-mark">T</span>
        <span className="side-bar-word">{text('app.name')}</span>
      </p>
      <ul className="side-bar-list">
        <SideBarItem route={{ screen: 'home' }} icon={<House size={20} />} label={text('nav.home')} />
        <SideBarItem route={{ screen: 'search', words: '' }} icon={<Search size={20} />} label={text('search.title')} />
        <SideBarItem
          route={{ screen: 'downloads' }}
          icon={<ArrowDownToLine size={20} />}
          label={text('nav.downloads')}
          {...(underWay > 0 ? { count: underWay, spoken: text('nav.downloadsCount', { count: underWay }) } : {})}
        />
        <SideBarItem
          route={{ screen: 'activity' }}
          icon={<Activity size={20} />}
          label={text('nav.activity')}
          {...(waiting > 0 ? { dot: true, spoken: text('nav.activityWaiting') } : {})}
        />
        <SideBarItem route={{ screen: 'settings' }} icon={<Settings size={20} />} label={text('nav.settings')} />
      </ul>
      <div className="side-bar-foot">
        <ConnectionChip />
        <StudentMenu student={student} onShowShortcuts={onShowShortcuts} />
      </div>
    </nav>
  );
}
