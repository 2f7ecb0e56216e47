import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'static/**', 'node_modules/**', 'data/**', 'coverage/**', '.build/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/no-require-imports': 'off',
      eqeqeq: 'error',
      'no-duplicate-imports': 'error',
      'no-console': 'error',
    },
  },
  {
    // What only types can tell: promises that nobody waits for, cases that a switch forgot, errors that are none.
    files: ['src/**/*.ts', 'test/**/*.ts', 'web/src/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-array-delete': 'error',
      '@typescript-eslint/no-duplicate-type-constituents': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-redundant-type-constituents': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // The rooms get typed settings (src/config/settings); a kind of plugin says its own prefix.
    files: ['src/**'],
    ignores: ['src/config/**', 'src/plugins/**', 'src/server/startup-plugin.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression > MemberExpression[property.name=/^get(String|Int|Float|Boolean)$/]',
          message: 'Only src/config knows the names of keys: read them there, in src/config/settings.',
        },
      ],
    },
  },
  { files: ['src/tools/**', 'bench/**', 'test/**', 'bin/**', 'hbase-schema/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.cjs', '**/*.mjs'], languageOptions: { globals: {} } },
);
