import { FieldError, Input, Label, TextField as AriaTextField } from 'react-aria-components/TextField';
import './text-field.css';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'email' | 'password' | 'search';
  readonly autoComplete?: string;
  readonly inputMode?: 'numeric';
  readonly maxLength?: number;
  readonly isRequired?: boolean;
  readonly autoFocus?: boolean;
  /** For what is written from the left in every language, such as an address. */
  readonly direction?: 'ltr';
  readonly error?: string;
}

export function TextField({ label, error, direction, isRequired = false, ...props }: TextFieldProps) {
  return (
    <AriaTextField {...props} className="text-field" isRequired={isRequired} isInvalid={error !== undefined}>
      <Label className="text-field-label">{label}</Label>
      <Input className="text-field-input" dir={direction ?? 'auto'} />
      <FieldError className="text-field-error">{error}</FieldError>
    </AriaTextField>
  );
}
