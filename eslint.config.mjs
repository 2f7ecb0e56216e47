import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'data/**', 'coverage/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/no-require-imports': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  { files: ['src/tools/**', 'bench/**', 'test/**', 'bin/**', 'hbase-schema/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.cjs', '**/*.mjs'], languageOptions: { globals: {} } },
);
