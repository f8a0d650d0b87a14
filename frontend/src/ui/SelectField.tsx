import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";

import type { Option } from "./Choice";
import { Icon } from "./Icon";

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: Option<Value>[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
}

export function SelectField<Value extends string>({ label, value, options, onChange, hideLabel = false }: Props<Value>) {
  return (
    <Select className="select" value={value} onChange={(key) => onChange(key as Value)}>
      <Label className={hideLabel ? "visually-hidden" : "label"}>{label}</Label>
      <Button className="select-button">
        {/* The chosen option's name only: its explanation belongs into the list. */}
        <SelectValue>{({ selectedText }) => selectedText}</SelectValue>
        <Icon name="chevron" />
      </Button>
      <Popover className="popover select-popover">
        <ListBox className="menu" items={options}>
          {(option) => (
            <ListBoxItem id={option.value} className="menu-item" textValue={option.text} isDisabled={option.isDisabled ?? false}>
              {/* No slots for label and description: what is to be seen of an option is its name (WCAG 2.5.3). */}
              <span>{option.text}</span>{" "}
              {option.explanation && <span className="menu-explanation">{option.explanation}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
