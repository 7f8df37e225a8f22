import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import type { ReactNode } from 'react';
import './button.css';

interface IconButtonProps extends Omit<ButtonProps, 'className' | 'children' | 'style' | 'aria-label'> {
  /** The button's name, also shown when the pointer rests on it. */
  readonly label: string;
  /** Shown behind the name, not part of it: the key that does the same. */
  readonly shortcut?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function IconButton({ label, shortcut, className = '', children, ...props }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton {...props} aria-label={label} className={`icon-button ${className}`}>
        {children}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {shortcut === undefined ? label : `${label} (${shortcut})`}
      </Tooltip>
    </TooltipTrigger>
  );
}
