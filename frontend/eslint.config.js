import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  tseslint.configs.strict,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: "error",
      // Moving the focus into a dialog that just opened is what people expect of it.
      "jsx-a11y/no-autofocus": ["error", { ignoreNonDOM: true }],
      "max-lines": ["error", 400],
      // Prices, quantities and money are decimal strings: arithmetic on them goes through ui/decimal.ts.
      "no-restricted-globals": ["error", { name: "parseFloat", message: "Use ui/decimal.ts" }],
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.name='Number']", message: "Money, prices and quantities are decimal strings: use ui/decimal.ts" },
        { selector: "JSXElement[openingElement.name.name='style']", message: "The content-security policy forbids inline styles" },
      ],
    },
  },
);
