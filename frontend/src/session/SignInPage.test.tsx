import { expect, test } from "vitest";

import { safeNext } from "./SignInPage";

test.each([
  [null, "/"],
  ["/markets/ACME", "/markets/ACME"],
  ["/admin/", "/admin/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["javascript:alert(1)", "/"],
])("after signing in, next=%j leads to %j", (next, path) => {
  expect(safeNext(next)).toBe(path);
});
