// Replaces the package @playwright/test: the parts that the README's files use.
export const defineConfig = (config) => config;
export const test = {
  extend(given) {
    const hooks = [];
    return { given, hooks, beforeEach: (hook) => hooks.push(hook) };
  },
};
