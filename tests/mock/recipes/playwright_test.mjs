// In the place of the package @playwright/test: what the README's files take from it.
export const defineConfig = (config) => config;
export const test = {
  extend(given) {
    const hooks = [];
    return { given, hooks, beforeEach: (hook) => hooks.push(hook) };
  },
};
