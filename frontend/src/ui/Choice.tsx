import { Label, Radio, RadioGroup } from "react-aria-components";

export interface Option<Value extends string> {
  value: Value;
  text: string;
  /** What it means, where there is room for a line. */
  explanation?: string;
  isDisabled?: boolean;
}

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: Option<Value>[];
  onChange: (value: Value) => void;
  className?: string;
  hideLabel?: boolean;
  isDisabled?: boolean;
}

/** A row of radio buttons that looks like a segmented switch and tells its state like radio buttons. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  className = "",
  hideLabel = false,
  isDisabled = false,
}: Props<Value>) {
  return (
    <RadioGroup
      className={`choice ${className}`}
      value={value}
      onChange={(chosen) => onChange(chosen as Value)}
      orientation="horizontal"
      isDisabled={isDisabled}
    >
      <Label className={hideLabel ? "visually-hidden" : "label"}>{label}</Label>
      <div className="choice-options">
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className={`choice-option choice-${option.value}`} isDisabled={option.isDisabled ?? false}>
            {option.text}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
