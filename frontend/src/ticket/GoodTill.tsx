import { FieldError, Input, Label, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { isoDay } from "../ui/format";
import { useVenueTime } from "../ui/venueClock";

interface Props {
  value: string;
  problem: string | undefined;
  name: string;
  onChange: (text: string) => void;
  onBlur: () => void;
}

/** The exchange's date at whose close the order ends. */
export function GoodTill({ value, problem, name, onChange, onBlur }: Props) {
  const { t } = useTranslation();
  const { today } = useVenueTime();
  return (
    <TextField className="field" name={name} type="date" value={value} onChange={onChange} onBlur={onBlur} isInvalid={problem !== undefined} validationBehavior="aria">
      <Label className="label">{t("ticket.expire_date")}</Label>
      <Input className="input" min={isoDay(today)} />
      <FieldError className="field-error">{problem}</FieldError>
    </TextField>
  );
}
