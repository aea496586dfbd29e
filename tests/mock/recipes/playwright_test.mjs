// Replaces the package @playwright/test: the parts that the README's files use.
export const defineConfig = (config) => config;
export const expect = (response) => ({
  toBeOK: async () => {
    if (!response.ok) throw new Error(`not OK: ${await response.text()}`);
  },
});
export const test = {
  extend(given) {
    const hooks = [];
    return { given, hooks, beforeEach: (hook) => hooks.push(hook) };
  },
};
