import { ChevronDown, Check } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Label, Popover, Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import './select.css';
import './menu.css';

interface Option {
  readonly id: string;
  readonly label: string;
}

interface SelectProps {
  readonly label: string;
  /** The label is said but not shown, where the place makes it plain. */
  readonly labelUnseen?: boolean;
  /** The label stands before the control instead of above it. */
  readonly labelBeside?: boolean;
  readonly options: readonly Option[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

export function Select({ label, labelUnseen = false, labelBeside = false, options, chosen, onChoose }: SelectProps) {
  return (
    <AriaSelect className={labelBeside ? 'select select-beside' : 'select'} value={chosen} onChange={(key) => key !== null && onChoose(String(key))}>
      <Label className={labelUnseen ? 'unseen' : 'select-label'}>{label}</Label>
      <AriaButton className="select-button">
        <SelectValue />
        <ChevronDown size={16} aria-hidden="true" />
      </AriaButton>
      <Popover className="popover">
        <ListBox className="menu">
          {options.map(({ id, label: name }) => (
            <ListBoxItem key={id} id={id} textValue={name} className="menu-item">
              {({ isSelected }) => (
                <>
                  <span className="menu-check">{isSelected ? <Check size={16} aria-hidden="true" /> : null}</span>
                  <span>{name}</span>
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
