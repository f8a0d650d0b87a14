import type { KeyboardEvent } from "react";
import { Button, FieldError, Input, Label, Text, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Decimal } from "../ui/decimal";

interface Props {
  label: string;
  unit: string;
  hint: string;
  value: string;
  problem: string | undefined;
  shortcut?: string;
  name?: string;
  onChange: (text: string) => void;
  onStep: (steps: number) => void;
  onBlur?: () => void;
}

const LARGE_STEP = 10;

/**
 * A decimal text field with steps. Not a native number field: those compute in binary floating point and
 * change the value under a scrolling mouse.
 */
export function StepField({ label, unit, hint, value, problem, shortcut, name, onChange, onStep, onBlur }: Props) {
  const { t } = useTranslation();

  function onKeyDown(event: KeyboardEvent) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    onStep(direction * (event.shiftKey ? LARGE_STEP : 1));
  }

  return (
    <TextField className="field" name={name} value={value} onChange={onChange} onBlur={onBlur} isInvalid={problem !== undefined} validationBehavior="aria">
      <Label className="label">{label}</Label>
      <div className="step-field">
        <Button className="step-button" excludeFromTabOrder aria-label={t("ticket.step_down", { label })} onPress={() => onStep(-1)}>
          −
        </Button>
        <Input
          className="input"
          inputMode="decimal"
          autoComplete="off"
          aria-keyshortcuts={shortcut}
          onKeyDown={onKeyDown}
        />
        <span className="step-unit" aria-hidden="true">
          {unit}
        </span>
        <Button className="step-button" excludeFromTabOrder aria-label={t("ticket.step_up", { label })} onPress={() => onStep(1)}>
          +
        </Button>
      </div>
      <Text slot="description" className="visually-hidden">
        {hint}
      </Text>
      <FieldError className="field-error">{problem}</FieldError>
    </TextField>
  );
}

/** Where the first step into an empty price field lands. */
export const startOf = (...prices: (Decimal | null | undefined)[]): Decimal | null =>
  prices.find((px) => px !== null && px !== undefined) ?? null;
