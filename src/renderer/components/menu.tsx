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

/** A further choice of one in the same menu, under its own title. */
export interface ChoiceSection {
  readonly title: string;
  readonly choices: readonly Choice[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
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
  /** Needs a `title` and what is `chosen`, to tell one choice from the other. */
  readonly more?: readonly ChoiceSection[];
  readonly placement?: Placement;
  readonly onStage?: boolean;
}

export function Menu({ children, label, title, choices, chosen, onChoose, more = [], placement = 'bottom end', onStage = false }: MenuProps) {
  if (more.length > 0) {
    const sections = [{ title: title ?? label, choices, chosen: chosen ?? '', onChoose }, ...more];
    return <SectionedMenu label={label} sections={sections} placement={placement} onStage={onStage} opener={children} />;
  }
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

interface SectionedMenuProps {
  readonly opener: ReactNode;
  readonly label: string;
  readonly sections: readonly ChoiceSection[];
  readonly placement: Placement;
  readonly onStage: boolean;
}

function SectionedMenu({ opener, label, sections, placement, onStage }: SectionedMenuProps) {
  return (
    <MenuTrigger>
      {opener}
      <Popover className={onStage ? 'popover on-stage popover-stage' : 'popover'} placement={placement} offset={6}>
        <AriaMenu aria-label={label} className="menu">
          {sections.map(({ title, choices, chosen, onChoose }) => (
            <MenuSection
              key={title}
              aria-label={title}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[idIn(title, chosen)]}
              onSelectionChange={(keys) => {
                const choice = choices.find(({ id }) => keys !== 'all' && keys.has(idIn(title, id)));
                if (choice) onChoose(choice.id);
              }}
            >
              <Header className="menu-title">{title}</Header>
              {choices.map((choice) => (
                <ChoiceItem key={choice.id} choice={{ ...choice, id: idIn(title, choice.id) }} choosing />
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** Ids are unique in a menu, not only in a section. */
function idIn(section: string, id: string): string {
  return `${section} ${id}`;
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
