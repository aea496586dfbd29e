// Replaces the package vitest: the parts that the README's files use.
export const hooks = [];
export const provided = {};
export const beforeEach = (hook) => hooks.push(hook);
export const inject = (name) => provided[name];
