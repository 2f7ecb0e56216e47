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
