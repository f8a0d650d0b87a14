import "i18next";

import type en from "./en.json";

/** A key that is not in the catalogue does not compile. */
declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
