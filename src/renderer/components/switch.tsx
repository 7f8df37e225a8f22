import { SwitchButton, SwitchField } from 'react-aria-components/Switch';
import './switch.css';

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** The name is shown beside it by the row it stands in, and said by the switch. */
export function Switch({ label, isOn, onChange }: SwitchProps) {
  return (
    <SwitchField aria-label={label} isSelected={isOn} onChange={onChange}>
      <SwitchButton className="switch">
        <span className="switch-track" aria-hidden="true">
          <span className="switch-knob" />
        </span>
      </SwitchButton>
    </SwitchField>
  );
}
