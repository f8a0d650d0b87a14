import { readFileSync } from "node:fs";

import openapiTS, { COMMENT_HEADER, astToString } from "openapi-typescript";
import { expect, test } from "vitest";

test("the client's types are those of the kept schema (else: npm run generate)", async () => {
  const schema = JSON.parse(readFileSync("openapi.json", "utf8")) as Parameters<typeof openapiTS>[0];
  const generated = COMMENT_HEADER + astToString(await openapiTS(schema, { alphabetize: true }));
  expect(readFileSync("src/api/schema.d.ts", "utf8")).toBe(generated);
});
