import { Header } from 'react-aria-components/Header';
import { Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover, type Placement } from 'react-aria-components/Popover';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import './menu.css';

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** A quieter second line or figure. */
  readonly note?: string;
  readonly icon?: ReactNode;
  readonly tone?: 'plain' | 'danger';
}

interface MenuProps {
  /** The button that opens it. */
  readonly children: ReactNode;
  readonly label: string;
  readonly title?: string;
  readonly choices: readonly Choice[];
  /** Set for a choice of one; left out for a list of commands. */
  readonly chosen?: string;
  readonly onChoose: (id: string) => void;
  readonly placement?: Placement;
  readonly onStage?: boolean;
}

export function Menu({ children, label, title, choices, chosen, onChoose, placement = 'bottom end', onStage = false }: MenuProps) {
  const items = choices.map((choice) => <ChoiceItem key={choice.id} choice={choice} choosing={chosen !== undefined} />);
  return (
    <MenuTrigger>
      {children}
      <Popover className={onStage ? 'popover on-stage popover-stage' : 'popover'} placement={placement} offset={6}>
        <AriaMenu
          aria-label={label}
          className="menu"
          onAction={(key) => onChoose(String(key))}
          {...(chosen === undefined ? {} : { selectionMode: 'single', selectedKeys: [chosen], disallowEmptySelection: true })}
        >
          {title === undefined ? (
            items
          ) : (
            <MenuSection aria-label={title}>
              <Header className="menu-title">{title}</Header>
              {items}
            </MenuSection>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function ChoiceItem({ choice, choosing }: { choice: Choice; choosing: boolean }) {
  return (
    <MenuItem id={choice.id} textValue={choice.label} className={`menu-item menu-item-${choice.tone ?? 'plain'}`}>
      {({ isSelected }) => (
        <>
          {choosing ? <span className="menu-check">{isSelected ? <Check size={16} aria-hidden="true" /> : null}</span> : choice.icon}
          <span className="menu-words">
            <span>{choice.label}</span>
            {choice.note === undefined ? null : <span className="menu-note">{choice.note}</span>}
          </span>
        </>
      )}
    </MenuItem>
  );
}
