import type { ReactNode } from "react";
import { FieldError, Input, Label, Text, TextField } from "react-aria-components";

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  problem?: string | undefined;
  hint?: ReactNode;
  name?: string;
  inputMode?: "text" | "numeric" | "decimal";
  autoComplete?: string;
  type?: "text" | "email" | "password";
}

/** A line of text to fill in, with what is wrong with it below. */
export function FormField({ label, value, onChange, problem, hint, name, inputMode = "text", autoComplete = "off", type = "text" }: Props) {
  return (
    <TextField className="field" type={type} name={name} value={value} onChange={onChange} isInvalid={problem !== undefined} validationBehavior="aria" autoComplete={autoComplete}>
      <Label className="label">{label}</Label>
      <Input className="input" inputMode={inputMode} />
      {hint && <Text slot="description" className="field-hint">{hint}</Text>}
      <FieldError className="field-error">{problem}</FieldError>
    </TextField>
  );
}
